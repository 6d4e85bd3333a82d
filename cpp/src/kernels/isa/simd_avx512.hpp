// AVX-512: sixteen lanes.
#pragma once
#include <immintrin.h>

namespace lading::LADING_ISA_NAMESPACE {

struct vec {
  __m512 v;
};
struct mask {
  __mmask16 m;
};
constexpr int VL = 16;

LADING_INLINE mask lanes_below(int n) { return {static_cast<__mmask16>(n >= VL ? 0xffff : (1u << n) - 1)}; }
LADING_INLINE vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
// The bits of each lane 16 places up: the lower one of two bfloat16.
LADING_INLINE vec lower_half(vec a) { return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(a.v), 16))}; }
LADING_INLINE void store(float* p, vec a) { _mm512_storeu_ps(p, a.v); }
LADING_INLINE vec load_first(const float* p, int n) { return {_mm512_maskz_loadu_ps(lanes_below(n).m, p)}; }
LADING_INLINE void store_first(float* p, vec a, int n) { _mm512_mask_storeu_ps(p, lanes_below(n).m, a.v); }
// A last vector of factors costs nothing more: the lanes beyond it are neither read nor computed.
constexpr bool masks_are_free = true;
LADING_INLINE vec load_factors(const float* p, int n) { return load_first(p, n); }
LADING_INLINE vec fma_first(vec a, vec b, vec c, int n) {
  return {_mm512_mask3_fmadd_ps(a.v, b.v, c.v, lanes_below(n).m)};
}
// Keeps a in a register: else the compiler may read it from memory for every use.
LADING_INLINE void hold(vec& a) { asm("" : "+v"(a.v)); }
LADING_INLINE vec all(float a) { return {_mm512_set1_ps(a)}; }
LADING_INLINE vec operator+(vec a, vec b) { return {_mm512_add_ps(a.v, b.v)}; }
LADING_INLINE vec operator-(vec a, vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
LADING_INLINE vec operator*(vec a, vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
LADING_INLINE vec operator/(vec a, vec b) { return {_mm512_div_ps(a.v, b.v)}; }
LADING_INLINE vec fma(vec a, vec b, vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
LADING_INLINE vec sqrt(vec a) { return {_mm512_sqrt_ps(a.v)}; }
LADING_INLINE vec floor(vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
LADING_INLINE vec ceil(vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }
LADING_INLINE vec round_even(vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
LADING_INLINE vec bits_and(vec a, vec b) { return {_mm512_and_ps(a.v, b.v)}; }
LADING_INLINE vec bits_or(vec a, vec b) { return {_mm512_or_ps(a.v, b.v)}; }
LADING_INLINE vec bits_xor(vec a, vec b) { return {_mm512_xor_ps(a.v, b.v)}; }
LADING_INLINE vec bits_andnot(vec a, vec b) { return {_mm512_andnot_ps(a.v, b.v)}; }  // ~a & b
LADING_INLINE mask less(vec a, vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
LADING_INLINE mask not_less(vec a, vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_NLT_UQ)}; }  // NaN too
LADING_INLINE mask equal(vec a, vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
LADING_INLINE mask not_a_number(vec a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
LADING_INLINE mask either(mask a, mask b) { return {static_cast<__mmask16>(a.m | b.m)}; }
LADING_INLINE vec pick(mask m, vec yes, vec no) { return {_mm512_mask_blend_ps(m.m, no.v, yes.v)}; }
LADING_INLINE vec clear(mask m, vec a) { return {_mm512_mask_blend_ps(m.m, a.v, _mm512_setzero_ps())}; }
// 2^n, given n + 1.5 * 2^23 for a whole n in [-126, 127]; a power of two for whatever else, never a NaN
LADING_INLINE vec power_of_two(vec a) {
  return {
      _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_castps_si512(a.v), _mm512_set1_epi32(127)), 23))};
}
// a * 2^n, given n + 1.5 * 2^23, where the result is a normal number
LADING_INLINE vec scale_by_power(vec a, vec n) {
  return {
      _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a.v), _mm512_slli_epi32(_mm512_castps_si512(n.v), 23)))};
}
// x = m 2^e with m in [2^-1/2, 2^1/2), for positive normal x
LADING_INLINE vec split_exponent(vec x, vec& e) {
  const __m512i half = _mm512_set1_epi32(0x3f3504f3), bits = _mm512_sub_epi32(_mm512_castps_si512(x.v), half);
  e.v = _mm512_cvtepi32_ps(_mm512_srai_epi32(bits, 23));
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_and_si512(bits, _mm512_set1_epi32(0x007fffff)), half))};
}
// f over sixteen lanes by one tree: lanes 8 apart, then 4, 2, 1
template <class F> LADING_INLINE float fold_lanes(const vec* lanes, F f) {
  const __m512 a = lanes[0].v;
  const __m512 b = f(vec{a}, vec{_mm512_shuffle_f32x4(a, a, 0x4e)}).v;
  const __m512 c = f(vec{b}, vec{_mm512_shuffle_f32x4(b, b, 0xb1)}).v;
  const __m512 d = f(vec{c}, vec{_mm512_permute_ps(c, 0x4e)}).v;
  return _mm512_cvtss_f32(f(vec{d}, vec{_mm512_permute_ps(d, 0xb1)}).v);
}

// float64, half as many lanes
typedef double doubles __attribute__((vector_size(64)));
typedef int64_t wholes __attribute__((vector_size(64)));
LADING_INLINE doubles fma(doubles a, doubles b, doubles c) { return _mm512_fmadd_pd(a, b, c); }
// The lanes of a mask as bits.
LADING_INLINE unsigned lanes_where(wholes a) { return _mm512_movepi64_mask((__m512i)a); }

}  // namespace lading::LADING_ISA_NAMESPACE

#include "kernels/isa/transpose_8x8.hpp"
