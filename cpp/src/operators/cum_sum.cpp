// CumSum (ONNX): the sum of all elements up to each one along an axis, in order; with `exclusive` without itself,
// with `reverse` from the end. Integers wrap around.
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

constexpr Types sum_types = float_types | bit(Type::int32) | bit(Type::int64) | bit(Type::uint32) | bit(Type::uint64);

class CumSum final : public Operator {
 public:
  explicit CumSum(const Definition& definition)
      : exclusive_(definition.integer("exclusive", 0)),
        reverse_(definition.integer("reverse", 0)),
        constant_axis_(definition.constant(1)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, sum_types), check_type(io, 1, index_types), check_one_element(io, 1);
    if (io[0].shape.rank == 0) io.fail("needs an axis to sum along; input 0 is a single number");
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<sum_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return entry_of_shapes(io);
    if (!constant_axis_) return Entry::mixed;
    return io.entry(0) == axis(io) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  static int axis(const Operands& io) { return normal_axis(io, Integers(io, 1)[0], io[0].shape.rank); }
  template <class T> void run_typed(const Operands& io) const {
    const AxisView v(io[0].shape, axis(io));
    for (std::int64_t i = 0; i < v.outer * v.inner; ++i) {
      const std::int64_t at = i / v.inner * v.length * v.inner + i % v.inner;
      sum_row(io[0].as<T>() + at, io.output().as<T>() + at, v.length, v.inner);
    }
  }
  template <class T> void sum_row(const T* x, T* y, std::int64_t n, std::int64_t step) const {
    using Sum = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;
    Sum sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t at = (reverse_ ? n - 1 - i : i) * step;
      const Sum next = sum + static_cast<Sum>(x[at]);
      y[at] = static_cast<T>(exclusive_ ? sum : next);
      sum = next;
    }
  }
  bool exclusive_, reverse_, constant_axis_;
};

}  // namespace

std::unique_ptr<Operator> make_CumSum(const Definition& definition) { return std::make_unique<CumSum>(definition); }

}  // namespace lading
