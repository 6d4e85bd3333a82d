// InstanceNormalization and GroupNormalization (ONNX): the numbers of one channel, or of a group of channels, are
// brought to mean 0 and variance 1, then scaled and shifted by channel.
#include <cmath>

#include "kernels/kernels.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

class GroupNormalization final : public Operator {
 public:
  // groups: 0 is one for each channel
  GroupNormalization(const Definition& definition, std::int64_t groups)
      : kernels_(definition.kernels()), groups_(groups), epsilon_(definition.real("epsilon", 1e-5f)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    const Shape& shape = io[0].shape;
    if (shape.rank < 2) io.fail({"input 0 needs the axes entry and channel; its shape is ", shape});
    if (groups_ && shape[1] % groups_) io.fail({shape[1], " channels do not make ", groups_, " equal groups"});
    for (int i = 1; i < 3; ++i) {
      check_same_type(io, i);
      if (io[i].size() != shape[1])
        io.fail({"input ", i, " of shape ", io[i].shape, " must have one number for each of ", shape[1], " channels"});
    }
    io.set(0, io[0].type, shape);
  }
  void run(const Operands& io) const override {
    if (io[0].size() == 0) return;
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) != 0 || !fixed_inputs(io, 1) ? int(Entry::mixed) : 0;
  }

 private:
  template <class T> void run_typed(const Operands& io) const {
    const Shape& shape = io[0].shape;
    const std::int64_t channels = shape[1], inner = shape.size(2, shape.rank),
                       rows = shape[0] * (groups_ ? groups_ : channels);
    const T *scale = io[1].as<T>(), *bias = io[2].as<T>();
    T* y = io.output().as<T>();
    normalize(io[0].as<T>(), y, rows, io[0].size() / rows);
    for (std::int64_t i = 0; i < shape[0] * channels; ++i, y += inner)
      for (std::int64_t k = 0; k < inner; ++k) y[k] = y[k] * scale[i % channels] + bias[i % channels];
  }
  void normalize(const float* x, float* y, std::int64_t rows, std::int64_t n) const {
    kernels_.layer_norm(x, nullptr, nullptr, y, rows, n, epsilon_, true);
  }
  void normalize(const double* x, double* y, std::int64_t rows, std::int64_t n) const {
    for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
      double mean = 0, variance = 0;
      for (std::int64_t i = 0; i < n; ++i) mean += x[i];
      mean /= static_cast<double>(n);
      for (std::int64_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
      const double factor = 1 / std::sqrt(variance / static_cast<double>(n) + epsilon_);
      for (std::int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor;
    }
  }
  const Kernels& kernels_;
  std::int64_t groups_;
  float epsilon_;
};

}  // namespace

std::unique_ptr<Operator> make_InstanceNormalization(const Definition& definition) {
  return std::make_unique<GroupNormalization>(definition, 0);
}
std::unique_ptr<Operator> make_GroupNormalization(const Definition& definition) {
  const std::int64_t groups = definition.integer("num_groups");
  if (groups < 1) definition.fail({"attribute 'num_groups' is ", groups, "; it must be at least 1"});
  return std::make_unique<GroupNormalization>(definition, groups);
}

}  // namespace lading
