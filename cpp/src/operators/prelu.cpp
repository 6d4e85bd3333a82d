// PRelu (ONNX): x where x >= 0, slope * x elsewhere; the slope is broadcast to x.
#include "operators/elementwise.hpp"

namespace lading {
namespace {

struct Sloped {
  template <class T> T operator()(T x, T slope) const {
    const T product = static_cast<T>(Unsigned<T>(slope) * Unsigned<T>(x));  // always, which saves a branch
    return x < 0 ? product : x;
  }
};

class PRelu final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, rows.types), check_same_type(io, 1);
    if (!(broadcast(io, io[0].shape, io[1].shape) == io[0].shape))
      io.fail({"slope of shape ", io[1].shape, " does not broadcast to ", io[0].shape});
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const bool one_slope = io[1].size() == 1 && io[0].type == Type::float32;
    if (!one_slope) return combine(rows, io.output(), io[0], io[1]);
    kernels().unary(Unary::leaky_relu, io[0].as<float>(), io.output().as<float>(), io[0].size(), *io[1].as<float>(), 0);
  }
  int entry(const Operands& io, int) const override { return elementwise_entry(io, io.output().shape); }

 private:
  static constexpr BinaryRows rows = number_rows<Sloped>();
};

}  // namespace

std::unique_ptr<Operator> make_PRelu(const Definition&) { return std::make_unique<PRelu>(); }

}  // namespace lading
