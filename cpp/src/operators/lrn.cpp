// LRN (ONNX): y = x / (bias + alpha / size * sum)^beta with the sum of the squares of `size` neighbouring channels, of
// which an even size has one more behind the channel than before it.
#include <algorithm>

#include "kernels/scalar_math.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

class LRN final : public Operator {
 public:
  explicit LRN(const Definition& definition)
      : size_(definition.integer("size")),
        alpha_(definition.real("alpha", 0.0001f)),
        beta_(definition.real("beta", 0.75f)),
        bias_(definition.real("bias", 1)) {
    if (size_ < 1) definition.fail({"attribute 'size' is ", size_, "; it must be at least 1"});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    if (io[0].shape.rank < 2) io.fail({"input 0 needs the axes entry and channel; its shape is ", io[0].shape});
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || io.entry(0) == 1 ? int(Entry::mixed) : io.entry(0);
  }

 private:
  template <class T> void run_typed(const Operands& io) const {
    const AxisView v(io[0].shape, 1);
    const std::int64_t before = (size_ - 1) / 2, after = size_ - 1 - before;
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    for (std::int64_t outer = 0; outer < v.outer; ++outer, x += v.length * v.inner)
      for (std::int64_t channel = 0; channel < v.length; ++channel)
        for (std::int64_t i = 0; i < v.inner; ++i) {
          const std::int64_t end = channel + std::min(after, v.length - 1 - channel);
          double sum = 0;
          for (std::int64_t c = std::max<std::int64_t>(0, channel - before); c <= end; ++c) {
            const double number = x[c * v.inner + i];
            sum += number * number;
          }
          const double base = bias_ + static_cast<double>(alpha_) / static_cast<double>(size_) * sum;
          *y++ = static_cast<T>(x[channel * v.inner + i] / scalar_math::pow(base, beta_));
        }
  }
  std::int64_t size_;
  float alpha_, beta_, bias_;
};

}  // namespace

std::unique_ptr<Operator> make_LRN(const Definition& definition) { return std::make_unique<LRN>(definition); }

}  // namespace lading
