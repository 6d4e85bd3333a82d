// Functions of one element (ONNX Relu, Exp, Gelu, ...): one row of a table each. float32, and float64 of some, go
// through the kernels where they have the function; all else is computed in float64 and rounded once.
#include <algorithm>
#include <cmath>

#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"
#include "operators/checks.hpp"
#include "operators/convert.hpp"

namespace lading {
namespace {

using Real = double (*)(double x, double a, double b);
using Signed = std::int64_t (*)(std::int64_t x);
using Natural = std::uint64_t (*)(std::uint64_t x);
constexpr Unary no_kernel = Unary::count;

struct Function {
  Unary kernel = no_kernel;  // float32
  Real real = nullptr;
  const char* a = nullptr;  // attributes that are the parameters, and their defaults
  float default_a = 0;
  const char* b = nullptr;
  float default_b = 0;
  Signed integer = nullptr;   // signed integers
  Natural natural = nullptr;  // unsigned ones

  Types types() const { return float_types | (integer ? signed_types : 0) | (natural ? unsigned_types : 0); }
};

// A function of scalar_math, without parameters.
template <double (*f)(double)> double plain(double x, double, double) { return f(x); }

double abs(double x, double, double) { return std::abs(x); }
double neg(double x, double, double) { return -x; }
double sign(double x, double, double) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double floor(double x, double, double) { return std::floor(x); }
double ceil(double x, double, double) { return std::ceil(x); }
double round(double x, double, double) { return std::nearbyint(x); }  // halves to even
double square_root(double x, double, double) { return std::sqrt(x); }
double reciprocal(double x, double, double) { return 1 / x; }
double relu(double x, double, double) { return x < 0 ? 0 : x; }
double leaky_relu(double x, double a, double) { return x < 0 ? a * x : x; }
double thresholded_relu(double x, double a, double) { return x > a || x != x ? x : 0; }
double elu(double x, double a, double) { return x < 0 ? a * scalar_math::expm1(x) : x; }
double celu(double x, double a, double) { return x < 0 ? a * scalar_math::expm1(x / a) : x; }
double selu(double x, double a, double gamma) { return gamma * elu(x, a, 0); }
double hard_sigmoid(double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }
double hard_swish(double x, double, double) { return x * hard_sigmoid(x, 1.0 / 6, 0.5); }
double swish(double x, double a, double) { return x * scalar_math::sigmoid(a * x); }
double mish(double x, double, double) { return x * scalar_math::tanh(scalar_math::softplus(x)); }
double softsign(double x, double, double) { return x / (1 + std::abs(x)); }
double gelu(double x, double, double) { return 0.5 * x * (1 + scalar_math::erf(x * 0.70710678118654752440)); }
double gelu_tanh(double x, double, double) {
  return 0.5 * x * (1 + scalar_math::tanh(0.79788456080286535588 * (x + 0.044715 * x * x * x)));
}
double shrink(double x, double limit, double bias) {
  return x < -limit ? x + bias : x > limit ? x - bias : x != x ? x : 0;
}

std::int64_t signed_neg(std::int64_t x) { return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(x)); }
std::int64_t signed_abs(std::int64_t x) { return x < 0 ? signed_neg(x) : x; }
std::int64_t signed_sign(std::int64_t x) { return (x > 0) - (x < 0); }
std::int64_t signed_relu(std::int64_t x) { return x < 0 ? 0 : x; }
std::uint64_t natural_abs(std::uint64_t x) { return x; }
std::uint64_t natural_sign(std::uint64_t x) { return x > 0; }

// Integers of any width, a chunk at a time in the widest type.
template <class Wide> void run_integers(Wide (*f)(Wide), const Tensor& in, Tensor& out) {
  constexpr std::int64_t chunk = 256;
  Wide wide[chunk];
  const std::int64_t size = static_cast<std::int64_t>(size_of(in.type)), count = in.size();
  for (std::int64_t start = 0; start < count; start += chunk) {
    const std::int64_t n = std::min(chunk, count - start);
    convert(in.type, in.data + start * size, type_of<Wide>(), reinterpret_cast<std::byte*>(wide), n);
    for (std::int64_t i = 0; i < n; ++i) wide[i] = f(wide[i]);
    convert(type_of<Wide>(), reinterpret_cast<std::byte*>(wide), in.type, out.data + start * size, n);
  }
}

class UnaryOperator final : public Operator {
 public:
  UnaryOperator(const Definition& definition, const Function& function) : f_(function), kernels_(definition.kernels()) {
    if (f_.a) a_ = definition.real(f_.a, f_.default_a);
    if (f_.b) b_ = definition.real(f_.b, f_.default_b);
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, f_.types());
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const Tensor& in = io[0];
    Tensor& out = io.output();
    if (in.type == Type::float32 && f_.kernel != no_kernel)
      kernels_.unary(f_.kernel, in.as<float>(), out.as<float>(), in.size(), a_, b_);
    else if (in.type == Type::float32) run_reals(in.as<float>(), out.as<float>(), in.size());
    else if (in.type == Type::float64 && has_float64(f_.kernel))
      kernels_.unary_float64(f_.kernel, in.as<double>(), out.as<double>(), in.size());
    else if (in.type == Type::float64) run_reals(in.as<double>(), out.as<double>(), in.size());
    else if (unsigned_types & bit(in.type)) run_integers(f_.natural, in, out);
    else run_integers(f_.integer, in, out);
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }

