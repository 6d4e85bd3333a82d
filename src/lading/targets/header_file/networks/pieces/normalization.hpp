// LayerNormalization, and RMSNormalization if not `centred`, of float: y = (x - mean) / deviation scale + bias.
#pragma once
#include "rows.hpp"

namespace detail {

template <bool centred>
inline void normalize_rows(const float* x, const float* scale, const float* bias, float* y, int rows, int n,
                           float epsilon) {
  const float count = static_cast<float>(n);
  for (int r = 0; r < rows; ++r, x += n, y += n) {
    const float mean = centred ? sum_row(n, [=](int i) { return x[i]; }) / count : 0.f;
    const auto square = [=](int i) {
      const float d = x[i] - mean;
      return d * d;
    };
    const float factor = 1.f / std::sqrt(sum_row(n, square) / count + epsilon);
    for (int i = 0; i < n; ++i) {
      const float v = (x[i] - mean) * factor;
      y[i] = scale ? std::fma(v, scale[i], bias ? bias[i] : 0.f) : v;
    }
  }
}

}  // namespace detail
