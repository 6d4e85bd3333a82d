// Loops over contiguous elements. In the last, partial vector the lanes without an element repeat one, so that
// they raise no exception of their own.
#pragma once
#include "kernels/isa/simd.hpp"

namespace lading::LADING_ISA_NAMESPACE {

// f(i, load, store) for vectors of elements from i on; load(p) gives p[i ...], store(p, v) sets it.
template <class F> LADING_INLINE void each_vector(int64_t n, F f) {
  int64_t i = 0;
  for (; i + VL <= n; i += VL)
    f([=](const float* p) LADING_LAMBDA { return load(p + i); },
      [=](float* p, vec v) LADING_LAMBDA { store(p + i, v); });
  if (const int some = static_cast<int>(n - i))
    f([=](const float* p) LADING_LAMBDA { return load_some(p + i, some); },
      [=](float* p, vec v) LADING_LAMBDA { store_first(p + i, v, some); });
}
// y[i] = f(x[i])
template <class F> LADING_INLINE void map(const float* x, float* y, int64_t n, F f) {
  each_vector(n, [=](auto get, auto set) LADING_LAMBDA { set(y, f(get(x))); });
}
// y[i] = f(a[i], b[i])
template <class F> LADING_INLINE void map(const float* a, const float* b, float* y, int64_t n, F f) {
  each_vector(n, [=](auto get, auto set) LADING_LAMBDA { set(y, f(get(a), get(b))); });
}

}  // namespace lading::LADING_ISA_NAMESPACE
