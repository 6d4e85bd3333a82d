// Whole steps of gated recurrent layers for blocks of rows, which stand on the lanes. The sums are those of the dense layers of the
// two parts (block.hpp), and the units' arithmetic that of the cells.
#include "kernels/isa/block.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// A product of a step, its rows on the lanes: y [outputs][lane_block] = bias (+ y, if it goes on from there) + x w. The
// chains' sums wait in y for each other: between two loops a CPU should find little else to do.
struct GateCall {
  long inputs, ldw;
  int chains;
  bool goes_on;
  const float *x, *w, *bias;
  float* y;
};
template <int rows, int vectors> void gate_sums(const GateCall& c) {
  const long inputs = c.inputs, ldw = c.ldw;
  const int chains = c.chains;
  const float* bias = c.bias;
  float* y = c.y;
  vec sum[rows][vectors];
  const auto each = [&](auto f) LADING_LAMBDA {
    LADING_UNROLL for (int r = 0; r < rows; ++r) LADING_UNROLL for (int v = 0; v < vectors; ++v)
        f(sum[r][v], r, y + r * lane_block + v * VL);
  };
  if (c.goes_on) each([=](vec& s, int r, float* to) LADING_LAMBDA { s = all(bias[r]) + load(to); });
  else each([=](vec& s, int r, float*) LADING_LAMBDA { s = all(bias[r]); });
  for (int chain = 0;;) {
    const float *x = c.x + chain * gate_block, *w = c.w + chain * ldw;
    for (long k = chain; k < inputs; k += chains, x += chains * gate_block, w += chains * ldw) {
      vec lane[vectors];
      LADING_UNROLL for (int v = 0; v < vectors; ++v) {
        lane[v] = load(x + v * VL);
        hold(lane[v]);
      }
      LADING_UNROLL for (int r = 0; r < rows; ++r) {
        const vec a = all(w[r]);
        LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[r][v] = fma(a, lane[v], sum[r][v]);
      }
    }
    if (chain) each([](vec& s, int, float* to) LADING_LAMBDA { store(to, load(to) + s); });
    else each([](vec& s, int, float* to) LADING_LAMBDA { store(to, s); });
    if (++chain == chains) return;
    each([](vec& s, int, float*) LADING_LAMBDA { s = zero(); });
  }
}

}  // namespace

// The sums of a group of units go from the products to the cells through the first cache.
void gate_step(const PackedGates& d, const GateStep& s) {
  constexpr int blocks = (gate_outputs + lane_rows - 1) / lane_rows, together = gate_outputs / blocks;
  const bool lstm = d.gates == 4;
  float state[2 * gate_outputs * lane_block] = {}, *input = state + gate_outputs * lane_block;
  const int64_t known = s.from_zero ? 0 : d.units, most = gate_outputs / d.gates;
  const float *w = d.weights, *bias = d.bias;
  for (int64_t unit = 0; unit < d.units;) {
    const int64_t left = (d.units - unit + 1) / 2;
    const int units = static_cast<int>(left < most ? left : most), outputs = units * d.gates;
    for (int half = 0; half < lane_block; half += gate_block) {
      for (int lane = 0; lane < s.rows; lane += 2 * VL) {
        float* y = state + half + lane;
        for (int at = 0, some; at < outputs; at += some, y += some * lane_block) {
          some = outputs == gate_outputs ? together : d.gates;
          const auto run = outputs == gate_outputs ? gate_sums<together, 2> : lstm ? gate_sums<4, 2> : gate_sums<3, 2>;
          run({d.inputs, outputs, chains(d.inputs), false, s.x + lane, w + at, bias + at,
               lstm ? y : y + (input - state)});
          run({known, outputs, chains(known), lstm, s.h + lane, w + d.inputs * outputs + at, bias + outputs + at, y});
        }
      }
      w += (d.inputs + d.units) * outputs, bias += 2 * outputs;
    }
    const int64_t at = unit * gate_block, count = units * lane_block;
    if (lstm) {
      lstm_cell(state, s.c + at, s.next + at, count);
    } else {
      __builtin_memcpy(s.next + at, s.h + at, sizeof(float) * static_cast<size_t>(count));
      gru_cell(input, state, s.next + at, count);
    }
    unit += 2 * units;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
