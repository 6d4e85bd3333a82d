// Products whose right side is read as it stands, row after row: two computed matrices, or weights on the left.
#include "kernels/isa/block.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct Call {
  long K;
  int chains;
  int last;  // columns in the last vector
  const float *a, *b, *bias;
  float* y;
  long lda, ldb, ldy;
  const int64_t* at;  // where the rows of b begin, if not every ldb
  float floor;        // results are at least this: 0 is relu
};

// `whole`: the last vector has all its lanes; `spread`: the rows of b begin anywhere. Where a mask costs nothing, no
// vector is taken to be whole: that halves the code.
template <bool whole, bool spread> struct Blocks {
  // Spread rows are those of convolutions that dense_windows does not take: fewer blocks, so less code.
  static constexpr int most(int vectors) { return spread && vectors > 2 ? 2 : most_rows[vectors]; }
  static constexpr bool has(int rows) {  // 7 rows are 4 + 3: a third less code
    return spread ? rows <= 2 || rows == 4 || rows == 8 || rows == 12 : rows <= 4 || rows % 2 == 0;
  }
  template <int rows, int vectors> static void run(const Call& c) {
    const float *a = c.a, *b = c.b, *bias = c.bias;
    float* y = c.y;
    const long lda = c.lda, ldb = c.ldb, ldy = c.ldy;
    const int last = c.last;
    const int64_t* at = c.at;
    const vec floor = all(c.floor);
    const auto partial = [](int v) LADING_LAMBDA { return !whole && v + 1 == vectors; };
    const auto with = [&](auto body) LADING_LAMBDA {
      if constexpr (spread) with_all_chains<rows, vectors>(c.chains, body);
      else with_chains<rows, vectors>(c.chains, body);
    };
    with([&]<int n>(Together<n>) LADING_LAMBDA {
      block<rows, vectors, n>(
          c.K, c.chains, [=](int r, long k) LADING_LAMBDA { return a[r * lda + k]; },
          [=](long k, int v) LADING_LAMBDA {
            const float* from = b + (spread ? at[k] : k * ldb) + v * VL;
            return partial(v) ? load_factors(from, last) : load(from);
          },
          [=](int r, int) LADING_LAMBDA { return bias ? all(bias[r]) : zero(); },
          [=](int r, int v, vec sum) LADING_LAMBDA {
            if constexpr (spread) sum = clear(less(sum, floor), sum);
            if (partial(v)) store_first(y + r * ldy + v * VL, sum, last);
            else store(y + r * ldy + v * VL, sum);
          },
          [=](int v, vec x, vec w, vec sum)
              LADING_LAMBDA { return partial(v) ? fma_first(x, w, sum, last) : fma(x, w, sum); });
    });
  }
};

constexpr int widest_right = widest_of_many;
// Masks are not free where the rows of b are spread; there a last vector that is not whole goes alone, which keeps the
// code small.
constexpr int widest_partial(bool spread) { return spread ? 1 : widest_right; }
template <bool spread> constexpr BlockTable<Call, Blocks<spread || !masks_are_free, spread>, widest_right> whole_table;
template <bool spread> constexpr BlockTable<Call, Blocks<false, spread>, widest_partial(spread)> partial_table;

// All rows of a few columns, shared out evenly over the blocks.
template <bool spread> LADING_INLINE void run_columns(Call c, int vectors, long rows) {
  const int most = Blocks<true, spread>::most(vectors);
  const auto& table = c.last == VL ? whole_table<spread>.at[vectors] : partial_table<spread>.at[vectors];
  if (rows <= most && table[rows]) return table[rows](c);
  const long groups = (rows + most - 1) / most, each = rows / groups, longer = rows % groups;
  for (long g = 0; g < groups; ++g)
    for (long left = each + (g < longer); left;) {
      long some = table[left] || spread ? left : left - 3;
      while (!table[some]) --some;
      table[some](c);
      c.a += some * c.lda, c.y += some * c.ldy;
      if (c.bias) c.bias += some;
      left -= some;
    }
}

template <bool spread> LADING_INLINE void run_all(Call c, int64_t m, int64_t n) {
  if (!m) return;
  while (n > 0) {
    int64_t some = (n + VL - 1) / VL;
    const int widest_here = spread && m > 2 && widest_right > 2 ? 2 : widest_right;
    if (some > widest_here) some = widest_here;
    if (some > widest_partial(spread) && n < some * VL) --some;
    const int64_t columns = some * VL < n ? some * VL : n;
    c.last = static_cast<int>(columns - VL * (some - 1));
    run_columns<spread>(c, static_cast<int>(some), m);
    n -= columns, c.b += columns, c.y += columns;
  }
}

}  // namespace

void matmul(const float* a, int64_t lda, const float* b, int64_t ldb, float* y, int64_t ldy, int64_t m, int64_t n,
            int64_t k, int chains, const float* bias) {
  run_all<false>({k, chains, VL, a, b, bias, y, lda, ldb, ldy, nullptr, 0}, m, n);
}

void convolve(const float* a, int64_t lda, const float* b, const int64_t* at, float* y, int64_t ldy, int64_t m,
              int64_t n, int64_t k, const float* bias, bool relu) {
  run_all<true>({k, lading::chains(k), VL, a, b, bias, y, lda, 0, ldy, at, relu ? 0.f : -__builtin_inff()}, m, n);
}

}  // namespace lading::LADING_ISA_NAMESPACE
