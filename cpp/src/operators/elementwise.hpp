// Two tensors combined element by element, broadcast to one shape. Each operator gives rows in a few wide
// types; all narrower integers are widened on their way, which changes no result.
#pragma once
#include <optional>

#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"

namespace lading {

// out[i] = f(a[i * step_a], b[i * step_b]) for i < count; steps are 0 or 1. `out` may be `a`.
using BinaryRow = void (*)(std::byte* out, const std::byte* a, const std::byte* b, std::int64_t count,
                           std::int64_t step_a, std::int64_t step_b);

struct BinaryRows {
  Types types = 0;             // of the operands
  bool gives_boolean = false;  // else it gives what it takes
  BinaryRow float32 = nullptr, float64 = nullptr, int64 = nullptr, boolean = nullptr;
  BinaryRow uint64 = nullptr;    // where it differs from int64
  std::optional<Binary> kernel;  // for float32, instead of a row
};

// out = rows(a, b); a and b broadcast to the shape of out.
void combine(const BinaryRows& rows, Tensor& out, const Tensor& a, const Tensor& b);

// An operator of two inputs that is nothing but its rows.
class BinaryOperator : public Operator {
 public:
  explicit BinaryOperator(const BinaryRows& rows) : rows_(rows) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, rows_.types), check_same_type(io, 1);
    io.set(0, rows_.gives_boolean ? Type::boolean : io[0].type, broadcast(io, io[0].shape, io[1].shape));
  }
  void run(const Operands& io) const override { combine(rows_, io.output(), io[0], io[1]); }
  int entry(const Operands& io, int) const override { return elementwise_entry(io, io.output().shape); }

 private:
  BinaryRows rows_;
};

// Integer arithmetic is done without a sign, where it is defined for all numbers.
template <class T> using Unsigned = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;

// The row of a functor F for operands of type T.
template <class F, class T>
void binary_row(std::byte* out, const std::byte* a, const std::byte* b, std::int64_t count, std::int64_t step_a,
                std::int64_t step_b) {
  const F f{};
  auto* to = reinterpret_cast<decltype(f(T{}, T{}))*>(out);
  const T *x = reinterpret_cast<const T*>(a), *y = reinterpret_cast<const T*>(b);
  if (step_a && step_b) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(x[i], y[i]);
  } else if (step_a) {
    const T right = *y;
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(x[i], right);
  } else if (step_b) {
    const T left = *x;
    for (std::int64_t i = 0; i < count; ++i) to[i] = f(left, y[i]);
  } else {
    const auto both = f(*x, *y);
    for (std::int64_t i = 0; i < count; ++i) to[i] = both;
  }
}
template <class F> constexpr BinaryRows number_rows(Binary kernel, Types types = number_types) {
  return {types,
          false,
          nullptr,
          &binary_row<F, double>,
          &binary_row<F, std::int64_t>,
          nullptr,
          &binary_row<F, std::uint64_t>,
          kernel};
}
template <class F> constexpr BinaryRows number_rows(Types types = number_types) {
  return {types,
          false,
          &binary_row<F, float>,
          &binary_row<F, double>,
          &binary_row<F, std::int64_t>,
          nullptr,
          &binary_row<F, std::uint64_t>,
          {}};
}
template <class F> constexpr BinaryRows integer_rows(Types types = integer_types) {
  return {types, false, nullptr, nullptr, &binary_row<F, std::int64_t>, nullptr, &binary_row<F, std::uint64_t>, {}};
}
template <class F> constexpr BinaryRows boolean_rows() {
  return {bit(Type::boolean), false, nullptr, nullptr, nullptr, &binary_row<F, bool>, nullptr, {}};
}

}  // namespace lading
