// Sums and the like of float along a row: element i goes to partial result i mod 16, and those are joined by one tree.
// Along a column: in order.
#pragma once
#include "exponential.hpp"
#include "logarithm.hpp"

namespace detail {

struct Sum {
  static constexpr float neutral = 0;
  static float of(float x) { return x; }
  static float join(float a, float b) { return a + b; }
};
struct SumOfSquares : Sum {
  static float of(float x) { return x * x; }
};
struct SumOfSizes : Sum {
  static float of(float x) { return std::fabs(x); }
};
struct Largest : Sum {
  static constexpr float neutral = -inf;
  static float join(float a, float b) { return larger(a, b); }
};
struct Smallest : Sum {
  static constexpr float neutral = inf;
  static float join(float a, float b) { return smaller(a, b); }
};
struct Product : Sum {
  static constexpr float neutral = 1;
  static float join(float a, float b) { return a * b; }
};

template <class F, class Get> inline float fold_row(int n, Get get) {
  float part[16];
  for (float& each : part) each = F::neutral;
  int i = 0;
  for (; i + 16 <= n; i += 16)
    for (int l = 0; l < 16; ++l) part[l] = F::join(part[l], get(i + l));
  for (int l = 0; i + l < n; ++l) part[l] = F::join(part[l], get(i + l));
  for (int step = 8; step > 0; step /= 2)
    for (int l = 0; l < step; ++l) part[l] = F::join(part[l], part[l + step]);
  return part[0];
}
template <class Get> inline float sum_row(int n, Get get) { return fold_row<Sum>(n, get); }

// y [rows] of x [rows][n]
template <class F> inline void reduce_rows(const float* x, float* y, int rows, int n) {
  for (int r = 0; r < rows; ++r, x += n) y[r] = fold_row<F>(n, [=](int i) { return F::of(x[i]); });
}
// y [count][inner] of x [count][n][inner]
template <class F> inline void reduce_columns(const float* x, float* y, int count, int n, int inner) {
  for (int c = 0; c < count; ++c, y += inner) {
    for (int i = 0; i < inner; ++i) y[i] = F::neutral;
    for (int k = 0; k < n; ++k, x += inner)
      for (int i = 0; i < inner; ++i) y[i] = F::join(y[i], F::of(x[i]));
  }
}

// What is subtracted before e^x: the largest value, but no infinite one.
inline float finite_top(float top) { return std::fabs(top) == inf ? 0.f : top; }
inline void log_sum_exp_rows(const float* x, float* y, int rows, int n) {
  for (int r = 0; r < rows; ++r, x += n) {
    const float top = finite_top(fold_row<Largest>(n, [=](int i) { return x[i]; }));
    y[r] = log(sum_row(n, [=](int i) { return exp(x[i] - top); })) + top;
  }
}
inline void log_sum_exp_columns(const float* x, float* y, int count, int n, int inner) {
  for (int c = 0; c < count; ++c, x += n * inner, y += inner)
    for (int i = 0; i < inner; ++i) {
      float top = -inf, sum = 0;
      for (int k = 0; k < n; ++k) top = larger(top, x[k * inner + i]);
      top = finite_top(top);
      for (int k = 0; k < n; ++k) sum = sum + exp(x[k * inner + i] - top);
      y[i] = log(sum) + top;
    }
}

}  // namespace detail
