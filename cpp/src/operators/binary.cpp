// Arithmetic and logic on two tensors (ONNX Add, Sub, Mul, Div, Mod, And, Or, Xor, Bitwise..., BitShift) and on
// any number of them (Min, Max, Sum, Mean). Integers wrap around; division by an integer 0 gives 0.
#include <cmath>

#include "operators/copy_strided.hpp"
#include "operators/elementwise.hpp"

namespace lading {
namespace {

struct Add {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(Unsigned<T>(a) + Unsigned<T>(b)); }
};
struct Subtract {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(Unsigned<T>(a) - Unsigned<T>(b)); }
};
struct Multiply {
  template <class T> T operator()(T a, T b) const { return static_cast<T>(Unsigned<T>(a) * Unsigned<T>(b)); }
};
struct Divide {  // towards zero
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return a / b;
    if (b == 0) return 0;
    if (std::is_signed_v<T> && b == static_cast<T>(-1)) return Subtract{}(T(0), a);
    return a / b;
  }
};
struct Remainder {  // with the sign of the dividend: fmod = 1
  float operator()(float a, float b) const { return std::fmod(a, b); }
  double operator()(double a, double b) const { return std::fmod(a, b); }
  template <class T> T operator()(T a, T b) const {
    return b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1)) ? 0 : a % b;
  }
};
struct Modulo {  // with the sign of the divisor
  template <class T> T operator()(T a, T b) const {
    const T rest = Remainder{}(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
};
struct Smallest {  // NaN if one of the two is
  template <class T> T operator()(T a, T b) const { return a < b || a != a ? a : b; }
};
struct Largest {
  template <class T> T operator()(T a, T b) const { return a > b || a != a ? a : b; }
};
struct And {
  template <class T> T operator()(T a, T b) const { return a & b; }
};
struct Or {
  template <class T> T operator()(T a, T b) const { return a | b; }
};
struct Xor {
  template <class T> T operator()(T a, T b) const { return a ^ b; }
};
struct ShiftLeft {
  std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const { return b < 64 ? a << b : 0; }
};
struct ShiftRight {
  std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const { return b < 64 ? a >> b : 0; }
};

template <class F> BinaryRows shift_rows() {
  BinaryRows rows;
  rows.types = unsigned_types;
  rows.uint64 = &binary_row<F, std::uint64_t>;
  return rows;
}

BinaryRows modulo_rows(const Definition& definition) {
  return definition.integer("fmod", 0) != 0 ? number_rows<Remainder>() : number_rows<Modulo>();
}

BinaryRows shift_rows(const Definition& definition) {
  if (!definition.has("direction")) definition.fail("attribute 'direction' is missing");
  return choice(definition, "direction", "", {"LEFT", "RIGHT"}) ? shift_rows<ShiftRight>() : shift_rows<ShiftLeft>();
}

// Any number of inputs, the first two combined, then each one that follows with the result.
class Variadic final : public Operator {
 public:
  explicit Variadic(const BinaryRows& rows, bool mean = false) : rows_(rows), mean_(mean) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, rows_.types);
    Shape shape = io[0].shape;
    for (int i = 1; i < io.input_count(); ++i) check_same_type(io, i), shape = broadcast(io, shape, io[i].shape);
    io.set(0, io[0].type, shape);
  }
  void run(const Operands& io) const override {
    Tensor& out = io.output();
    if (io.input_count() == 1) return copy_bytes(out.data, io[0].data, static_cast<std::int64_t>(out.bytes()));
    combine(rows_, out, io[0], io[1]);
    for (int i = 2; i < io.input_count(); ++i) combine(rows_, out, out, io[i]);
    if (mean_) divide(out, io.input_count());
  }
  int entry(const Operands& io, int) const override { return elementwise_entry(io, io.output().shape); }

 private:
  static void divide(Tensor& out, int count) {
    with_one_of<float_types>(out.type, [&](auto zero) {
      decltype(zero) by = static_cast<decltype(zero)>(count);
      const Tensor divisor{out.type, Shape(), reinterpret_cast<std::byte*>(&by)};
      combine(number_rows<Divide>(Binary::div, float_types), out, out, divisor);
    });
  }
  BinaryRows rows_;
  bool mean_;
};

}  // namespace

#define LADING_BINARY(name, rows)                                                        \
  std::unique_ptr<Operator> make_##name([[maybe_unused]] const Definition& definition) { \
    return std::make_unique<BinaryOperator>(rows);                                       \
  }
#define LADING_VARIADIC(name, ...) \
  std::unique_ptr<Operator> make_##name(const Definition&) { return std::make_unique<Variadic>(__VA_ARGS__); }

LADING_BINARY(Add, number_rows<Add>(Binary::add))
LADING_BINARY(Sub, number_rows<Subtract>(Binary::sub))
LADING_BINARY(Mul, number_rows<Multiply>(Binary::mul))
LADING_BINARY(Div, number_rows<Divide>(Binary::div))
LADING_BINARY(Mod, modulo_rows(definition))
LADING_BINARY(And, boolean_rows<And>())
LADING_BINARY(Or, boolean_rows<Or>())
LADING_BINARY(Xor, boolean_rows<Xor>())
LADING_BINARY(BitwiseAnd, integer_rows<And>())
LADING_BINARY(BitwiseOr, integer_rows<Or>())
LADING_BINARY(BitwiseXor, integer_rows<Xor>())
LADING_BINARY(BitShift, shift_rows(definition))
LADING_VARIADIC(Min, number_rows<Smallest>(Binary::min))
LADING_VARIADIC(Max, number_rows<Largest>(Binary::max))
LADING_VARIADIC(Sum, number_rows<Add>(Binary::add))
LADING_VARIADIC(Mean, number_rows<Add>(Binary::add, float_types), true)

}  // namespace lading
