// 1 / (1 + e^-x) and ln(1 + e^x) in float64.
#pragma once
#include "double_exponential.hpp"

namespace detail {

inline double sigmoid(double x) {
  if (x != x) return x;
  if (x > 40) return 1;
  if (x < -700) return exp(x);
  const ScaledExp e = scaled_exp(-x);
  const double scale = std::ldexp(1.0, e.power);
  return (DoubleDouble(1) / (DoubleDouble(1) + DoubleDouble(scale * e.value.high, scale * e.value.low))).rounded();
}

inline double softplus(double x) {
  if (x != x || x > 700) return x;
  if (x < -700) return exp(x);
  const ScaledExp e = scaled_exp(-std::fabs(x));
  const double scale = std::ldexp(1.0, e.power);
  const DoubleDouble tail = precise_log1p({scale * e.value.high, scale * e.value.low});
  return (DoubleDouble(x > 0 ? x : 0) + tail).rounded();
}

}  // namespace detail
