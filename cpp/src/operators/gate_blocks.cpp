#include "operators/gate_blocks.hpp"

#include <algorithm>
#include <utility>

namespace lading {
namespace {

// A block on its way: its lanes are the rows, and those beyond them are rows of zeros.
class Block {
 public:
  Block(const Kernels& kernels, const PackedGates& weights, const SequenceRows& rows, float* scratch)
      : kernels_(kernels), weights_(weights), rows_(rows), x_(scratch) {
    const std::int64_t state = even(weights.units) * gate_block;
    h_ = x_ + weights.inputs * gate_block, c_ = h_ + state, next_ = c_ + state;
    std::fill_n(scratch, weights.inputs * gate_block + 3 * state, 0.f);
  }
  void run() {
    for (std::int64_t row = 0; row < rows_.count; ++row)
      if (!rows_.backward || !rows_.length(row)) begin(row);
    for (std::int64_t row = 0; row < rows_.count; ++row)
      if (!rows_.length(row)) end(row);
    for (std::int64_t done = 0; done < rows_.steps; ++done) step(rows_.backward ? rows_.steps - 1 - done : done, done);
  }

 private:
  void step(std::int64_t t, std::int64_t done) {
    for (std::int64_t row = 0; rows_.backward && row < rows_.count; ++row)
      if (t == rows_.length(row) - 1) begin(row);
    take_inputs(t);
    kernels_.gate_step(weights_, {static_cast<int>(rows_.count), rows_.from_zero && !done, x_, h_, c_, next_});
    std::swap(h_, next_);
    if (rows_.y) give_states(t);
    for (std::int64_t row = 0; row < rows_.count; ++row)
      if (t == (rows_.backward ? 0 : rows_.length(row) - 1) && rows_.length(row)) end(row);
  }
  // Rows without this step go on with zeros, which raise nothing; nobody looks at them.
  void take_inputs(std::int64_t t) {
    const StepPlaces& at = rows_.x_places;
    kernels_.transpose(rows_.x + t * at.step, at.row, rows_.count, weights_.inputs, x_, gate_block);
    each_without(t, [&](std::int64_t row) { set_lane(x_, row, nullptr, weights_.inputs); });
  }
  void give_states(std::int64_t t) {
    const StepPlaces& at = rows_.y_places;
    float* y = rows_.y + t * at.step;
    kernels_.transpose(h_, gate_block, weights_.units, rows_.count, y, at.row);
    each_without(t, [&](std::int64_t row) { std::fill_n(y + row * at.row, weights_.units, 0.f); });
  }
  template <class F> void each_without(std::int64_t t, F f) const {
    for (std::int64_t row = 0; rows_.lengths && row < rows_.count; ++row)
      if (t >= rows_.length(row)) f(row);
  }
  void begin(std::int64_t row) {
    const std::int64_t at = row * rows_.state_places.row;
    set_lane(h_, row, rows_.first_h ? rows_.first_h + at : nullptr, weights_.units);
    set_lane(c_, row, rows_.first_c ? rows_.first_c + at : nullptr, weights_.units);
  }
  void end(std::int64_t row) const {
    const std::int64_t at = row * rows_.state_places.row;
    for (std::int64_t k = 0; rows_.last_h && k < weights_.units; ++k) rows_.last_h[at + k] = h_[k * gate_block + row];
    for (std::int64_t k = 0; rows_.last_c && k < weights_.units; ++k) rows_.last_c[at + k] = c_[k * gate_block + row];
  }
  static void set_lane(float* block, std::int64_t lane, const float* from, std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k) block[k * gate_block + lane] = from ? from[k] : 0;
  }

  const Kernels& kernels_;
  const PackedGates& weights_;
  const SequenceRows& rows_;
  float *x_, *h_, *c_, *next_;
};

}  // namespace

GateBlocks::GateBlocks(const Kernels& kernels, const GateSizes& sizes, int directions, const float* w, const float* r,
                       const float* b)
    : kernels_(&kernels) {
  const std::int64_t width = sizes.width();
  const auto pack_all = [&](Pieces pieces) {
    packed_.clear();
    for (std::int64_t d = 0; d < directions; ++d)
      packed_.push_back(packed(sizes, w + d * width * sizes.inputs, r + d * width * sizes.hidden,
                               b ? b + 2 * d * width : nullptr, pieces));
    return pieces.used();
  };
  bytes_ = pack_all(Pieces(nullptr));
  memory_ = allocate(bytes_);
  pack_all(Pieces(memory_.get()));
}

PackedGates GateBlocks::packed(const GateSizes& sizes, const float* w, const float* r, const float* b,
                               Pieces& pieces) const {
  const std::int64_t n = sizes.hidden, width = even(n) * sizes.gates, most = 2 * (gate_outputs / sizes.gates);
  auto* weights = pieces.take<float>(width * (sizes.inputs + n));
  auto* biases = pieces.take<float>(2 * width);
  const PackedGates packed{sizes.inputs, n, static_cast<int>(sizes.gates), weights, biases};
  for (std::int64_t first = 0; weights && first < even(n); first += most)
    for (std::int64_t half = 0; half < 2; ++half) {
      // [k][gate][pair] of a matrix whose rows are gates * units
      const auto turn = [&](float*& to, const float* from, std::int64_t inputs) {
        for (std::int64_t k = 0; k < inputs; ++k)
          for (std::int64_t gate = 0; gate < sizes.gates; ++gate)
            for (std::int64_t unit = first + half; unit < std::min(first + most, even(n)); unit += 2)
              *to++ = from ? from[(gate * n + std::min(unit, n - 1)) * inputs + k] : 0;
      };
      turn(weights, w, sizes.inputs), turn(weights, r, n);
      turn(biases, b, 1), turn(biases, b ? b + sizes.width() : nullptr, 1);
    }
  return packed;
}

void GateBlocks::run(int direction, const SequenceRows& rows, float* scratch) const {
  Block(*kernels_, packed_[static_cast<std::size_t>(direction)], rows, scratch).run();
}

}  // namespace lading
