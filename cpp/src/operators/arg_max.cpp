// ArgMax and ArgMin (ONNX): where along an axis the largest or smallest element stands; a NaN counts as both.
#include "operators/axis.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

class ArgMax final : public Operator {
 public:
  ArgMax(const Definition& definition, bool smallest)
      : smallest_(smallest),
        axis_(definition.integer("axis", 0)),
        keep_(definition.integer("keepdims", 1)),
        last_(definition.integer("select_last_index", 0)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, computed_types);
    const Shape& in = io[0].shape;
    const int axis = normal_axis(io, axis_, in.rank);
    if (in.rank && in[axis] == 0) io.fail({"axis ", axis, " of input 0 is empty; its shape is ", in});
    Shape out;
    for (int i = 0; i < in.rank; ++i)
      if (i != axis || keep_) out.push(i == axis ? 1 : in[i]);
    io.set(0, Type::int64, out);
  }
  void run(const Operands& io) const override {
    with_one_of<computed_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    const int axis = normal_axis(io, axis_, io[0].shape.rank), entry = io.entry(0);
    if (entry < 0) return entry_of_shapes(io);
    if (entry == axis) return Entry::mixed;
    return entry - (!keep_ && entry > axis);
  }

 private:
  template <class T> void run_typed(const Operands& io) const {
    const Shape& shape = io[0].shape;
    const AxisView v(shape, normal_axis(io, axis_, shape.rank), shape.rank ? 1 : 0);
    std::int64_t* y = io.output().as<std::int64_t>();
    for (std::int64_t i = 0; i < v.outer * v.inner; ++i)
      y[i] = find(io[0].as<T>() + i / v.inner * v.length * v.inner + i % v.inner, v.length, v.inner);
  }
  template <class T> std::int64_t find(const T* x, std::int64_t n, std::int64_t step) const {
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < n; ++k) {
      const T a = x[k * step], b = x[best * step];
      const bool better = (smallest_ ? a < b : a > b) || (a != a && b == b);
      if (better || (last_ && (a == b || (a != a && b != b)))) best = k;
    }
    return best;
  }
  bool smallest_;
  std::int64_t axis_;
  bool keep_, last_;
};

}  // namespace

std::unique_ptr<Operator> make_ArgMax(const Definition& definition) {
  return std::make_unique<ArgMax>(definition, false);
}
std::unique_ptr<Operator> make_ArgMin(const Definition& definition) {
  return std::make_unique<ArgMax>(definition, true);
}

}  // namespace lading
