// x to the power y in float64.
#pragma once
#include "double_exponential.hpp"

namespace detail {

enum class Integer { no, odd, even };
inline Integer integer_kind(double y) {
  if (std::trunc(y) != y) return Integer::no;
  return std::trunc(y / 2) * 2 == y ? Integer::even : Integer::odd;
}

// x^y where x or y is 0 or infinite; x is positive.
inline double improper_pow(double x, double y) {
  if (std::fabs(y) == infinity) return x == 1 ? 1 : (x > 1) == (y > 0) ? infinity : 0;
  return (x == 0) == (y > 0) ? 0 : infinity;
}

inline double positive_pow(double x, double y) {
  if (x == 0 || x == infinity || std::fabs(y) == infinity) return improper_pow(x, y);
  if (std::fabs(y) > 0x1p65) return improper_pow(x, y > 0 ? infinity : -infinity);
  if (std::fabs(y) < 0x1p-65) return 1;
  const DoubleDouble power = split_log(x).value() * DoubleDouble(y);
  if (power.high > 710) return infinity;
  if (power.high < -746) return 0;
  const ScaledExp e = scaled_exp(power);
  return scaled(e.value, e.power);
}

inline double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return x + y;
  const bool negative = std::signbit(x);
  const Integer kind = negative ? integer_kind(y) : Integer::no;
  if (negative && kind == Integer::no && x != 0 && x != -infinity) return undefined;
  const double size = positive_pow(std::fabs(x), y);
  return negative && kind == Integer::odd ? -size : size;
}

}  // namespace detail
