// BatchNormalization (ONNX) with stored statistics: y = (x - mean) / sqrt(variance + epsilon) scale + bias, by channel.
#include <cmath>

#include "graph/memory.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

class BatchNormalization final : public Operator {
 public:
  explicit BatchNormalization(const Definition& definition) : epsilon_(definition.real("epsilon", 1e-5f)) {
    if (definition.integer("training_mode", 0))
      definition.fail("training_mode is for training; export the model for inference");
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    const Shape& shape = io[0].shape;
    const std::int64_t channels = shape.rank > 1 ? shape[1] : 1;
    for (int i = 1; i < 5; ++i) {
      check_type(io, i, float_types);
      if (io[i].size() != channels)
        io.fail({"input ", i, " of shape ", io[i].shape, " must have one number for each of ", channels, " channels"});
    }
    io.set(0, io[0].type, shape);
  }
  std::size_t scratch(const Operands& io) const override {
    return 3 * aligned(static_cast<std::size_t>(io[1].size()) * sizeof(double));
  }
  void run(const Operands& io) const override {
    if (io[0].size() == 0) return;
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || io.entry(0) == 1 || !fixed_inputs(io, 1) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  static double number(const Tensor& tensor, std::int64_t i) {
    return tensor.type == Type::float64 ? tensor.as<double>()[i] : tensor.as<float>()[i];
  }
  template <class T> void run_typed(const Operands& io) const {
    const std::int64_t channels = io[1].size();
    const std::size_t piece = aligned(static_cast<std::size_t>(channels) * sizeof(double));
    T *mean = reinterpret_cast<T*>(io.scratch()), *factor = reinterpret_cast<T*>(io.scratch() + piece),
      *shift = reinterpret_cast<T*>(io.scratch() + 2 * piece);
    for (std::int64_t c = 0; c < channels; ++c) {
      mean[c] = static_cast<T>(number(io[3], c)), shift[c] = static_cast<T>(number(io[2], c));
      factor[c] = static_cast<T>(number(io[1], c) / std::sqrt(number(io[4], c) + epsilon_));
    }
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    const AxisView v = io[0].shape.rank > 1 ? AxisView(io[0].shape, 1) : AxisView(io[0].shape, 0, 0);
    for (std::int64_t i = 0; i < v.outer; ++i, x += channels * v.inner, y += channels * v.inner) {
      if (v.inner == 1)
        for (std::int64_t c = 0; c < channels; ++c) y[c] = (x[c] - mean[c]) * factor[c] + shift[c];
      else
        for (std::int64_t c = 0; c < channels; ++c)
          for (std::int64_t k = c * v.inner; k < (c + 1) * v.inner; ++k) y[k] = (x[k] - mean[c]) * factor[c] + shift[c];
    }
  }
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operator> make_BatchNormalization(const Definition& definition) {
  return std::make_unique<BatchNormalization>(definition);
}

}  // namespace lading
