// NEON: eight lanes in two registers, so that blocks have the shape they have with AVX2.
#pragma once
#include <arm_neon.h>

namespace lading::LADING_ISA_NAMESPACE {

constexpr int VL = 8;
struct vec {
  float32x4_t v[2];
};
struct mask {
  uint32x4_t m[2];
};

LADING_INLINE uint32x4_t to_bits(float32x4_t a) { return vreinterpretq_u32_f32(a); }
LADING_INLINE float32x4_t from_bits(uint32x4_t a) { return vreinterpretq_f32_u32(a); }

#define LADING_HALVES(expression)                    \
  vec y;                                             \
  for (int h = 0; h < 2; ++h) y.v[h] = (expression); \
  return y
#define LADING_MASK(expression)                      \
  mask y;                                            \
  for (int h = 0; h < 2; ++h) y.m[h] = (expression); \
  return y

LADING_INLINE mask lanes_below(int n) {
  const int32x4_t first = {0, 1, 2, 3};
  LADING_MASK(vcltq_s32(vaddq_s32(first, vdupq_n_s32(4 * h)), vdupq_n_s32(n)));
}
LADING_INLINE vec load(const float* p) { LADING_HALVES(vld1q_f32(p + 4 * h)); }
// The bits of each lane 16 places up: the lower one of two bfloat16.
LADING_INLINE vec lower_half(vec a) { LADING_HALVES(from_bits(vshlq_n_u32(to_bits(a.v[h]), 16))); }
LADING_INLINE void store(float* p, vec a) { vst1q_f32(p, a.v[0]), vst1q_f32(p + 4, a.v[1]); }
LADING_INLINE vec load_first(const float* p, int n) {
  float some[VL] = {};
  for (int l = 0; l < n; ++l) some[l] = p[l];
  return load(some);
}
LADING_INLINE void store_first(float* p, vec a, int n) {
  float some[VL];
  store(some, a);
  for (int l = 0; l < n; ++l) p[l] = some[l];
}
LADING_INLINE void hold(vec&) {}
LADING_INLINE vec all(float a) { LADING_HALVES(vdupq_n_f32(a)); }
LADING_INLINE vec operator+(vec a, vec b) { LADING_HALVES(vaddq_f32(a.v[h], b.v[h])); }
LADING_INLINE vec operator-(vec a, vec b) { LADING_HALVES(vsubq_f32(a.v[h], b.v[h])); }
LADING_INLINE vec operator*(vec a, vec b) { LADING_HALVES(vmulq_f32(a.v[h], b.v[h])); }
LADING_INLINE vec operator/(vec a, vec b) { LADING_HALVES(vdivq_f32(a.v[h], b.v[h])); }
LADING_INLINE vec fma(vec a, vec b, vec c) { LADING_HALVES(vfmaq_f32(c.v[h], a.v[h], b.v[h])); }
LADING_INLINE vec sqrt(vec a) { LADING_HALVES(vsqrtq_f32(a.v[h])); }
LADING_INLINE vec floor(vec a) { LADING_HALVES(vrndmq_f32(a.v[h])); }
LADING_INLINE vec ceil(vec a) { LADING_HALVES(vrndpq_f32(a.v[h])); }
LADING_INLINE vec round_even(vec a) { LADING_HALVES(vrndnq_f32(a.v[h])); }
LADING_INLINE vec bits_and(vec a, vec b) { LADING_HALVES(from_bits(vandq_u32(to_bits(a.v[h]), to_bits(b.v[h])))); }
LADING_INLINE vec bits_or(vec a, vec b) { LADING_HALVES(from_bits(vorrq_u32(to_bits(a.v[h]), to_bits(b.v[h])))); }
LADING_INLINE vec bits_xor(vec a, vec b) { LADING_HALVES(from_bits(veorq_u32(to_bits(a.v[h]), to_bits(b.v[h])))); }
LADING_INLINE vec bits_andnot(vec a, vec b) { LADING_HALVES(from_bits(vbicq_u32(to_bits(b.v[h]), to_bits(a.v[h])))); }
// Ordered comparisons of NEON signal a quiet NaN, the test for equality does not: NaN is replaced first.
LADING_INLINE float32x4_t number(float32x4_t a, float32x4_t other) { return vbslq_f32(vceqq_f32(a, a), a, other); }
LADING_INLINE mask less(vec a, vec b) {
  LADING_MASK(vcltq_f32(number(a.v[h], vdupq_n_f32(__builtin_inff())), number(b.v[h], vdupq_n_f32(-__builtin_inff()))));
}
LADING_INLINE mask not_less(vec a, vec b) {  // NaN too
  const mask below = less(a, b);
  LADING_MASK(vmvnq_u32(below.m[h]));
}
LADING_INLINE mask equal(vec a, vec b) { LADING_MASK(vceqq_f32(a.v[h], b.v[h])); }
LADING_INLINE mask not_a_number(vec a) { LADING_MASK(vmvnq_u32(vceqq_f32(a.v[h], a.v[h]))); }
LADING_INLINE mask either(mask a, mask b) { LADING_MASK(vorrq_u32(a.m[h], b.m[h])); }
LADING_INLINE vec pick(mask m, vec yes, vec no) { LADING_HALVES(vbslq_f32(m.m[h], yes.v[h], no.v[h])); }
LADING_INLINE vec clear(mask m, vec a) { LADING_HALVES(from_bits(vbicq_u32(to_bits(a.v[h]), m.m[h]))); }
// 2^n, given n + 1.5 * 2^23 for a whole n in [-126, 127]; a power of two for whatever else, never a NaN
LADING_INLINE vec power_of_two(vec a) {
  LADING_HALVES(from_bits(vshlq_n_u32(vaddq_u32(to_bits(a.v[h]), vdupq_n_u32(127)), 23)));
}
// a * 2^n, given n + 1.5 * 2^23, where the result is a normal number
LADING_INLINE vec scale_by_power(vec a, vec n) {
  LADING_HALVES(from_bits(vaddq_u32(to_bits(a.v[h]), vshlq_n_u32(to_bits(n.v[h]), 23))));
}
// x = m 2^e with m in [2^-1/2, 2^1/2), for positive normal x
LADING_INLINE vec split_exponent(vec x, vec& e) {
  const uint32x4_t half = vdupq_n_u32(0x3f3504f3);
  for (int h = 0; h < 2; ++h)
    e.v[h] = vcvtq_f32_s32(vshrq_n_s32(vreinterpretq_s32_u32(vsubq_u32(to_bits(x.v[h]), half)), 23));
  LADING_HALVES(from_bits(vaddq_u32(vandq_u32(vsubq_u32(to_bits(x.v[h]), half), vdupq_n_u32(0x007fffff)), half)));
}
// f over sixteen lanes by one tree: lanes 8 apart, then 4, 2, 1
template <class F> LADING_INLINE float fold_lanes(const vec* lanes, F f) {
  const vec b = f(lanes[0], lanes[1]);
  const vec c = f(b, vec{{b.v[1], b.v[0]}});
  const float32x4_t two = vextq_f32(c.v[0], c.v[0], 2);
  const vec d = f(c, vec{{two, two}});
  const float32x4_t one = vrev64q_f32(d.v[0]);
  return vgetq_lane_f32(f(d, vec{{one, one}}).v[0], 0);
}
// float64, half as many lanes
typedef double doubles __attribute__((vector_size(32)));
typedef int64_t wholes __attribute__((vector_size(32)));
LADING_INLINE doubles fma(doubles a, doubles b, doubles c) {
  const float64x2_t low = vfmaq_f64(float64x2_t{c[0], c[1]}, float64x2_t{a[0], a[1]}, float64x2_t{b[0], b[1]});
  const float64x2_t high = vfmaq_f64(float64x2_t{c[2], c[3]}, float64x2_t{a[2], a[3]}, float64x2_t{b[2], b[3]});
  return doubles{low[0], low[1], high[0], high[1]};
}
// The lanes of a mask as bits.
LADING_INLINE unsigned lanes_where(wholes a) { return (a[0] & 1) | (a[1] & 2) | (a[2] & 4) | (a[3] & 8); }
#undef LADING_HALVES
#undef LADING_MASK

constexpr int tile = 4;  // rows and columns of the smallest transpose
LADING_INLINE void transpose_tile(const float* x, long ldx, float* y, long ldy) {
  float32x4_t r[4];
  for (int i = 0; i < 4; ++i) r[i] = vld1q_f32(x + i * ldx);
  const float32x4x2_t a = vtrnq_f32(r[0], r[1]), b = vtrnq_f32(r[2], r[3]);
  vst1q_f32(y, vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0])));
  vst1q_f32(y + ldy, vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1])));
  vst1q_f32(y + 2 * ldy, vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0])));
  vst1q_f32(y + 3 * ldy, vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1])));
}

}  // namespace lading::LADING_ISA_NAMESPACE
