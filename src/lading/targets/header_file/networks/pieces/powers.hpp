// Pow: small exponents by multiplication.
#pragma once
#include "double_power.hpp"

namespace detail {

inline double power(double x, double y) {
  if (y == 2) return x * x;
  if (y == 1) return x;
  if (y == 3) return x * x * x;
  if (y == -1) return 1 / x;
  if (y == 0.5 && x >= 0) return std::sqrt(x);
  return pow(x, y);
}

}  // namespace detail
