// Sums of two rows for each edge between a point and its neighbours.
#pragma once
#include "bits.hpp"

namespace detail {

// y [k][N]: own row plus that of each neighbour, [n][2 N] holding what points keep and what they give; false if a place is
// not there.
template <int N, bool relu, class Place>
inline bool edges(const float* own, const float* points, const Place* places, int n, int k, float* y) {
  for (int s = 0; s < k; ++s, y += N) {
    const std::int64_t place = places[s] < 0 ? places[s] + n : places[s];
    if (place < 0 || place >= n) return false;
    const float* other = points + place * (2 * N) + N;
    NETWORK_LOOP for (int j = 0; j < N; ++j) {
      const float sum = own[j] + other[j];
      y[j] = relu && sum < 0 ? 0.f : sum;
    }
  }
  return true;
}

}  // namespace detail
