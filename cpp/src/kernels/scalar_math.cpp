// Exponentials, logarithms, powers and what is made of them. Reductions to a small interval, Taylor series
// there, and two float64 for whatever decides the last bit.
#include "kernels/scalar_math.hpp"

#include <cstdint>
#include <limits>

#include "kernels/double_double.hpp"

namespace lading::scalar_math {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr DoubleDouble ln_2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr DoubleDouble one_over_ln_2{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
constexpr DoubleDouble one_over_ln_10{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
constexpr DoubleDouble third{0x1.5555555555555p-2, 0x1.5555555555555p-56};
constexpr DoubleDouble log10_2{0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59};
constexpr DoubleDouble two_over_sqrt_pi{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};

// e^x is infinite from overflow on, and 0 up to underflow.
constexpr double overflow = 709.782712893384, underflow = -745.1332191019412;

// x = n ln 2 + r with |r| <= ln 2 / 2
struct Reduced {
  DoubleDouble rest;
  int n;
};
Reduced reduce(DoubleDouble x) {
  constexpr double head = 0x1.62e42fee00000p-1;  // of ln 2: n times this is exact
  constexpr DoubleDouble tail{0x1.a39ef35793c76p-33, 0x1.cc01f97b57a08p-87};
  const double n = std::nearbyint(x.high * one_over_ln_2.high);
  return {exact_sum(x.high - n * head, x.low) - DoubleDouble(n) * tail, static_cast<int>(n)};
}

// e^r - 1 for a reduced r: r + r^2 / 2 + r^3 / 6 + ...
DoubleDouble expm1_of_reduced(DoubleDouble r) {
  constexpr double series[] = {1.0 / 6,        1.0 / 24,          1.0 / 120,          1.0 / 720,
                               1.0 / 5040,     1.0 / 40320,       1.0 / 362880,       1.0 / 3628800,
                               1.0 / 39916800, 1.0 / 479001600.0, 1.0 / 6227020800.0, 1.0 / 87178291200.0};
  const DoubleDouble square = r * r;
  const double rest = square.high * r.high * polynomial(series, r.high);
  return r + (DoubleDouble(square.high / 2, square.low / 2) + DoubleDouble(rest));
}

double scaled(DoubleDouble value, int power) { return std::ldexp(value.rounded(), power); }

}  // namespace

ScaledExp scaled_exp(DoubleDouble x) {
  const Reduced reduced = reduce(x);
  return {DoubleDouble(1) + expm1_of_reduced(reduced.rest), reduced.n};
}

DoubleDouble precise_expm1(DoubleDouble x) {
  const Reduced reduced = reduce(x);
  const DoubleDouble fraction = expm1_of_reduced(reduced.rest);
  if (reduced.n == 0) return fraction;
  const double scale = std::ldexp(1.0, reduced.n);
  return DoubleDouble(scale * fraction.high, scale * fraction.low) + exact_sum(scale, -1);
}

DoubleDouble SplitLog::value() const { return DoubleDouble(power) * ln_2 + rest; }

SplitLog split_log(DoubleDouble x) {
  int power;
  double m = std::frexp(x.high, &power);  // in [1/2, 1)
  if (m < 0.70710678118654752) m *= 2, --power;
  const DoubleDouble f = exact_sum(m - 1, std::ldexp(x.low, -power));
  // ln(1 + f) = 2 s (1 + s^2 / 3 + s^4 / 5 + ...) with s = f / (2 + f)
  constexpr double series[] = {1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13, 1.0 / 15,
                               1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25};
  const DoubleDouble s = f / (DoubleDouble(2) + f), z = s * s;
  const DoubleDouble more = z * third + DoubleDouble(z.high * z.high * polynomial(series, z.high));
  return {power, DoubleDouble(2 * s.high, 2 * s.low) * (DoubleDouble(1) + more)};
}

DoubleDouble precise_log1p(DoubleDouble x) {
  // Where 1 + x has no bit left of x.low, the first term of the series has them all.
  if (std::abs(x.high) < 0x1p-55) return x;
  return split_log(DoubleDouble(1) + x).value();
}

double exp(double x) {
  if (x != x) return x;
  if (x > overflow) return infinity;
  if (x < underflow) return 0;
  const ScaledExp e = scaled_exp(x);
  return scaled(e.value, e.power);
}

double expm1(double x) {
  if (x != x || std::abs(x) < 0x1p-54) return x;
  if (x < -40) return -1;
  return x > 699 ? exp(x) : precise_expm1(x).rounded();
}

namespace {
// The logarithm of what is no positive finite number.
double improper_log(double x) {
  if (x == 0) return -infinity;
  return x < 0 ? nan : x;
}
bool proper(double x) { return x > 0 && x < infinity; }
}  // namespace

double log(double x) { return proper(x) ? split_log(x).value().rounded() : improper_log(x); }

double log2(double x) {
  if (!proper(x)) return improper_log(x);
  const SplitLog split = split_log(x);
  return (DoubleDouble(split.power) + split.rest * one_over_ln_2).rounded();
}

double log10(double x) {
  if (!proper(x)) return improper_log(x);
  const SplitLog split = split_log(x);
  return (DoubleDouble(split.power) * log10_2 + split.rest * one_over_ln_10).rounded();
}

double log1p(double x) {
  if (x == 0 || !(x > -1) || x == infinity) return x <= -1 ? improper_log(1 + x) : x;
  return precise_log1p(x).rounded();
}

namespace {

enum class Integer { no, odd, even };
Integer integer_kind(double y) {
  if (std::trunc(y) != y) return Integer::no;
  return std::trunc(y / 2) * 2 == y ? Integer::even : Integer::odd;
}

// x^y where x or y is 0 or infinite; x is positive.
double improper_pow(double x, double y) {
  if (std::abs(y) == infinity) return x == 1 ? 1 : (x > 1) == (y > 0) ? infinity : 0;
  return (x == 0) == (y > 0) ? 0 : infinity;
}

double positive_pow(double x, double y) {
  if (x == 0 || x == infinity || std::abs(y) == infinity) return improper_pow(x, y);
  if (std::abs(y) > 0x1p65) return improper_pow(x, y > 0 ? infinity : -infinity);
  if (std::abs(y) < 0x1p-65) return 1;
  const DoubleDouble power = split_log(x).value() * DoubleDouble(y);
  if (power.high > 710) return infinity;
  if (power.high < -746) return 0;
  const ScaledExp e = scaled_exp(power);
  return scaled(e.value, e.power);
}

}  // namespace

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return x + y;
  const bool negative = std::signbit(x);
  const Integer kind = negative ? integer_kind(y) : Integer::no;
  if (negative && kind == Integer::no && x != 0 && x != -infinity) return nan;
  const double size = positive_pow(std::abs(x), y);
  return negative && kind == Integer::odd ? -size : size;
}

double sigmoid(double x) {
  if (x != x) return x;
  if (x > 40) return 1;
  if (x < -700) return exp(x);
  const ScaledExp e = scaled_exp(-x);
  const double scale = std::ldexp(1.0, e.power);
  return (DoubleDouble(1) / (DoubleDouble(1) + DoubleDouble(scale * e.value.high, scale * e.value.low))).rounded();
}

double softplus(double x) {
  if (x != x || x > 700) return x;
  if (x < -700) return exp(x);
  const ScaledExp e = scaled_exp(-std::abs(x));
  const double scale = std::ldexp(1.0, e.power);
  const DoubleDouble tail = precise_log1p({scale * e.value.high, scale * e.value.low});
  return (DoubleDouble(x > 0 ? x : 0) + tail).rounded();
}

namespace {

// erf(x) = 2 / sqrt(pi) x (1 - x^2 / 3 + x^4 / (2! 5) - ...) up to 1
double small_erf(double x) {
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
double scaled_complement(double x) {
  constexpr double coefficients[] = {0.2214295402299318,      0.16189356804102498,     0.038560570425182406,
                                     0.0055888162818396089,   0.00019713917772835564,  -8.0792204262927273e-05,
                                     -7.3405179414706242e-06, 1.9795618189364308e-06,  1.6349938636339256e-07,
                                     -7.005319573428159e-08,  -5.8863210538548522e-10, 2.6240218125191535e-09,
                                     -2.6866682864095234e-10, -7.3627238432946155e-11, 2.211621110863333e-11,
                                     -1.2726572135314738e-13, -9.3205901381817794e-13, 1.421510561619543e-13};
  return polynomial(coefficients, std::fma(-11, x, 26) / std::fma(5, x, 10));
}

}  // namespace

double erf(double x) {
  const double size = std::abs(x);
  if (x != x || size < 1) return x == 0 ? x : small_erf(x);
  if (size > 6) return std::copysign(1, x);
  const ScaledExp e = scaled_exp(-exact_product(x, x));
  const double complement = std::ldexp(e.value.high * scaled_complement(size), e.power);
  return std::copysign(1 - complement, x);
}

}  // namespace lading::scalar_math
