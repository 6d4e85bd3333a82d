// internal.Dense, which passes make of MatMul or Gemm with constant weights, bias, residual and activation:
// y = activation(x w + (bias + add)). Inputs: x [..., K], w [K, N], bias [N] or none, add of the shape of y or none.
#include "operators/activation.hpp"
#include "operators/checks.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

class Dense final : public Operator {
 public:
  explicit Dense(const Definition& definition)
      : kernels_(definition.kernels()),
        activation_(Activation::named(definition, definition.text("activation", ""))),
        weights_(packed_layer(definition, 1)) {}
  void infer(const Operands& io) const override {
    const Shape out = layer_shape(io, weights_.inputs(), weights_.outputs());
    if (io.has(3) && (io[3].type != Type::float32 || !(io[3].shape == out)))
      io.fail({"adds input 3, whose shape must be ", out, ", it is ", io[3].shape});
    io.set(0, Type::float32, out);
  }
  void run(const Operands& io) const override {
    Tensor& out = io.output();
    weights_.multiply(io[0].as<float>(), row_count(out.shape), out.as<float>(), io.has(3) ? io[3].as<float>() : nullptr,
                      activation_.relu);
    if (!activation_.relu) activation_.run(kernels_, out.as<float>(), out.as<float>(), out.size());
  }
  // Rows do not see each other; what is added must have its entries where x has them.
  int entry(const Operands& io, int) const override {
    const int axis = row_entry(io);
    return io.has(3) && io.entry(3) != axis ? int(Entry::mixed) : axis;
  }
  bool has_packed(int i) const override { return i == 1 || i == 2; }
  std::size_t memory() const override { return weights_.bytes(); }

 private:
  const Kernels& kernels_;
  Activation activation_;
  PackedWeights weights_;
};

}  // namespace

std::unique_ptr<Operator> make_Dense(const Definition& definition) { return std::make_unique<Dense>(definition); }

}  // namespace lading
