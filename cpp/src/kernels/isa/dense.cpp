// Dense layers with constant weights, rows as they stand: outputs on the lanes.
#include "kernels/isa/block.hpp"
#include "kernels/isa/panels.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct Call {
  long inputs;
  int chains;
  int last;  // lanes of the last vector that are outputs
  const float *x, *w, *bias, *add;
  float* y;
  long ldx, ldadd, ldy;
  float floor;         // results are at least this: 0 is relu
  const float* pairs;  // the weights as pairs of bfloat16, or null
};

// What the sums of a block begin with where something is added to the bias: rare, and out of the way of everything else.
__attribute__((noinline)) void start_sums(const Call& c, int rows, int vectors, float* start) {
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v) {
      const float* add = c.add + r * c.ldadd + v * VL;
      const int lanes = v + 1 < vectors ? VL : c.last;
      store(start + (r * vectors + v) * VL, load(c.bias + v * VL) + (lanes == VL ? load(add) : load_some(add, lanes)));
    }
}

// How weights are stored: as they are, or for one row, which waits for nothing else, two in a word.
struct Whole {
  static constexpr int most(int vectors) { return most_rows[vectors]; }
  static constexpr bool there = true;
  static constexpr int words(int vectors) { return vectors; }
  static const float* of(const Call& c) { return c.w; }
  template <int rows, int vectors, class Body>
  static __attribute__((always_inline)) void side_by_side(int n, Body body) {
    with_chains<rows, vectors>(n, body);
  }
  static __attribute__((always_inline)) vec load(const float* p, int v) {
    return LADING_ISA_NAMESPACE::load(p + v * VL);
  }
};
struct Pairs {
  static constexpr int most(int) { return 1; }
  static constexpr bool there = reads_pairs;
  static constexpr int words(int vectors) { return (vectors + 1) / 2; }
  static const float* of(const Call& c) { return c.pairs; }
  // Layers so small that they have fewer than four chains do not come here.
  template <int rows, int vectors, class Body> static __attribute__((always_inline)) void side_by_side(int, Body body) {
    body(Together < vectors * 4 <= registers ? 4 : vectors * 2 <= registers ? 2 : 1 > {});
  }
  static __attribute__((always_inline)) vec load(const float* p, int v) {
    const vec both = LADING_ISA_NAMESPACE::load(p + v / 2 * VL);
    return v % 2 ? upper_half(both) : lower_half(both);
  }
};

// The kernels hold the call in local variables: a store to y could change it otherwise, for all the compiler knows.

template <class Stored> struct Rows {  // outputs on the lanes
  static constexpr int most(int vectors) { return Stored::most(vectors); }
  static constexpr bool has(int) { return Stored::there; }
  // `more`: vectors of the next panel, computed together with this one.
  template <int rows, int panel, int more = 0> static void run(const Call& c) {
    constexpr int vectors = panel + more;
    const float *x = c.x, *w = Stored::of(c), *next = w + c.inputs * (Stored::words(panel) * VL), *start = c.bias;
    float* y = c.y;
    const long ldx = c.ldx, ldy = c.ldy;
    const int last = c.last;
    float sums[rows * vectors * VL];
    long ldstart = 0;
    if (c.add) start_sums(c, rows, vectors, sums), start = sums, ldstart = vectors * VL;
    const vec floor = all(c.floor);
    const auto partial = [=](int v) LADING_LAMBDA { return v + 1 == vectors && last != VL; };
    Stored::template side_by_side<rows, vectors>(c.chains, [&]<int n>(Together<n>) LADING_LAMBDA {
      block<rows, vectors, n>(
          c.inputs, c.chains, [=](int r, long k) LADING_LAMBDA { return x[r * ldx + k]; },
          [=](long k, int v) LADING_LAMBDA {
            return v < panel ? Stored::load(w + k * (Stored::words(panel) * VL), v)
                             : Stored::load(next + k * (Stored::words(more) * VL), v - panel);
          },
          [=](int r, int v) LADING_LAMBDA { return load(start + r * ldstart + v * VL); },
          [=](int r, int v, vec sum) LADING_LAMBDA {
            sum = clear(less(sum, floor), sum);
            if (partial(v)) store_first(y + r * ldy + v * VL, sum, last);
            else store(y + r * ldy + v * VL, sum);
          });
    });
  }
};

constexpr BlockTable<Call, Rows<Whole>, widest> rows_table;
constexpr BlockTable<Call, Rows<Pairs>, widest> pairs_table;

