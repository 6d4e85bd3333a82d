// softmax and log_softmax of float64, and of float with sums in float64.
#pragma once
#include "double_exponential.hpp"

namespace detail {

// Along the middle axis of x [count][n][inner]
template <bool logarithm> inline void softmax_columns(const double* x, double* y, int count, int n, int inner) {
  for (int c = 0; c < count; ++c, x += n * inner, y += n * inner)
    for (int i = 0; i < inner; ++i) {
      double top = -infinity, sum = 0;
      for (int k = 0; k < n; ++k) top = x[k * inner + i] > top ? x[k * inner + i] : top;
      for (int k = 0; k < n; ++k) sum += exp(x[k * inner + i] - top);
      const double lost = log(sum);
      for (int k = 0; k < n; ++k)
        y[k * inner + i] = logarithm ? x[k * inner + i] - top - lost : exp(x[k * inner + i] - top) / sum;
    }
}

}  // namespace detail
