// Plain C++ for CPUs without wide instructions or without FMA: four lanes in an array, the fused multiply-add
// by the correctly rounded library function. Slow, and the same bits.
#pragma once

namespace lading::LADING_ISA_NAMESPACE {

constexpr int VL = 4;
struct vec {
  float v[VL];
};
struct mask {
  bool m[VL];
};

LADING_INLINE uint32_t to_bits(float a) { return __builtin_bit_cast(uint32_t, a); }
LADING_INLINE float from_bits(uint32_t a) { return __builtin_bit_cast(float, a); }

// Called, not inlined: small matters here, fast does not.
#undef LADING_FUNCTION
#define LADING_FUNCTION LADING_CALLED
#define LADING_LANES(expression)                      \
  vec y;                                              \
  for (int l = 0; l < VL; ++l) y.v[l] = (expression); \
  return y
#define LADING_MASK(expression)                       \
  mask y;                                             \
  for (int l = 0; l < VL; ++l) y.m[l] = (expression); \
  return y

LADING_CALLED mask lanes_below(int n) { LADING_MASK(l < n); }
LADING_INLINE vec load(const float* p) { LADING_LANES(p[l]); }
LADING_INLINE void store(float* p, vec a) {
  for (int l = 0; l < VL; ++l) p[l] = a.v[l];
}
LADING_CALLED vec load_first(const float* p, int n) { LADING_LANES(l < n ? p[l] : 0.f); }
LADING_CALLED void store_first(float* p, vec a, int n) {
  for (int l = 0; l < n; ++l) p[l] = a.v[l];
}
LADING_INLINE void hold(vec&) {}
LADING_INLINE vec all(float a) { LADING_LANES(a); }
LADING_CALLED vec operator+(vec a, vec b) { LADING_LANES(a.v[l] + b.v[l]); }
LADING_CALLED vec operator-(vec a, vec b) { LADING_LANES(a.v[l] - b.v[l]); }
LADING_CALLED vec operator*(vec a, vec b) { LADING_LANES(a.v[l] * b.v[l]); }
LADING_CALLED vec operator/(vec a, vec b) { LADING_LANES(a.v[l] / b.v[l]); }
LADING_CALLED vec fma(vec a, vec b, vec c) { LADING_LANES(__builtin_fmaf(a.v[l], b.v[l], c.v[l])); }
LADING_CALLED vec sqrt(vec a) { LADING_LANES(__builtin_sqrtf(a.v[l])); }
LADING_CALLED vec floor(vec a) { LADING_LANES(__builtin_floorf(a.v[l])); }
LADING_CALLED vec ceil(vec a) { LADING_LANES(__builtin_ceilf(a.v[l])); }
LADING_CALLED vec round_even(vec a) { LADING_LANES(__builtin_nearbyintf(a.v[l])); }
LADING_CALLED vec lower_half(vec a) { LADING_LANES(from_bits(to_bits(a.v[l]) << 16)); }
LADING_CALLED vec bits_and(vec a, vec b) { LADING_LANES(from_bits(to_bits(a.v[l]) & to_bits(b.v[l]))); }
LADING_CALLED vec bits_or(vec a, vec b) { LADING_LANES(from_bits(to_bits(a.v[l]) | to_bits(b.v[l]))); }
LADING_CALLED vec bits_xor(vec a, vec b) { LADING_LANES(from_bits(to_bits(a.v[l]) ^ to_bits(b.v[l]))); }
LADING_CALLED vec bits_andnot(vec a, vec b) { LADING_LANES(from_bits(~to_bits(a.v[l]) & to_bits(b.v[l]))); }
LADING_CALLED mask less(vec a, vec b) { LADING_MASK(__builtin_isless(a.v[l], b.v[l])); }
LADING_CALLED mask not_less(vec a, vec b) { LADING_MASK(!__builtin_isless(a.v[l], b.v[l])); }  // NaN too
LADING_CALLED mask equal(vec a, vec b) { LADING_MASK(a.v[l] == b.v[l]); }
LADING_CALLED mask not_a_number(vec a) { LADING_MASK(a.v[l] != a.v[l]); }
LADING_CALLED mask either(mask a, mask b) { LADING_MASK(a.m[l] || b.m[l]); }
LADING_CALLED vec pick(mask m, vec yes, vec no) { LADING_LANES(m.m[l] ? yes.v[l] : no.v[l]); }
LADING_CALLED vec clear(mask m, vec a) { LADING_LANES(m.m[l] ? 0.f : a.v[l]); }
// 2^n, given n + 1.5 * 2^23 for a whole n in [-126, 127]; a power of two for whatever else, never a NaN
LADING_CALLED vec power_of_two(vec a) { LADING_LANES(from_bits((to_bits(a.v[l]) + 127) << 23)); }
// a * 2^n, given n + 1.5 * 2^23, where the result is a normal number
LADING_CALLED vec scale_by_power(vec a, vec n) { LADING_LANES(from_bits(to_bits(a.v[l]) + (to_bits(n.v[l]) << 23))); }
// x = m 2^e with m in [2^-1/2, 2^1/2), for positive normal x
LADING_CALLED vec split_exponent(vec x, vec& e) {
  constexpr uint32_t half = 0x3f3504f3;
  for (int l = 0; l < VL; ++l) e.v[l] = static_cast<float>(static_cast<int32_t>(to_bits(x.v[l]) - half) >> 23);
  LADING_LANES(from_bits(((to_bits(x.v[l]) - half) & 0x007fffff) + half));
}
// f over sixteen lanes by one tree: lanes 8 apart, then 4, 2, 1
template <class F> LADING_INLINE float fold_lanes(const vec* lanes, F f) {
  vec a = f(f(lanes[0], lanes[2]), f(lanes[1], lanes[3]));
  for (int step = 2; step; step /= 2) {
    vec b;
    for (int l = 0; l < VL; ++l) b.v[l] = a.v[(l + step) % VL];
    a = f(a, b);
  }
  return a.v[0];
}
// float64, half as many lanes
typedef double doubles __attribute__((vector_size(16)));
typedef int64_t wholes __attribute__((vector_size(16)));
LADING_INLINE doubles fma(doubles a, doubles b, doubles c) {
  return doubles{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}
// The lanes of a mask as bits.
LADING_INLINE unsigned lanes_where(wholes a) { return (a[0] & 1) | (a[1] & 2); }
#undef LADING_LANES
#undef LADING_MASK

constexpr int tile = 1;  // rows and columns of the smallest transpose
LADING_INLINE void transpose_tile(const float* x, long, float* y, long) { *y = *x; }

}  // namespace lading::LADING_ISA_NAMESPACE
