// Pow (ONNX): x to the power y, in the type of x; the exponent may be of another type.
#include <algorithm>
#include <cmath>

#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"
#include "operators/checks.hpp"
#include "operators/convert.hpp"
#include "operators/loops.hpp"

namespace lading {
namespace {

constexpr Types base_types = float_types | index_types;

// Small exponents by multiplication: the result depends on the two numbers alone, not on where they stand.
double power(double x, double y) {
  if (y == 2) return x * x;
  if (y == 1) return x;
  if (y == 3) return x * x * x;
  if (y == -1) return 1 / x;
  if (y == 0.5 && x >= 0) return std::sqrt(x);
  return scalar_math::pow(x, y);
}

// Wraps around; a negative exponent leaves nothing but of 1 and -1.
std::int64_t power(std::int64_t x, std::int64_t y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? (y % 2 ? -1 : 1) : 0;
  std::uint64_t result = 1, square = static_cast<std::uint64_t>(x);
  for (; y; y >>= 1, square *= square)
    if (y & 1) result *= square;
  return static_cast<std::int64_t>(result);
}

// A row of `count` elements; operands step by 1 or stay.
template <class Wide> void power_row(const Operands& io, const Loops<3>::Offsets& at, const Loops<3>::Loop& row) {
  constexpr std::int64_t chunk = 256;
  Wide x[chunk], y[chunk];
  const auto memory = [](Wide* wide) { return reinterpret_cast<std::byte*>(wide); };
  const auto place = [](const Tensor& tensor, std::int64_t k) {
    return tensor.data + k * static_cast<std::int64_t>(size_of(tensor.type));
  };
  for (std::int64_t start = 0; start < row.length; start += chunk) {
    const std::int64_t n = std::min(chunk, row.length - start), step_x = row.steps[1], step_y = row.steps[2];
    convert(io[0].type, place(io[0], at[1] + start * step_x), type_of<Wide>(), memory(x), step_x ? n : 1);
    convert(io[1].type, place(io[1], at[2] + start * step_y), type_of<Wide>(), memory(y), step_y ? n : 1);
    for (std::int64_t i = n; i-- > 0;)  // backwards: x[0] is the base of all if step_x is 0
      x[i] = power(x[i * step_x], y[i * step_y]);
    convert(type_of<Wide>(), memory(x), io[0].type, place(io.output(), at[0] + start), n);
  }
}

class Pow final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, base_types), check_type(io, 1, number_types);
    io.set(0, io[0].type, broadcast(io, io[0].shape, io[1].shape));
  }
  void run(const Operands& io) const override {
    if (is_square(io)) return square(io);
    Loops<3> loops = broadcast_loops<3>(io.output().shape, {&io[0].shape, &io[1].shape});
    const Loops<3>::Loop row = loops.take();
    const bool integers = (integer_types & bit(io[0].type)) && (integer_types & bit(io[1].type));
    loops.each([&](const auto& at) {
      if (integers) power_row<std::int64_t>(io, at, row);
      else power_row<double>(io, at, row);
    });
  }
  int entry(const Operands& io, int) const override { return elementwise_entry(io, io.output().shape); }

 private:
  // What networks mostly ask for; a float32 product has the bits of the float64 one, rounded.
  static bool is_square(const Operands& io) {
    return io[0].type == Type::float32 && io[1].type == Type::float32 && io[1].size() == 1 && *io[1].as<float>() == 2 &&
           io[0].size() == io.output().size();
  }
  static void square(const Operands& io) {
    const float* x = io[0].as<float>();
    kernels().binary(Binary::mul, x, 1, x, 1, io.output().as<float>(), io[0].size());
  }
};

}  // namespace

std::unique_ptr<Operator> make_Pow(const Definition&) { return std::make_unique<Pow>(); }

}  // namespace lading
