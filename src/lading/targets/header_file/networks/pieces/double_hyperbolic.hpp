// Hyperbolic functions of float64 from e^x - 1, their inverses from ln(1 + x).
#pragma once
#include "double_exponential.hpp"

namespace detail {

inline constexpr double large_angle = 40;  // beyond it e^-x is nothing beside e^x

inline DoubleDouble half(DoubleDouble a) { return {a.high / 2, a.low / 2}; }
// e^x / 2
inline double half_exp(double x) {
  if (x > 711) return infinity;
  const ScaledExp e = scaled_exp(x);
  return std::ldexp(e.value.rounded(), e.power - 1);
}
inline double plus_ln_2(double x) { return (split_log(x).value() + split_log(2).value()).rounded(); }

inline double sinh(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 0x1p-27) return x;
  if (size > large_angle) return std::copysign(half_exp(size), x);
  const DoubleDouble m = precise_expm1(size);
  return std::copysign(half(m + m / (DoubleDouble(1) + m)).rounded(), x);
}

inline double cosh(double x) {
  const double size = std::fabs(x);
  if (x != x) return x;
  if (size > large_angle) return half_exp(size);
  const DoubleDouble m = precise_expm1(size);
  return (DoubleDouble(1) + half(m * m / (DoubleDouble(1) + m))).rounded();
}

inline double tanh(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 0x1p-27) return x;
  if (size > large_angle) return std::copysign(1, x);
  const DoubleDouble m = precise_expm1(2 * size);
  return std::copysign((m / (DoubleDouble(2) + m)).rounded(), x);
}

inline double asinh(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 0x1p-27 || size == infinity) return x;
  if (size > 0x1p60) return std::copysign(plus_ln_2(size), x);
  const DoubleDouble square = exact_product(size, size), root = square_root(DoubleDouble(1) + square);
  return std::copysign(precise_log1p(DoubleDouble(size) + square / (DoubleDouble(1) + root)).rounded(), x);
}

inline double acosh(double x) {
  if (x != x || x == infinity) return x;
  if (x < 1) return undefined;
  if (x > 0x1p60) return plus_ln_2(x);
  const DoubleDouble more = exact_sum(x, -1);
  return precise_log1p(more + square_root(more * (more + DoubleDouble(2)))).rounded();
}

inline double atanh(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 0x1p-27) return x;
  if (size >= 1) return size == 1 ? std::copysign(infinity, x) : undefined;
  const DoubleDouble ratio = DoubleDouble(2 * size) / exact_sum(1, -size);
  return std::copysign(half(precise_log1p(ratio)).rounded(), x);
}

}  // namespace detail
