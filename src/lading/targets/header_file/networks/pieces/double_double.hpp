// Numbers as an unevaluated sum of two float64, high + low: some 106 bits. Sums and products after Dekker and Knuth.
#pragma once
#include "bits.hpp"

namespace detail {

inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct DoubleDouble {
  double high = 0, low = 0;
  constexpr DoubleDouble() = default;
  constexpr DoubleDouble(double a, double b = 0) : high(a), low(b) {}
  double rounded() const { return high + low; }
};

// high + low exactly; |a| >= |b|, or a = 0
inline DoubleDouble quick_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}
inline DoubleDouble exact_sum(double a, double b) {
  const double sum = a + b, part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
inline DoubleDouble exact_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = exact_sum(a.high, b.high), low = exact_sum(a.low, b.low);
  const DoubleDouble sum = quick_sum(high.high, high.low + low.high);
  return quick_sum(sum.high, sum.low + low.low);
}
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = exact_product(a.high, b.high);
  return quick_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}
inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double quotient = a.high / b.high;
  const DoubleDouble rest = a - DoubleDouble(quotient) * b;
  return quick_sum(quotient, rest.high / b.high);
}
inline DoubleDouble square_root(DoubleDouble a) {
  if (a.high <= 0) return {};
  const double root = std::sqrt(a.high);
  const DoubleDouble rest = a - exact_product(root, root);
  return quick_sum(root, rest.high / (root + root));
}

// sum of coefficients[k] x^k
template <int n> double polynomial(const double (&coefficients)[n], double x) {
  double sum = coefficients[n - 1];
  for (int k = n - 2; k >= 0; --k) sum = sum * x + coefficients[k];
  return sum;
}

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr DoubleDouble ln_2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
inline constexpr DoubleDouble one_over_ln_2{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
inline constexpr DoubleDouble one_over_ln_10{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
inline constexpr DoubleDouble third{0x1.5555555555555p-2, 0x1.5555555555555p-56};
inline constexpr DoubleDouble log10_2{0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59};
inline constexpr DoubleDouble two_over_sqrt_pi{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};

// e^x is infinite from overflow on, and 0 up to underflow.
inline constexpr double overflow = 709.782712893384, underflow = -745.1332191019412;
// e^x = value 2^power, with value in [0.7, 1.42]
struct ScaledExp {
  DoubleDouble value;
  int power;
};
// ln x = power ln 2 + rest
struct SplitLog {
  int power;
  DoubleDouble rest;
  DoubleDouble value() const { return DoubleDouble(power) * ln_2 + rest; }
};

// x = n ln 2 + r with |r| <= ln 2 / 2
struct Reduced {
  DoubleDouble rest;
  int n;
};
inline Reduced reduce(DoubleDouble x) {
  constexpr double head = 0x1.62e42fee00000p-1;  // of ln 2: n times this is exact
  constexpr DoubleDouble tail{0x1.a39ef35793c76p-33, 0x1.cc01f97b57a08p-87};
  const double n = std::nearbyint(x.high * one_over_ln_2.high);
  return {exact_sum(x.high - n * head, x.low) - DoubleDouble(n) * tail, static_cast<int>(n)};
}

// e^r - 1 for a reduced r: r + r^2 / 2 + r^3 / 6 + ...
inline DoubleDouble expm1_of_reduced(DoubleDouble r) {
  constexpr double series[] = {1.0 / 6,        1.0 / 24,          1.0 / 120,          1.0 / 720,
                               1.0 / 5040,     1.0 / 40320,       1.0 / 362880,       1.0 / 3628800,
                               1.0 / 39916800, 1.0 / 479001600.0, 1.0 / 6227020800.0, 1.0 / 87178291200.0};
  const DoubleDouble square = r * r;
  const double rest = square.high * r.high * polynomial(series, r.high);
  return r + (DoubleDouble(square.high / 2, square.low / 2) + DoubleDouble(rest));
}

inline double scaled(DoubleDouble value, int power) { return std::ldexp(value.rounded(), power); }

inline ScaledExp scaled_exp(DoubleDouble x) {
  const Reduced reduced = reduce(x);
  return {DoubleDouble(1) + expm1_of_reduced(reduced.rest), reduced.n};
}

inline DoubleDouble precise_expm1(DoubleDouble x) {
  const Reduced reduced = reduce(x);
  const DoubleDouble fraction = expm1_of_reduced(reduced.rest);
  if (reduced.n == 0) return fraction;
  const double scale = std::ldexp(1.0, reduced.n);
  return DoubleDouble(scale * fraction.high, scale * fraction.low) + exact_sum(scale, -1);
}

inline SplitLog split_log(DoubleDouble x) {
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

inline DoubleDouble precise_log1p(DoubleDouble x) {
  // Where 1 + x has no bit left of x.low, the first term of the series has them all.
  if (std::fabs(x.high) < 0x1p-55) return x;
  return split_log(DoubleDouble(1) + x).value();
}
}  // namespace detail
