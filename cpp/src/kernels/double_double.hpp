// Numbers as an unevaluated sum of two float64, high + low: some 106 bits, enough that the one rounding at the
// end decides the error of the functions in scalar_math. Sums and products after Dekker and Knuth.
#pragma once
#include <cmath>

namespace lading::scalar_math {

struct DoubleDouble {
  double high = 0, low = 0;
  constexpr DoubleDouble() = default;
  constexpr DoubleDouble(double high, double low = 0) : high(high), low(low) {}
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

// ---- what several functions are made of; x may be any finite number within the limits

// e^x = value * 2^power, with value in [0.7, 1.42]
struct ScaledExp {
  DoubleDouble value;
  int power;
};
ScaledExp scaled_exp(DoubleDouble x);        // |x| < 2^20
DoubleDouble precise_expm1(DoubleDouble x);  // |x| < 700
// ln x = power ln 2 + rest
struct SplitLog {
  int power;
  DoubleDouble rest;
  DoubleDouble value() const;
};
SplitLog split_log(DoubleDouble x);  // x > 0
// ln(1 + x) for x > -1
DoubleDouble precise_log1p(DoubleDouble x);

}  // namespace lading::scalar_math
