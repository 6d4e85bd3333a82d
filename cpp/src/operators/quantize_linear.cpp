// QuantizeLinear, DequantizeLinear (ONNX): numbers as small integers, x = (q - zero_point) * scale, with one
// scale for all, one per index of an axis, or one per block of an axis.
#include <algorithm>
#include <cmath>
#include <limits>

#include "operators/checks.hpp"

namespace lading {
namespace {

constexpr Types small_integers = bit(Type::int8) | bit(Type::uint8) | bit(Type::int16) | bit(Type::uint16);

// Inputs: data, scale, zero_point.
class Linear : public Operator {
 public:
  explicit Linear(const Definition& definition)
      : axis_(definition.integer("axis", 1)), block_(definition.integer("block_size", 0)) {
    if (block_ < 0) definition.fail({"attribute 'block_size' is ", block_, "; it cannot be negative"});
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (entry < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    const bool one_scale = io[1].size() == 1;
    const bool by_axis = io[1].shape.rank == 1 && entry != normal_axis(io, axis_, io[0].shape.rank);
    return one_scale || by_axis ? entry : int(Entry::mixed);
  }

 protected:
  void check(const Operands& io) const {
    const Shape &data = io[0].shape, &scale = io[1].shape;
    check_type(io, 1, bit(Type::float32));
    if (io.has(2) && !(io[2].shape == scale) && io[2].size() != 1)
      io.fail({"zero point ", io[2].shape, " and scale ", scale, " differ in shape"});
    if (scale.size() == 1) return;
    const int axis = normal_axis(io, axis_, data.rank);
    Shape expected = data;
    if (block_ > 0) expected[axis] = blocks(data[axis]);
    const bool fits = block_ > 0 ? scale == expected : scale.rank == 1 && data.rank > 0 && scale[0] == data[axis];
    if (!fits) io.fail({"scale of shape ", scale, " does not fit data of shape ", data});
  }
  // f(element, which scale)
  template <class F> void each(const Operands& io, F&& f) const {
    const Shape& data = io[0].shape;
    const std::int64_t n = data.size();
    if (n == 0) return;
    if (io[1].size() == 1) {
      for (std::int64_t k = 0; k < n; ++k) f(k, std::int64_t(0));
      return;
    }
    const int axis = normal_axis(io, axis_, data.rank);
    const std::int64_t length = data[axis], inner = data.size(axis + 1, data.rank);
    const std::int64_t count = blocks(length);
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t at = k / inner % length;
      f(k, count ? (k / (inner * length) * count + at / block_) * inner + k % inner : at);
    }
  }
  // Zero points as read by `each`: one for all, or one per scale.
  template <class T> std::int32_t zero_point(const Operands& io, std::int64_t scale) const {
    if (!io.has(2)) return 0;
    return static_cast<std::int32_t>(io[2].as<T>()[io[2].size() == 1 ? 0 : scale]);
  }
  // Into how many blocks an axis falls; 0 if there are none.
  std::int64_t blocks(std::int64_t length) const { return block_ > 0 && length > 0 ? (length - 1) / block_ + 1 : 0; }
  std::int64_t axis_, block_;
};

class QuantizeLinear final : public Linear {
 public:
  explicit QuantizeLinear(const Definition& definition)
      : Linear(definition),
        typed_(definition.has("output_dtype")),
        type_(type_attribute(definition, "output_dtype", Type::uint8)) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32) | bit(Type::int32));
    check(io);
    const Type type = io.has(2) ? io[2].type : type_;
    if (!(small_integers & bit(type))) io.fail({"quantizes to int8, uint8, int16 or uint16, not to ", type});
    if (typed_ && type != type_) io.fail("attribute 'output_dtype' and the zero point differ in type");
    io.set(0, type, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<small_integers>(io.output().type, [&](auto zero) {
      if (io[0].type == Type::float32) quantize<float, decltype(zero)>(io);
      else quantize<std::int32_t, decltype(zero)>(io);
    });
  }

 private:
  template <class From, class To> void quantize(const Operands& io) const {
    constexpr double lowest = std::numeric_limits<To>::lowest(), highest = std::numeric_limits<To>::max();
    const From* in = io[0].as<From>();
    To* out = io.output().as<To>();
    each(io, [&](std::int64_t k, std::int64_t scale) {
      const double rounded = std::rint(static_cast<float>(in[k]) / io[1].as<float>()[scale]);
      const double moved = rounded + zero_point<To>(io, scale);
      out[k] = static_cast<To>(moved > lowest ? std::min(moved, highest) : lowest);
    });
  }
  bool typed_;
  Type type_;
};

class DequantizeLinear final : public Linear {
 public:
  explicit DequantizeLinear(const Definition& definition) : Linear(definition) {
    if (type_attribute(definition, "output_dtype", Type::float32) != Type::float32)
      definition.fail("attribute 'output_dtype' must be float32");
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, small_integers | bit(Type::int32));
    check(io);
    if (io.has(2)) check_same_type(io, 2);
    io.set(0, Type::float32, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<small_integers | bit(Type::int32)>(io[0].type, [&](auto zero) {
      using From = decltype(zero);
      const From* in = io[0].as<From>();
      float* out = io.output().as<float>();
      each(io, [&](std::int64_t k, std::int64_t scale) {
        const std::int64_t moved = static_cast<std::int64_t>(in[k]) - zero_point<From>(io, scale);
        out[k] = static_cast<float>(moved) * io[1].as<float>()[scale];
      });
    });
  }
};

}  // namespace

std::unique_ptr<Operator> make_DequantizeLinear(const Definition& definition) {
  return std::make_unique<DequantizeLinear>(definition);
}
std::unique_ptr<Operator> make_QuantizeLinear(const Definition& definition) {
  return std::make_unique<QuantizeLinear>(definition);
}

}  // namespace lading
