// Range (ONNX): start, start + delta, start + 2 delta, ... as long as they lie before limit.
#include <algorithm>
#include <cmath>

#include "operators/checks.hpp"

namespace lading {
namespace {

constexpr std::int64_t most = std::int64_t(1) << 40;  // Operands::set refuses what is longer

constexpr Types range_types = float_types | bit(Type::int16) | index_types;

template <class T> std::int64_t length_of(T start, T limit, T delta) {
  if constexpr (std::is_floating_point_v<T>) {
    const double length = std::ceil(static_cast<double>(limit - start) / delta);
    return length > 0 ? static_cast<std::int64_t>(std::min<double>(length, most + 1)) : 0;
  } else {
    if (delta > 0 ? start >= limit : start <= limit) return 0;
    const auto wide = [](T value) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)); };
    const std::uint64_t reach = delta > 0 ? wide(limit) - wide(start) : wide(start) - wide(limit);
    const std::uint64_t step = delta > 0 ? wide(delta) : 0 - wide(delta);
    return static_cast<std::int64_t>(std::min<std::uint64_t>((reach - 1) / step + 1, most + 1));
  }
}

class Range final : public Operator {
 public:
  std::uint32_t shape_inputs() const override { return 0b111; }
  void infer(const Operands& io) const override {
    check_type(io, 0, range_types);
    for (int i = 0; i < 3; ++i) check_same_type(io, i), check_one_element(io, i);
    Shape out;
    with_one_of<range_types>(io[0].type, [&](auto zero) {
      using T = decltype(zero);
      const T start = *io[0].as<T>(), limit = *io[1].as<T>(), delta = *io[2].as<T>();
      if (!(delta < 0) && !(delta > 0)) io.fail("delta must not be 0");
      if constexpr (std::is_floating_point_v<T>)
        if (!std::isfinite(start) || !std::isfinite(limit) || !std::isfinite(delta))
          io.fail("start, limit and delta must be finite");
      out.push(length_of(start, limit, delta));
    });
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    with_one_of<range_types>(io[0].type, [&](auto zero) {
      using T = decltype(zero);
      using Wide = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;
      const Wide start = static_cast<Wide>(*io[0].as<T>()), delta = static_cast<Wide>(*io[2].as<T>());
      T* out = io.output().as<T>();
      for (std::int64_t i = 0, n = io.output().size(); i < n; ++i)
        out[i] = static_cast<T>(start + static_cast<Wide>(i) * delta);
    });
  }
  int entry(const Operands& io, int) const override { return entry_of_shapes(io); }
};

}  // namespace

std::unique_ptr<Operator> make_Range(const Definition&) { return std::make_unique<Range>(); }

}  // namespace lading
