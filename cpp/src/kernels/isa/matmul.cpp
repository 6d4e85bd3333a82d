// Products whose right side is read as it stands, row after row: two computed matrices, or weights on the left.
#include "kernels/isa/block.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct Call {
  long K;
  int chains;
  int last;                                          // columns in the last vector
  const float *a, *b, *bias;
  float* y;
  long lda, ldb, ldy;
};

// `whole`: the last vector has all its lanes.
template <bool whole> struct Blocks {
  static constexpr int most(int vectors) { return most_rows[vectors]; }
  template <int rows, int vectors> static void run(const Call& c) {
    const float *a = c.a, *b = c.b, *bias = c.bias;
    float* y = c.y;
    const long lda = c.lda, ldb = c.ldb, ldy = c.ldy;
    const int last = c.last;
    const auto partial = [](int v) LADING_LAMBDA { return !whole && v + 1 == vectors; };
    with_chains<rows, vectors>(c.chains, [&]<int n>(Together<n>) LADING_LAMBDA {
      block<rows, vectors, n>(
          c.K, c.chains, [=](int r, long k) LADING_LAMBDA { return a[r * lda + k]; },
          [=](long k, int v) LADING_LAMBDA {
            return partial(v) ? load_some(b + k * ldb + v * VL, last) : load(b + k * ldb + v * VL);
          },
          [=](int r, int) LADING_LAMBDA { return bias ? all(bias[r]) : zero(); },
          [=](int r, int v, vec sum) LADING_LAMBDA {
            if (partial(v)) store_first(y + r * ldy + v * VL, sum, last);
            else store(y + r * ldy + v * VL, sum);
          });
    });
  }
};

constexpr int widest_right = widest_of_many;
constexpr BlockTable<Call, Blocks<true>, widest_right> whole_table;
constexpr BlockTable<Call, Blocks<false>, widest_right> partial_table;

// All rows of a few columns, shared out evenly over the blocks.
LADING_INLINE void run_columns(Call c, int vectors, long rows) {
  const int most = most_rows[vectors];
  const auto& table = c.last == VL ? whole_table.at[vectors] : partial_table.at[vectors];
  if (rows <= most) return table[rows](c);
  const long groups = (rows + most - 1) / most, each = rows / groups, longer = rows % groups;
  for (long g = 0; g < groups; ++g) {
    const long some = each + (g < longer);
    table[some](c);
    c.a += some * c.lda, c.y += some * c.ldy;
    if (c.bias) c.bias += some;
  }
}

}  // namespace

void matmul(const float* a, int64_t lda, const float* b, int64_t ldb, float* y, int64_t ldy, int64_t m, int64_t n,
            int64_t k, int chains, const float* bias) {
  if (!m) return;
  const int64_t vectors = (n + VL - 1) / VL;
  for (int64_t at = 0; at < vectors; at += widest_right) {
    const int64_t some = vectors - at < widest_right ? vectors - at : widest_right;
    const int last = at + some == vectors ? static_cast<int>(n - VL * (vectors - 1)) : VL;
    run_columns({k, chains, last, a, b + at * VL, bias, y + at * VL, lda, ldb, ldy}, static_cast<int>(some), m);
  }
}

void transpose(const float* x, int64_t ldx, int64_t rows, int64_t columns, float* y, int64_t ldy) {
  int64_t i = 0;
  for (; i + tile <= rows; i += tile) {
    int64_t j = 0;
    for (; j + tile <= columns; j += tile) transpose_tile(x + i * ldx + j, ldx, y + j * ldy + i, ldy);
    for (; j < columns; ++j)
      for (int r = 0; r < tile; ++r) y[j * ldy + i + r] = x[(i + r) * ldx + j];
  }
  for (; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) y[j * ldy + i] = x[i * ldx + j];
}

}  // namespace lading::LADING_ISA_NAMESPACE
