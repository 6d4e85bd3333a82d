// Dense layers of transposed blocks: the rows stand on the lanes, and no lane is idle where outputs do not fill a vector.
#include "kernels/isa/lanes.hpp"
#include "kernels/isa/panels.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// The sums of block.hpp, chain after chain. Those of the chains before wait in y: between two loops a CPU should find little
// else to do, and what lies beside the sums takes no register from them.
template <int outputs, int vectors> struct Sums {
  vec sum[outputs][vectors];

  template <class F> LADING_LAMBDA void each(F f) {
    LADING_UNROLL for (int r = 0; r < outputs; ++r) LADING_UNROLL for (int v = 0; v < vectors; ++v)
        f(sum[r][v], r, r * lane_block + v * VL);
  }
  // Inputs k, k + each ... below `inputs`.
  LADING_LAMBDA void walk(long k, long inputs, long each, const float* x, long next_x, const float* w, long next_w) {
    for (; k < inputs; k += each, x += next_x, w += next_w) {
      vec lane[vectors];
      LADING_UNROLL for (int v = 0; v < vectors; ++v) {
        lane[v] = load(x + v * VL);
        hold(lane[v]);
      }
      LADING_UNROLL for (int r = 0; r < outputs; ++r) {
        const vec a = all(w[r]);
        LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[r][v] = fma(a, lane[v], sum[r][v]);
      }
    }
  }
};

template <int outputs, int vectors> void run(const LaneCall& c) {
  // In local variables: a store to y could change the call otherwise, for all the compiler knows.
  const long inputs = c.inputs, ldx = c.ldx, ldw = c.ldw, chains = c.chains;
  const float *w = c.w, *bias = c.bias;
  const int lanes = c.lanes;
  for (int lane = 0; lane < lanes; lane += vectors * VL) {
    Sums<outputs, vectors> sums;
    const float* x = c.x + lane;
    float* y = c.y + lane;
    sums.each([=](vec& s, int r, int) LADING_LAMBDA { s = all(bias[r]); });
    if (c.add) {
      const float* add = c.add + lane;
      sums.each([=](vec& s, int, int at) LADING_LAMBDA { s = s + load(add + at); });
    }
    for (long chain = 0;;) {
      sums.walk(chain, inputs, chains, x + chain * ldx, chains * ldx, w + chain * ldw, chains * ldw);
      if (chain) sums.each([=](vec& s, int, int at) LADING_LAMBDA { s = load(y + at) + s; });
      if (++chain >= chains) break;
      sums.each([=](vec& s, int, int at) LADING_LAMBDA { store(y + at, s), s = zero(); });
    }
    if (c.relu) sums.each([=](vec& s, int, int) LADING_LAMBDA { s = clear(less(s, zero()), s); });
    sums.each([=](vec& s, int, int at) LADING_LAMBDA { store(y + at, s); });
  }
}

template <int outputs> constexpr void fill(LaneTable& table) {
  if constexpr (VL == 16) table.one_vector[outputs] = run<outputs, 1>;
  table.two_vectors[outputs] = run<outputs, 2>;
  if constexpr (outputs > 1) fill<outputs - 1>(table);
}
constexpr LaneTable filled() {
  LaneTable table{};
  fill<lane_rows>(table);
  return table;
}

// The outputs of one panel, shared out evenly.
LADING_INLINE void run_panel(LaneCall c, int outputs, int lanes) {
  const int groups = (outputs + lane_rows - 1) / lane_rows, each = outputs / groups, longer = outputs % groups;
  const int in_pairs = lanes / (2 * VL) * (2 * VL);
  for (int g = 0; g < groups; ++g) {
    const int some = each + (g < longer);
    c.lanes = in_pairs;
    lane_table.two_vectors[some](c);
    if (VL == 16 && in_pairs < lanes) {  // sixteen more
      c.x += in_pairs, c.y += in_pairs, c.lanes = VL;
      lane_table.one_vector[some](c);
      c.x -= in_pairs, c.y -= in_pairs;
    }
    c.w += some, c.bias += some, c.y += some * lane_block;
  }
}

}  // namespace

constexpr LaneTable lane_table = filled();

void dense_lanes(const PackedDense& d, const float* x, int rows, float* y, bool relu) {
  LaneCall c{d.inputs, lane_block, 0, chains(d.inputs), 0, relu, x, d.weights, d.bias, nullptr, y};
  int64_t left = d.outputs;
  for (int panel = 0; panel < d.panels; ++panel) {
    const int64_t width = int64_t{VL} * width_of(d, panel);
    c.ldw = width;
    run_panel(c, static_cast<int>(left < width ? left : width), rows);
    c.w += d.inputs * width, c.bias += width, c.y += width * lane_block;
    left -= width;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
