// erf in float64.
#pragma once
#include "double_exponential.hpp"

namespace detail {

// erf(x) = 2 / sqrt(pi) x (1 - x^2 / 3 + x^4 / (2! 5) - ...) up to 1
inline double small_erf(double x) {
  static constexpr struct Series {
    double at[18] = {};
    constexpr Series() {
      double factorial = -1;
      for (int k = 2; k < 20; ++k) {
        factorial *= -k;
        at[k - 2] = 1 / (factorial * (2 * k + 1));
      }
    }
  } series;
  const DoubleDouble z = exact_product(x, x), rest = z.high * z.high * polynomial(series.at, z.high);
  return (two_over_sqrt_pi * DoubleDouble(x) * (DoubleDouble(1) + (rest - z * third))).rounded();
}

// e^(x^2) (1 - erf(x)) on [1, 6]: a polynomial in u, which is linear in 1 / (x + 2) and goes from 1 to -1;
// interpolated at Chebyshev nodes, relative error 2^-55
inline double scaled_complement(double x) {
  constexpr double coefficients[] = {0.2214295402299318,      0.16189356804102498,     0.038560570425182406,
                                     0.0055888162818396089,   0.00019713917772835564,  -8.0792204262927273e-05,
                                     -7.3405179414706242e-06, 1.9795618189364308e-06,  1.6349938636339256e-07,
                                     -7.005319573428159e-08,  -5.8863210538548522e-10, 2.6240218125191535e-09,
                                     -2.6866682864095234e-10, -7.3627238432946155e-11, 2.211621110863333e-11,
                                     -1.2726572135314738e-13, -9.3205901381817794e-13, 1.421510561619543e-13};
  return polynomial(coefficients, std::fma(-11, x, 26) / std::fma(5, x, 10));
}

inline double erf(double x) {
  const double size = std::fabs(x);
  if (x != x || size < 1) return x == 0 ? x : small_erf(x);
  if (size > 6) return std::copysign(1, x);
  const ScaledExp e = scaled_exp(-exact_product(x, x));
  const double complement = std::ldexp(e.value.high * scaled_complement(size), e.power);
  return std::copysign(1 - complement, x);
}

}  // namespace detail
