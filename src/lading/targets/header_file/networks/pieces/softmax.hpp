// softmax(x) = e^(x - top) / sum and log_softmax(x) = x - top - ln(sum) of float.
#pragma once
#include "rows.hpp"

namespace detail {

struct Higher : Sum {
  static constexpr float neutral = -inf;
  static float join(float a, float b) { return a < b ? b : a; }  // a NaN spoils the sum anyway
};

template <bool logarithm> inline void softmax_rows(const float* x, float* y, int rows, int n) {
  for (int r = 0; r < rows; ++r, x += n, y += n) {
    const float top = fold_row<Higher>(n, [=](int i) { return x[i]; });
    if (logarithm) {
      const float lost = log(sum_row(n, [=](int i) { return exp_falling(x[i] - top); }));
      for (int i = 0; i < n; ++i) y[i] = x[i] - top - lost;
    } else {
      for (int i = 0; i < n; ++i) y[i] = exp_falling(x[i] - top);
      const float factor = 1.f / sum_row(n, [=](int i) { return y[i]; });
      for (int i = 0; i < n; ++i) y[i] = y[i] * factor;
    }
  }
}

// Along the middle axis of x [count][n][inner], each sum in order. y may be x.
template <bool logarithm> inline void softmax_columns(const float* x, float* y, int count, int n, int inner) {
  for (int c = 0; c < count; ++c, x += n * inner, y += n * inner)
    for (int i = 0; i < inner; ++i) {
      float top = -inf, sum = 0;
      for (int k = 0; k < n; ++k) top = k == 0 || top < x[k * inner + i] ? x[k * inner + i] : top;
      for (int k = 0; k < n; ++k) {
        const float e = exp_falling(x[k * inner + i] - top);
        sum = sum + e;
        if (!logarithm) y[k * inner + i] = e;
      }
      const float last = logarithm ? log(sum) : 1.f / sum;
      for (int k = 0; k < n; ++k) {
        float& to = y[k * inner + i];
        to = logarithm ? x[k * inner + i] - top - last : to * last;
      }
    }
}

}  // namespace detail
