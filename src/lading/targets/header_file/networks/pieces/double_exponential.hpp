// e^x and the logarithms of float64, within 0.8 units in the last place.
#pragma once
#include "double_double.hpp"

namespace detail {

inline double exp(double x) {
  if (x != x) return x;
  if (x > overflow) return infinity;
  if (x < underflow) return 0;
  const ScaledExp e = scaled_exp(x);
  return scaled(e.value, e.power);
}

inline double expm1(double x) {
  if (x != x || std::fabs(x) < 0x1p-54) return x;
  if (x < -40) return -1;
  return x > 699 ? exp(x) : precise_expm1(x).rounded();
}

// The logarithm of what is no positive finite number.
inline double improper_log(double x) {
  if (x == 0) return -infinity;
  return x < 0 ? undefined : x;
}
inline bool proper(double x) { return x > 0 && x < infinity; }
inline double log(double x) { return proper(x) ? split_log(x).value().rounded() : improper_log(x); }

inline double log10(double x) {
  if (!proper(x)) return improper_log(x);
  const SplitLog split = split_log(x);
  return (DoubleDouble(split.power) * log10_2 + split.rest * one_over_ln_10).rounded();
}

inline double log1p(double x) {
  if (x == 0 || !(x > -1) || x == infinity) return x <= -1 ? improper_log(1 + x) : x;
  return precise_log1p(x).rounded();
}

}  // namespace detail
