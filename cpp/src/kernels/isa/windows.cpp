// Dense layers over windows: the rows are places of an image whose channels stand last, and what a sum is made of is
// read where it stands. Outputs are on the lanes.
#include "kernels/isa/block.hpp"
#include "kernels/isa/functions.hpp"
#include "kernels/isa/row_sums.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct Call {
  const WindowTaps* taps;
  int last;  // lanes of the last vector that are outputs
  const float *x, *w, *bias;
  float* y;
  long ldx, ldy, ldw;
  float floor;  // results are at least this: 0 is relu
};

struct Product {
  const float *x, *w;
};

// A last vector that is not whole: out of the way of everything else, unless masks are free.
__attribute__((noinline)) void store_last(float* p, vec a, int n) { store_first(p, a, n); }

constexpr int widest_window = 2;  // vectors: a number of the window then serves two products, which is enough

struct Windows {
  static constexpr int most(int vectors) { return most_rows[vectors]; }
  static constexpr bool has(int rows) {  // as few as serve: 14 are 6 + 8
    return rows == 1 || rows == 4 || (fma_is_fast && (rows <= 2 || rows == 6 || rows == 8 || rows >= 12));
  }
  template <int rows, int vectors> static void run(const Call& c) {
    const float *x = c.x, *w = c.w, *bias = c.bias;
    float* y = c.y;
    const long ldx = c.ldx, ldy = c.ldy, ldw = c.ldw;
    const int last = c.last;
    const WindowTaps& taps = *c.taps;
    const float least = c.floor;  // no vector before the sums are done: some blocks need every register
    with_all_chains<rows, vectors>(taps.chains, [&]<int n>(Together<n>) LADING_LAMBDA {
      const auto walk = [&](int chain, auto step) LADING_LAMBDA {
        // clang-format off
        const float *from = x, *weights = w;
        long longest = 0;
        LADING_UNROLL for (int p = 0; p < n; ++p)
          if (taps.count[chain + p] > longest) longest = taps.count[chain + p];
        for (long left = taps.repeats; left > 0; --left) {
          for (long i = 0; i < longest; ++i)
            LADING_UNROLL for (int p = 0; p < n; ++p) {
              if (n > 1 && i >= taps.count[chain + p]) continue;
              const Tap& tap = taps.list[chain + p][i];
              step(p, Product{from + tap.from, weights + tap.row * ldw});
            }
          // clang-format on
          from += taps.channels, weights += taps.rows * ldw;
        }
      };
      sums<rows, vectors, n, true>(
          taps.chains, walk, [=](int r, Product k) LADING_LAMBDA { return k.x[r * ldx]; },
          [=](Product k, int v) LADING_LAMBDA { return load(k.w + v * VL); },
          [=](int, int v) LADING_LAMBDA { return load(bias + v * VL); },
          [=](int r, int v, vec sum) LADING_LAMBDA {
            const vec floor = all(least);
            sum = clear(less(sum, floor), sum);
            float* to = y + r * ldy + v * VL;
            if (v + 1 < vectors) store(to, sum);
            else if (masks_are_free) store_first(to, sum, last);
            else if (last == VL) store(to, sum);
            else store_last(to, sum, last);
          },
          FullMultiply{});
    });
  }
};

constexpr BlockTable<Call, Windows, widest_window> table_of_windows;

// Any number of windows, shared out evenly: 10 are 6 + 4, not 8 + 2.
LADING_INLINE void run_all(Call c, int vectors, int64_t rows) {
  const auto& table = table_of_windows.at[vectors];
  const int most = most_rows[vectors];
  while (rows > 0) {
    int some = static_cast<int>(rows <= most ? rows : rows >= 2 * most ? most : (rows + 1) / 2);
    while (!table[some]) --some;
    table[some](c);
    c.x += some * c.ldx, c.y += some * c.ldy, rows -= some;
  }
}

// The order of a pool axis by axis: of the rows first, then of the columns. Lengths of 0 are those given.
template <int rows, int columns>
LADING_INLINE vec largest_under(const float* x, int64_t row, int64_t height, int64_t width, int64_t channels,
                                int some) {
  if (rows) height = rows, width = columns;
  vec best;
  for (int64_t j = 0; j < width; ++j) {
    vec column = load_up_to(x + j * channels, some);
    for (int64_t i = 1; i < height; ++i) column = larger(column, load_up_to(x + i * row + j * channels, some));
    best = j ? larger(best, column) : column;
  }
  return best;
}
template <int rows, int columns> LADING_INLINE void each_largest(const WindowPool& p, const float* x, float* y) {
  for (int64_t window = 0; window < p.windows; ++window, x += p.width * p.channels, y += p.channels) {
    int64_t i = 0;
    for (; i + VL <= p.channels; i += VL)
      store(y + i, largest_under<rows, columns>(x + i, p.row, p.height, p.width, p.channels, VL));
    if (const int some = static_cast<int>(p.channels - i))
      store_first(y + i, largest_under<0, 0>(x + i, p.row, p.height, p.width, p.channels, some), some);
  }
}

}  // namespace

void largest_of_windows(const WindowPool& pool, const float* x, float* y) {
  if (pool.height == 2 && pool.width == 2) each_largest<2, 2>(pool, x, y);
  else each_largest<0, 0>(pool, x, y);
}

void dense_windows(const PackedDense& d, const WindowTaps& taps, const float* x, int64_t ldx, int64_t rows, float* y,
                   int64_t ldy, bool relu) {
  Call c{&taps, VL, x, d.weights, d.bias, y, ldx, ldy, 0, relu ? 0.f : -__builtin_inff()};
  int vectors_left = d.vectors;
  for (int panel = 0; panel < d.panels; ++panel) {
    const int width = d.narrow + (panel < d.wider);
    const float* next = c.w + d.inputs * long{VL} * width;
    c.ldw = long{VL} * width;
    for (int left = width; left;) {
      const int some = left < widest_window ? left : widest_window;
      left -= some, vectors_left -= some;
      c.last = vectors_left ? VL : static_cast<int>(d.outputs - int64_t{VL} * (d.vectors - 1));
      run_all(c, some, rows);
      c.w += some * VL, c.bias += some * VL, c.y += some * VL;
    }
    c.w = next;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
