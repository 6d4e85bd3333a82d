// LayerNormalization, and RMSNormalization if not `centred`, of float64, in order.
#pragma once
#include "bits.hpp"

namespace detail {

template <bool centred>
inline void normalize_rows(const double* x, const double* scale, const double* bias, double* y, int rows, int n,
                           float epsilon) {
  for (int r = 0; r < rows; ++r, x += n, y += n) {
    double mean = 0, variance = 0;
    for (int i = 0; centred && i < n; ++i) mean += x[i];
    mean /= n;
    for (int i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
    const double factor = 1 / std::sqrt(variance / n + static_cast<double>(epsilon));
    for (int i = 0; i < n; ++i) {
      const double v = (x[i] - mean) * factor;
      y[i] = scale ? v * scale[i] + (bias ? bias[i] : 0) : v;
    }
  }
}

}  // namespace detail
