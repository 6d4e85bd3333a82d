// Clip (ONNX): min(max(x, lowest), highest); NaN stays NaN.
#include <limits>

#include "kernels/kernels.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

template <class T> T bound(const Operands& io, int i, T otherwise) { return io.has(i) ? *io[i].as<T>() : otherwise; }

template <class T> void clip(const T* in, T* out, std::int64_t count, T lowest, T highest) {
  for (std::int64_t i = 0; i < count; ++i) {
    const T raised = in[i] < lowest ? lowest : in[i];
    out[i] = raised > highest ? highest : raised;
  }
}
void clip(const float* in, float* out, std::int64_t count, float lowest, float highest) {
  kernels().unary(Unary::clip, in, out, count, lowest, highest);
}

// Inputs: data, min, max; a bound that is omitted bounds nothing.
class Clip final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, number_types);
    for (int i = 1; i < 3; ++i)
      if (io.has(i)) check_same_type(io, i), check_one_element(io, i);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<number_types>(io[0].type, [&](auto zero) {
      using T = decltype(zero);
      using Limits = std::numeric_limits<T>;
      const T lowest = bound<T>(io, 1, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
      const T highest = bound<T>(io, 2, Limits::has_infinity ? Limits::infinity() : Limits::max());
      clip(io[0].as<T>(), io.output().as<T>(), io[0].size(), lowest, highest);
    });
  }
  int entry(const Operands& io, int) const override { return fixed_inputs(io, 1) ? io.entry(0) : entry_of_shapes(io); }
};

}  // namespace

std::unique_ptr<Operator> make_Clip(const Definition&) { return std::make_unique<Clip>(); }

}  // namespace lading
