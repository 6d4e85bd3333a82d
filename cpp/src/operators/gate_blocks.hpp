// Blocks of rows that go through all steps of an LSTM or GRU side by side, so that their states never leave the cache.
#pragma once
#include <vector>

#include "operators/gate_weights.hpp"

namespace lading {

// Elements from one step, row or direction to the next.
struct StepPlaces {
  std::int64_t step, row, direction;
};

// Some rows of one direction of a layer. Sequences end or begin anywhere; what is null is not there.
struct SequenceRows {
  std::int64_t count, steps;  // count <= gate_block
  bool backward;
  const std::int32_t* lengths;  // of the rows, else all have all steps
  bool from_zero;               // the first step has no state, for every row
  StepPlaces x_places, y_places, state_places;
  const float *x, *first_h, *first_c;
  float *y, *last_h, *last_c;

  std::int64_t length(std::int64_t row) const { return lengths ? lengths[row] : steps; }
};

constexpr std::int64_t even(std::int64_t units) { return (units + 1) / 2 * 2; }

// The weights of all directions, packed for such blocks.
class GateBlocks {
 public:
  GateBlocks() = default;
  // Of w, r and b (or null) as ONNX has them: b [directions][2 * gates * hidden].
  GateBlocks(const Kernels& kernels, const GateSizes& sizes, int directions, const float* w, const float* r,
             const float* b);
  // How many of so many rows a block should take: none if the kernels for rows are the faster ones.
  std::int64_t rows_of(std::int64_t rows) const {
    return packed_.empty() || rows < least ? 0 : std::min<std::int64_t>(rows, gate_block);
  }
  std::size_t bytes() const { return bytes_; }
  // numbers
  static std::int64_t scratch(const GateSizes& sizes) { return (sizes.inputs + 3 * even(sizes.hidden)) * gate_block; }
  void run(int direction, const SequenceRows& rows, float* scratch) const;

 private:
  static constexpr std::int64_t least = gate_block * 3 / 4;  // fewer rows leave too many lanes idle
  PackedGates packed(const GateSizes& sizes, const float* w, const float* r, const float* b, Pieces& pieces) const;

  const Kernels* kernels_ = nullptr;
  std::vector<PackedGates> packed_;
  Memory memory_;
  std::size_t bytes_ = 0;
};

}  // namespace lading
