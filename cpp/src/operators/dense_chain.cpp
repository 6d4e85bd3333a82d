// internal.DenseChain, which a pass makes of dense layers that follow one another: y = f2(f1(x w1 + b1) w2 + b2) ...
// Inputs: x [..., K], and of each layer w [K, N] and bias [N] or none in turn; `activation.0` and its parameters are the first's.
// Then, if `softmax` is 1 or 2, softmax or log_softmax along the last axis.
//
// Rows go through all layers a block at a time, so that what lies between two layers never leaves the cache. Groups of sixteen
// are turned: their rows lie on the lanes of vectors then, and no lane is idle where outputs do not fill the last one.
#include <algorithm>

#include "operators/activation.hpp"
#include "operators/checks.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

class DenseChain final : public Operator {
 public:
  explicit DenseChain(const Definition& definition)
      : kernels_(definition.kernels()), softmax_(definition.integer("softmax", 0)) {
    for (int i = 1; i < definition.input_count() || layers_.empty(); i += 2) {
      const std::string suffix = "." + std::to_string(layers_.size());
      activations_.push_back(
          Activation::named(definition, definition.text(("activation" + suffix).c_str(), ""), suffix));
      layers_.push_back(packed_layer(definition, i));
      widest_ = std::max({widest_, layers_.back().inputs(), layers_.back().outputs()});
    }
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32));
    Shape out = io[0].shape;
    if (out.rank == 0 || out[out.rank - 1] != layers_.front().inputs())
      io.fail({"takes ", layers_.front().inputs(), " numbers along its last axis, the shape is ", out});
    out[out.rank - 1] = layers_.back().outputs();
    io.set(0, Type::float32, out);
  }
  std::size_t scratch(const Operands& io) const override { return 2 * half(rows_of(io)) * sizeof(float); }
  void run(const Operands& io) const override {
    const std::int64_t rows = rows_of(io);
    auto* a = reinterpret_cast<float*>(io.scratch());
    float* b = a + half(rows);
    for (std::int64_t first = 0, count; first < rows; first += count) {
      const float* x = io[0].as<float>() + first * layers_.front().inputs();
      float* y = io.output().as<float>() + first * layers_.back().outputs();
      count = std::min<std::int64_t>(rows - first, lane_block);
      if (const std::int64_t turned = count / lane_group * lane_group; turned && widest_ <= widest_on_lanes)
        run_on_lanes(x, count = turned, y, a, b);
      else run_rows(x, count, y, a, b);
    }
  }
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(0);
    return axis < 0 || axis == io.output().shape.rank - 1 ? int(Entry::mixed) : axis;
  }
  bool has_packed(int i) const override { return i > 0; }
  std::size_t memory() const override {
    std::size_t bytes = 0;
    for (const PackedWeights& layer : layers_) bytes += layer.bytes();
    return bytes;
  }

 private:
  // Two turned blocks of this width are in the first cache, and one waits in the second.
  static constexpr std::int64_t widest_on_lanes = 128;

  static std::int64_t rows_of(const Operands& io) { return io[0].shape.size(0, io[0].shape.rank - 1); }
  // Numbers of one of the two pieces of scratch. A turned block is as wide as any.
  std::size_t half(std::int64_t rows) const {
    if (rows >= lane_group) rows = lane_block;
    return aligned(static_cast<std::size_t>(rows * widest_) * sizeof(float) + tail) / sizeof(float);
  }
  // In place, where it was not done on the way.
  void activate(std::size_t layer, float* y, std::int64_t rows) const {
    if (!activations_[layer].relu) activations_[layer].run(kernels_, y, y, rows * layers_[layer].outputs());
  }
  void run_rows(const float* x, std::int64_t rows, float* y, float* a, float* b) const {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer, std::swap(a, b)) {
      float* to = layer + 1 == layers_.size() ? y : a;
      layers_[layer].multiply(x, rows, to, nullptr, activations_[layer].relu);
      activate(layer, to, rows);
      x = to;
    }
    if (softmax_) kernels_.softmax(y, y, rows, layers_.back().outputs(), softmax_ == 2);
  }
  // The same of a turned block, of which so many rows are there.
  void activate_lanes(std::size_t layer, float* y, std::int64_t rows) const {
    if (rows == lane_block) return activate(layer, y, rows);
    if (activations_[layer].relu) return;
    for (std::int64_t k = 0; k < layers_[layer].outputs(); ++k, y += lane_block)
      activations_[layer].run(kernels_, y, y, rows);
  }
  void run_on_lanes(const float* x, std::int64_t rows, float* y, float* a, float* b) const {
    const std::int64_t inputs = layers_.front().inputs(), outputs = layers_.back().outputs();
    kernels_.transpose(x, inputs, rows, inputs, a, lane_block);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer, std::swap(a, b)) {
      kernels_.dense_lanes(layers_[layer].packed(), a, static_cast<int>(rows), b, activations_[layer].relu);
      activate_lanes(layer, b, rows);
    }
    if (softmax_) kernels_.softmax_lanes(a, outputs, static_cast<int>(rows), softmax_ == 2);
    kernels_.transpose(a, lane_block, outputs, rows, y, outputs);
  }

  const Kernels& kernels_;
  std::vector<Activation> activations_;
  std::int64_t softmax_;
  std::vector<PackedWeights> layers_;
  std::int64_t widest_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_DenseChain(const Definition& definition) {
  return std::make_unique<DenseChain>(definition);
}

}  // namespace lading
