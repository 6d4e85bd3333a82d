// LayerNormalization and RMSNormalization (ONNX): each group of numbers from `axis` on is brought to mean 0 and
// variance 1, or to mean square 1, then scaled and shifted element by element.
#include <cmath>
#include <optional>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"

namespace lading {
namespace {

class LayerNormalization final : public Operator {
 public:
  LayerNormalization(const Definition& definition, bool centred)
      : kernels_(definition.kernels()),
        centred_(centred),
        axis_(definition.integer("axis", -1)),
        epsilon_(definition.real("epsilon", 1e-5f)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    const Shape& shape = io[0].shape;
    const int axis = normal_axis(io, axis_, shape.rank);
    for (int i = 1; i < io.input_count(); ++i) {
      if (!io.has(i)) continue;
      check_same_type(io, i);
      if (io[i].shape.rank > shape.rank || !(broadcast(io, shape, io[i].shape) == shape) ||
          reaches_before(io[i].shape, shape, axis))
        io.fail({"input ", i, " of shape ", io[i].shape, " does not fit axes ", axis, " and following of ", shape});
    }
    io.set(0, io[0].type, shape);
    Shape groups = shape;
    for (int i = axis; i < shape.rank; ++i) groups[i] = 1;
    io.set(1, Type::float32, groups), io.set(2, Type::float32, groups);
  }
  // Scale and bias written out to one number for each of a group, where they are broadcast within it.
  std::size_t scratch(const Operands& io) const override {
    return 2 * aligned(static_cast<std::size_t>(group(io)) * size_of(io[0].type));
  }
  void run(const Operands& io) const override {
    if (io[0].size() == 0) return;
    if (io[0].type == Type::float32) {
      const std::int64_t n = group(io);
      kernels_.layer_norm(io[0].as<float>(), parameter<float>(io, 1), parameter<float>(io, 2), io.output().as<float>(),
                          io[0].size() / n, n, epsilon_, centred_);
      statistics<float>(io);
    } else {
      run_in_order(io);
      statistics<double>(io);
    }
  }
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(0);
    return axis < 0 || axis >= normal_axis(io, axis_, io[0].shape.rank) || !fixed_inputs(io, 1) ? int(Entry::mixed)
                                                                                                : axis;
  }

 private:
  static bool reaches_before(const Shape& parameter, const Shape& shape, int axis) {
    for (int i = 0; i < parameter.rank; ++i)
      if (i + shape.rank - parameter.rank < axis && parameter[i] != 1) return true;
    return false;
  }
  std::int64_t group(const Operands& io) const {
    const Shape& shape = io[0].shape;
    return shape.size(normal_axis(io, axis_, shape.rank), shape.rank);
  }
  // Input i with one number for each of a group, or null.
  template <class T> const T* parameter(const Operands& io, int i) const {
    if (!io.has(i)) return nullptr;
    const std::int64_t n = group(io);
    if (io[i].size() == n) return io[i].as<T>();
    T* to = reinterpret_cast<T*>(io.scratch() + (i - 1) * aligned(static_cast<std::size_t>(n) * sizeof(T)));
    Shape one_group = io[0].shape;
    for (int axis = 0; axis < normal_axis(io, axis_, one_group.rank); ++axis) one_group[axis] = 1;
    const Shape& own = io[i].shape;
    Loops<2> loops = broadcast_loops<2>(one_group, {&own});
    loops.each([&](const auto& at) { to[at[0]] = io[i].as<T>()[at[1]]; });
    return to;
  }
  template <class T> struct Moments { T mean, factor; };
  template <class T> Moments<T> moments(const T* x, std::int64_t n) const {
    T mean = 0, variance = 0;
    for (std::int64_t i = 0; centred_ && i < n; ++i) mean += x[i];
    mean /= static_cast<T>(n);
    for (std::int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
    return {mean, 1 / std::sqrt(variance / static_cast<T>(n) + static_cast<T>(epsilon_))};
  }
  void run_in_order(const Operands& io) const {
    const std::int64_t n = group(io);
    const double *x = io[0].as<double>(), *scale = parameter<double>(io, 1), *bias = parameter<double>(io, 2);
    double* y = io.output().as<double>();
    for (const double* end = x + io[0].size(); x != end; x += n, y += n) {
      const Moments<double> m = moments(x, n);
      for (std::int64_t i = 0; i < n; ++i) y[i] = (x[i] - m.mean) * m.factor * scale[i] + (bias ? bias[i] : 0);
    }
  }
  // Outputs 1 and 2: mean and 1 / standard deviation, which only training reads.
  template <class T> void statistics(const Operands& io) const {
    if (!io.has_output(1) && !io.has_output(2)) return;
    const std::int64_t n = group(io);
    for (std::int64_t r = 0; r < io[0].size() / n; ++r) {
      const Moments<T> m = moments(io[0].as<T>() + r * n, n);
      if (io.has_output(1)) io.output(1).as<float>()[r] = static_cast<float>(m.mean);
      if (io.has_output(2)) io.output(2).as<float>()[r] = static_cast<float>(m.factor);
    }
  }
  const Kernels& kernels_;
  bool centred_;
  std::int64_t axis_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operator> make_LayerNormalization(const Definition& definition) {
  return std::make_unique<LayerNormalization>(definition, true);
}
std::unique_ptr<Operator> make_RMSNormalization(const Definition& definition) {
  return std::make_unique<LayerNormalization>(definition, false);
}

}  // namespace lading
