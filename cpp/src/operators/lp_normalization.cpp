// LpNormalization (ONNX): x / |x| along an axis, by the sum of absolute values (p = 1) or the length (p = 2); what is
// all zeros stays so. MeanVarianceNormalization: mean 0 and variance 1 over all of the given axes.
#include <cmath>

#include "operators/axis.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"

namespace lading {
namespace {

class LpNormalization final : public Operator {
 public:
  explicit LpNormalization(const Definition& definition)
      : axis_(definition.integer("axis", -1)), p_(definition.integer("p", 2)) {
    if (p_ != 1 && p_ != 2) definition.fail({"attribute 'p' must be 1 or 2, it is ", p_});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    normal_axis(io, axis_, io[0].shape.rank);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || io.entry(0) == normal_axis(io, axis_, io[0].shape.rank) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  template <class T> void run_typed(const Operands& io) const {
    const AxisView v(io[0].shape, normal_axis(io, axis_, io[0].shape.rank));
    for (std::int64_t i = 0; i < v.outer * v.inner; ++i) {
      const std::int64_t at = i / v.inner * v.length * v.inner + i % v.inner;
      const T* x = io[0].as<T>() + at;
      T* y = io.output().as<T>() + at;
      T sum = 0;
      for (std::int64_t k = 0; k < v.length; ++k)
        sum += p_ == 1 ? std::abs(x[k * v.inner]) : x[k * v.inner] * x[k * v.inner];
      const T length = p_ == 1 ? sum : std::sqrt(sum);
      for (std::int64_t k = 0; k < v.length; ++k) y[k * v.inner] = length == 0 ? 0 : x[k * v.inner] / length;
    }
  }
  std::int64_t axis_, p_;
};

class MeanVarianceNormalization final : public Operator {
 public:
  explicit MeanVarianceNormalization(const Definition& definition) : axes_(definition.integers("axes")) {
    if (!definition.has("axes")) axes_ = {0, 2, 3};
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    reduced(io);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    if (io[0].size() == 0) return;
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || (reduced(io) >> io.entry(0) & 1) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  std::uint32_t reduced(const Operands& io) const {
    std::uint32_t bits = 0;
    for (const std::int64_t given : axes_) {
      const int axis = normal_axis(io, given, io[0].shape.rank);
      if (bits >> axis & 1) io.fail({"axis ", axis, " is named twice"});
      bits |= 1u << axis;
    }
    return bits;
  }
  template <class T> void run_typed(const Operands& io) const {
    const Strides strides = strides_of(io[0].shape);
    Loops<1> kept, along;
    T count = 1;
    for (int axis = 0; axis < io[0].shape.rank; ++axis) {
      const bool is_reduced = reduced(io) >> axis & 1;
      (is_reduced ? along : kept).add(io[0].shape[axis], {strides[axis]});
      if (is_reduced) count *= static_cast<T>(io[0].shape[axis]);
    }
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    kept.each([&](const auto& at) {
      T mean = 0, variance = 0;
      along.each([&](const auto& more) { mean += x[at[0] + more[0]]; });
      mean /= count;
      along.each([&](const auto& more) { variance += (x[at[0] + more[0]] - mean) * (x[at[0] + more[0]] - mean); });
      const T deviation = std::sqrt(variance / count) + T(1e-9);  // the constant is ONNX's
      along.each([&](const auto& more) { y[at[0] + more[0]] = (x[at[0] + more[0]] - mean) / deviation; });
    });
  }
  std::vector<std::int64_t> axes_;
};

}  // namespace

std::unique_ptr<Operator> make_LpNormalization(const Definition& definition) {
  return std::make_unique<LpNormalization>(definition);
}
std::unique_ptr<Operator> make_MeanVarianceNormalization(const Definition& definition) {
  return std::make_unique<MeanVarianceNormalization>(definition);
}

}  // namespace lading
