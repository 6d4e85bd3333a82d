// Sums along a contiguous row: element i goes to partial sum i mod 16, and the partial sums are added by one
// tree. Zeros behind the end of a row change nothing.
#pragma once
#include "kernels/isa/simd.hpp"

namespace lading::LADING_ISA_NAMESPACE {

constexpr auto add = [](vec a, vec b) LADING_LAMBDA { return a + b; };

// get(i, some) gives elements i, i + 1 ... of which `some` are there (VL, but for the last vector).
// join(a, b) combines two values; `neutral` does nothing in it.
template <class Get, class Join> LADING_INLINE float fold_row(int64_t n, float neutral, Get get, Join join) {
  vec sum[parts];
  LADING_UNROLL for (int p = 0; p < parts; ++p) sum[p] = all(neutral);
  int64_t i = 0;
  for (; i + row_lanes <= n; i += row_lanes)
    LADING_UNROLL for (int p = 0; p < parts; ++p) sum[p] = join(sum[p], get(i + p * VL, VL));
  LADING_UNROLL for (int p = 0; p < parts; ++p) {
    const int64_t some = n - i - p * VL;
    if (some >= VL) sum[p] = join(sum[p], get(i + p * VL, VL));
    else if (some > 0) {
      const int count = static_cast<int>(some);
      sum[p] = join(sum[p], pick(lanes_below(count), get(i + p * VL, count), all(neutral)));
    }
  }
  return fold_lanes(sum, join);
}
template <class Get> LADING_INLINE float sum_row(int64_t n, Get get) { return fold_row(n, 0.f, get, add); }

LADING_INLINE vec load_up_to(const float* p, int some) { return some == VL ? load(p) : load_some(p, some); }
LADING_INLINE void store_up_to(float* p, vec v, int some) {
  if (some == VL) store(p, v);
  else store_first(p, v, some);
}

}  // namespace lading::LADING_ISA_NAMESPACE