 private:
  template <class T> void run_reals(const T* in, T* out, std::int64_t count) const {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<T>(f_.real(in[i], a_, b_));
  }
  Function f_;
  const Kernels& kernels_;
  float a_ = 0, b_ = 0;
};

Function gelu_of(const Definition& definition) {
  if (choice(definition, "approximate", "none", {"none", "tanh"}) == 1) return {Unary::gelu_tanh, gelu_tanh};
  return {Unary::gelu, gelu};
}

}  // namespace

#define LADING_UNARY(name, ...)                                               \
  std::unique_ptr<Operator> make_##name(const Definition& definition) {       \
    return std::make_unique<UnaryOperator>(definition, Function __VA_ARGS__); \
  }

LADING_UNARY(Abs, {Unary::abs, abs, 0, 0, 0, 0, signed_abs, natural_abs})
LADING_UNARY(Acos, {no_kernel, plain<scalar_math::acos>})
LADING_UNARY(Acosh, {no_kernel, plain<scalar_math::acosh>})
LADING_UNARY(Asin, {no_kernel, plain<scalar_math::asin>})
LADING_UNARY(Asinh, {no_kernel, plain<scalar_math::asinh>})
LADING_UNARY(Atan, {no_kernel, plain<scalar_math::atan>})
LADING_UNARY(Atanh, {no_kernel, plain<scalar_math::atanh>})
LADING_UNARY(Ceil, {Unary::ceil, ceil})
LADING_UNARY(Celu, {Unary::celu, celu, "alpha", 1.0f})
LADING_UNARY(Cos, {no_kernel, plain<scalar_math::cos>})
LADING_UNARY(Cosh, {no_kernel, plain<scalar_math::cosh>})
LADING_UNARY(Elu, {Unary::elu, elu, "alpha", 1.0f})
LADING_UNARY(Erf, {Unary::erf, plain<scalar_math::erf>})
LADING_UNARY(Exp, {Unary::exp, plain<scalar_math::exp>})
LADING_UNARY(Floor, {Unary::floor, floor})
LADING_UNARY(Gelu, (gelu_of(definition)))
LADING_UNARY(HardSigmoid, {Unary::hard_sigmoid, hard_sigmoid, "alpha", 0.2f, "beta", 0.5f})
LADING_UNARY(HardSwish, {Unary::hard_swish, hard_swish})
LADING_UNARY(LeakyRelu, {Unary::leaky_relu, leaky_relu, "alpha", 0.01f})
LADING_UNARY(Log, {Unary::log, plain<scalar_math::log>})
LADING_UNARY(Mish, {Unary::mish, mish})
LADING_UNARY(Neg, {Unary::neg, neg, 0, 0, 0, 0, signed_neg})
LADING_UNARY(Reciprocal, {Unary::reciprocal, reciprocal})
LADING_UNARY(Relu, {Unary::relu, relu, 0, 0, 0, 0, signed_relu})
LADING_UNARY(Round, {Unary::round, round})
LADING_UNARY(Selu, {Unary::selu, selu, "alpha", 1.67326319217681884765625f, "gamma", 1.05070102214813232421875f})
LADING_UNARY(Shrink, {no_kernel, shrink, "lambd", 0.5f, "bias", 0.0f})
LADING_UNARY(Sigmoid, {Unary::sigmoid, plain<scalar_math::sigmoid>})
LADING_UNARY(Sign, {Unary::sign, sign, 0, 0, 0, 0, signed_sign, natural_sign})
LADING_UNARY(Sin, {no_kernel, plain<scalar_math::sin>})
LADING_UNARY(Sinh, {no_kernel, plain<scalar_math::sinh>})
LADING_UNARY(Softplus, {Unary::softplus, plain<scalar_math::softplus>})
LADING_UNARY(Softsign, {Unary::softsign, softsign})
LADING_UNARY(Sqrt, {Unary::sqrt, square_root})
LADING_UNARY(Swish, {Unary::swish, swish, "alpha", 1.0f})
LADING_UNARY(Tan, {no_kernel, plain<scalar_math::tan>})
LADING_UNARY(Tanh, {Unary::tanh, plain<scalar_math::tanh>})
LADING_UNARY(ThresholdedRelu, {Unary::thresholded_relu, thresholded_relu, "alpha", 1.0f})

}  // namespace lading
