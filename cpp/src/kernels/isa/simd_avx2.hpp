// AVX2 with FMA: eight lanes.
#pragma once
#include <immintrin.h>

namespace lading::LADING_ISA_NAMESPACE {

struct vec {
  __m256 v;
};
struct mask {
  __m256 m;
};
constexpr int VL = 8;

LADING_INLINE mask lanes_below(int n) {
  return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)))};
}
LADING_INLINE vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
// The bits of each lane 16 places up: the lower one of two bfloat16.
LADING_INLINE vec lower_half(vec a) { return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a.v), 16))}; }
LADING_INLINE void store(float* p, vec a) { _mm256_storeu_ps(p, a.v); }
LADING_INLINE vec load_first(const float* p, int n) {
  return {_mm256_maskload_ps(p, _mm256_castps_si256(lanes_below(n).m))};
}
// n < VL. In pieces: a masked store takes tens of cycles on some CPUs.
LADING_INLINE void store_first(float* p, vec a, int n) {
  __m128 rest = _mm256_castps256_ps128(a.v);
  if (n & 4) {
    _mm_storeu_ps(p, rest);
    rest = _mm256_extractf128_ps(a.v, 1);
    p += 4;
  }
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(p), rest);
    rest = _mm_movehl_ps(rest, rest);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, rest);
}
// Keeps a in a register: else the compiler may read it from memory for every use.
LADING_INLINE void hold(vec& a) { asm("" : "+x"(a.v)); }
LADING_INLINE vec all(float a) { return {_mm256_set1_ps(a)}; }
LADING_INLINE vec operator+(vec a, vec b) { return {_mm256_add_ps(a.v, b.v)}; }
LADING_INLINE vec operator-(vec a, vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
LADING_INLINE vec operator*(vec a, vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
LADING_INLINE vec operator/(vec a, vec b) { return {_mm256_div_ps(a.v, b.v)}; }
LADING_INLINE vec fma(vec a, vec b, vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
LADING_INLINE vec sqrt(vec a) { return {_mm256_sqrt_ps(a.v)}; }
LADING_INLINE vec floor(vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)}; }
LADING_INLINE vec ceil(vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)}; }
LADING_INLINE vec round_even(vec a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LADING_INLINE vec bits_and(vec a, vec b) { return {_mm256_and_ps(a.v, b.v)}; }
LADING_INLINE vec bits_or(vec a, vec b) { return {_mm256_or_ps(a.v, b.v)}; }
LADING_INLINE vec bits_xor(vec a, vec b) { return {_mm256_xor_ps(a.v, b.v)}; }
LADING_INLINE vec bits_andnot(vec a, vec b) { return {_mm256_andnot_ps(a.v, b.v)}; }  // ~a & b
LADING_INLINE mask less(vec a, vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
LADING_INLINE mask not_less(vec a, vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_NLT_UQ)}; }  // NaN too
LADING_INLINE mask equal(vec a, vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
LADING_INLINE mask not_a_number(vec a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
LADING_INLINE mask either(mask a, mask b) { return {_mm256_or_ps(a.m, b.m)}; }
LADING_INLINE vec pick(mask m, vec yes, vec no) { return {_mm256_blendv_ps(no.v, yes.v, m.m)}; }
LADING_INLINE vec clear(mask m, vec a) { return {_mm256_andnot_ps(m.m, a.v)}; }
// 2^n, given n + 1.5 * 2^23 for a whole n in [-126, 127]; a power of two for whatever else, never a NaN
LADING_INLINE vec power_of_two(vec a) {
  return {
      _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_castps_si256(a.v), _mm256_set1_epi32(127)), 23))};
}
// a * 2^n, given n + 1.5 * 2^23, where the result is a normal number
LADING_INLINE vec scale_by_power(vec a, vec n) {
  return {
      _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a.v), _mm256_slli_epi32(_mm256_castps_si256(n.v), 23)))};
}
// x = m 2^e with m in [2^-1/2, 2^1/2), for positive normal x
LADING_INLINE vec split_exponent(vec x, vec& e) {
  const __m256i half = _mm256_set1_epi32(0x3f3504f3), bits = _mm256_sub_epi32(_mm256_castps_si256(x.v), half);
  e.v = _mm256_cvtepi32_ps(_mm256_srai_epi32(bits, 23));
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff)), half))};
}
// f over sixteen lanes by one tree: lanes 8 apart, then 4, 2, 1
template <class F> LADING_INLINE float fold_lanes(const vec* lanes, F f) {
  const __m256 b = f(lanes[0], lanes[1]).v;
  const __m256 c = f(vec{b}, vec{_mm256_permute2f128_ps(b, b, 0x01)}).v;
  const __m256 d = f(vec{c}, vec{_mm256_permute_ps(c, 0x4e)}).v;
  return _mm256_cvtss_f32(f(vec{d}, vec{_mm256_permute_ps(d, 0xb1)}).v);
}

// float64, half as many lanes
typedef double doubles __attribute__((vector_size(32)));
typedef int64_t wholes __attribute__((vector_size(32)));
LADING_INLINE doubles fma(doubles a, doubles b, doubles c) { return _mm256_fmadd_pd(a, b, c); }
// The lanes of a mask as bits.
LADING_INLINE unsigned lanes_where(wholes a) { return static_cast<unsigned>(_mm256_movemask_pd((__m256d)a)); }

}  // namespace lading::LADING_ISA_NAMESPACE

#include "kernels/isa/transpose_8x8.hpp"