// One panel times any number of rows, shared out evenly: 7 rows are 4 + 3, not 6 + 1. A single block must
// not wait for a division, nor for a copy of the call that was just written.
LADING_INLINE void run_panel(Call& c, int vectors, long rows) {
  const int most = most_rows[vectors];
  if (c.pairs) return pairs_table.at[vectors][1](c);
  if (rows <= most) return rows_table.at[vectors][rows](c);
  const float *x = c.x, *add = c.add;
  float* y = c.y;
  const long groups = (rows + most - 1) / most, each = rows / groups, longer = rows % groups;
  for (long g = 0; g < groups; ++g) {
    const long some = each + (g < longer);
    rows_table.at[vectors][some](c);
    c.x += some * c.ldx, c.y += some * c.ldy;
    if (c.add) c.add += some * c.ldadd;
  }
  c.x = x, c.y = y, c.add = add;
}

template <class Stored, int rows> LADING_INLINE void run_both(const Call& c, int panel, int more) {
  if (panel == 2) Rows<Stored>::template run<rows, 2, 2>(c);
  else if (more == 2) Rows<Stored>::template run<rows, 3, 2>(c);
  else Rows<Stored>::template run<rows, 3, 3>(c);
}
template <int rows> LADING_INLINE void run_both(const Call& c, int panel, int more) {
  if constexpr (reads_pairs && rows == 1)
    if (c.pairs) return run_both<Pairs, 1>(c, panel, more);
  run_both<Whole, rows>(c, panel, more);
}
// One or two rows leave registers for two panels at once; false if these do not go together.
LADING_INLINE bool run_pair(const Call& c, int panel, int more, long rows) {
  if (!pairs || rows > 2 || panel < 2 || more < 2) return false;
  if (rows == 2 && c.chains > 1 && panel + more > 4) return false;  // chains side by side fill them, too
  if (rows == 1) run_both<1>(c, panel, more);
  else run_both<2>(c, panel, more);
  return true;
}

float floor_of(bool relu) { return relu ? 0.f : -__builtin_inff(); }

}  // namespace

void dense(const PackedDense& d, const float* x, int64_t ldx, int64_t rows, float* y, int64_t ldy, const float* add,
           int64_t ldadd, bool relu) {
  if (!rows) return;
  Call c{d.inputs,
         chains(d.inputs),
         VL,
         x,
         d.weights,
         d.bias,
         add,
         y,
         ldx,
         add ? ldadd : 0,
         ldy,
         floor_of(relu),
         rows == 1 ? d.pairs : nullptr};
  for (int panel = 0; panel < d.panels;) {
    const int width = width_of(d, panel), next = width_of(d, panel + 1);
    const int last = last_lanes(d);
    if (panel + 2 >= d.panels) c.last = last;
    const bool pair = run_pair(c, width, next, rows);
    if (!pair) {
      c.last = panel + 1 == d.panels ? last : VL;
      run_panel(c, width, rows);
    }
    const long done = long{VL} * (width + (pair ? next : 0));
    panel += pair ? 2 : 1;
    c.w += d.inputs * done, c.bias += done, c.y += done;
    if (c.pairs) c.pairs += d.inputs * VL * (Pairs::words(width) + (pair ? Pairs::words(next) : 0));
    if (c.add) c.add += done;
  }
}

void dense_again(const PackedDense& d, const float* x, const float* start, float* y, bool backward) {
  constexpr int each = pairs ? 2 : 1;
  const int groups = (d.panels + each - 1) / each;
  const int last = last_lanes(d);
  for (int group = 0; group < groups; ++group) {
    const int first = each * (backward ? groups - 1 - group : group),
              end = first + each < d.panels ? first + each : d.panels;
    const long at = long{VL} * (first * d.narrow + (first < d.wider ? first : d.wider));
    Call c{d.inputs,
           chains(d.inputs),
           end == d.panels ? last : VL,
           x,
           d.weights + d.inputs * at,
           start + at,
           nullptr,
           y + at,
           0,
           0,
           0,
           floor_of(false),
           nullptr};
    if (end - first == 2 && run_pair(c, width_of(d, first), width_of(d, first + 1), 1)) continue;
    for (int panel = first; panel < end; ++panel) {
      const long width = long{VL} * width_of(d, panel);
      c.last = panel + 1 == d.panels ? last : VL;
      rows_table.at[width_of(d, panel)][1](c);
      c.w += d.inputs * width, c.bias += width, c.y += width;
    }
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
