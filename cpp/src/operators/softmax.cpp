// Softmax, LogSoftmax and Hardmax (ONNX) along one axis. float32 by the kernels: along the last axis in the fixed
// tree of sixteen partial sums, along any other in order.
#include <algorithm>
#include <limits>

#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

enum class Kind { softmax, log_softmax, hardmax };

// One row of float64, `step` apart.
constexpr std::int64_t chunk = 64;
void softmax_row(const Kernels& kernels, const double* x, double* y, std::int64_t n, std::int64_t step,
                 bool logarithm) {
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t k = 0; k < n; ++k) top = x[k * step] > top ? x[k * step] : top;
  for (std::int64_t begin = 0; begin < n; begin += chunk) {
    double powers[chunk];
    const std::int64_t count = std::min(chunk, n - begin);
    for (std::int64_t k = 0; k < count; ++k) powers[k] = x[(begin + k) * step] - top;
    kernels.unary_float64(Unary::exp, powers, powers, count);
    for (std::int64_t k = 0; k < count; ++k) {
      sum += powers[k];
      if (!logarithm) y[(begin + k) * step] = powers[k];
    }
  }
  const double lost = logarithm ? scalar_math::log(sum) : 0;
  for (std::int64_t k = 0; k < n; ++k) y[k * step] = logarithm ? x[k * step] - top - lost : y[k * step] / sum;
}
template <class T> void hardmax_row(const T* x, T* y, std::int64_t n, std::int64_t step) {
  std::int64_t best = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    y[k * step] = 0;
    if (x[k * step] > x[best * step]) best = k;
  }
  if (n) y[best * step] = 1;
}

class Softmax final : public Operator {
 public:
  Softmax(const Definition& definition, Kind kind)
      : kernels_(definition.kernels()), kind_(kind), axis_(definition.integer("axis", -1)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    normal_axis(io, axis_, io[0].shape.rank);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    if (io[0].size() == 0) return;
    if (kind_ != Kind::hardmax && io[0].type == Type::float32) return run_kernels(io);
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_rows<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || io.entry(0) == normal_axis(io, axis_, io[0].shape.rank) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  AxisView axis_view(const Operands& io) const { return {io[0].shape, normal_axis(io, axis_, io[0].shape.rank)}; }
  bool last(const Operands& io) const { return normal_axis(io, axis_, io[0].shape.rank) + 1 == io[0].shape.rank; }
  void run_kernels(const Operands& io) const {
    const Shape& shape = io[0].shape;
    if (axis_ == -1 && shape.rank > 0) {  // as most have it
      const std::int64_t length = shape[shape.rank - 1];
      return kernels_.softmax(io[0].as<float>(), io.output().as<float>(), io[0].size() / length, length,
                              kind_ == Kind::log_softmax);
    }
    const AxisView v = axis_view(io);
    const float* x = io[0].as<float>();
    float* y = io.output().as<float>();
    const bool logarithm = kind_ == Kind::log_softmax;
    if (last(io)) return kernels_.softmax(x, y, v.outer, v.length, logarithm);
    for (std::int64_t i = 0, step = v.length * v.inner; i < v.outer; ++i)
      kernels_.softmax_columns(x + i * step, y + i * step, v.length, v.inner, logarithm);
  }
  template <class T> void run_rows(const Operands& io) const {
    const AxisView v = axis_view(io);
    for (std::int64_t i = 0; i < v.outer * v.inner; ++i) {
      const std::int64_t at = i / v.inner * v.length * v.inner + i % v.inner;
      const T* x = io[0].as<T>() + at;
      T* y = io.output().as<T>() + at;
      if (kind_ == Kind::hardmax) hardmax_row(x, y, v.length, v.inner);
      else if constexpr (std::is_same_v<T, double>)
        softmax_row(kernels_, x, y, v.length, v.inner, kind_ == Kind::log_softmax);
    }
  }
  const Kernels& kernels_;
  Kind kind_;
  std::int64_t axis_;
};

}  // namespace

#define LADING_SOFTMAX(name, kind)                                      \
  std::unique_ptr<Operator> make_##name(const Definition& definition) { \
    return std::make_unique<Softmax>(definition, kind);                 \
  }
LADING_SOFTMAX(Softmax, Kind::softmax)
LADING_SOFTMAX(LogSoftmax, Kind::log_softmax)
LADING_SOFTMAX(Hardmax, Kind::hardmax)

}  // namespace lading
