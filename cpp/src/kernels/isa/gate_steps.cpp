// Whole steps of gated recurrent layers for blocks of rows, which stand on the lanes. The sums are those of the dense layers of the
// two parts, and the units' arithmetic that of the cells.
#include "kernels/isa/lanes.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {

// The sums of a group of units go from the products to the cells through the first cache.
void gate_step(const PackedGates& d, const GateStep& s) {
  const bool lstm = d.gates == 4;
  float state[2 * gate_outputs * lane_block] = {}, *input = state + gate_outputs * lane_block;
  const int64_t known = s.from_zero ? 0 : d.units, most = gate_outputs / d.gates;
  const float *w = d.weights, *bias = d.bias;
  for (int64_t unit = 0; unit < d.units;) {
    const int64_t left = (d.units - unit + 1) / 2;
    const int units = static_cast<int>(left < most ? left : most), outputs = units * d.gates;
    const int parts = (outputs + lane_rows - 1) / lane_rows;
    for (int half = 0; half < lane_block; half += gate_block) {
      const float *state_w = w + d.inputs * outputs, *state_bias = bias + outputs;
      for (int part = 0, at = 0, some; part < parts; ++part, at += some) {
        some = (outputs - at) / (parts - part);
        float* y = state + half + at * lane_block;
        float* first = lstm ? y : y + (input - state);
        const auto sums = lane_table.two_vectors[some];
        sums({d.inputs, gate_block, outputs, chains(d.inputs), s.rows, false, s.x, w + at, bias + at, nullptr, first});
        sums({known, gate_block, outputs, chains(known), s.rows, false, s.h, state_w + at, state_bias + at,
              lstm ? y : nullptr, y});
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
