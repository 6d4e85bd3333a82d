// How many thresholds of a segment are not above a value: sixteen compared at once, first the last ones of each
// sixteen, then those of the sixteen in question.
#pragma once
#include "trees/isa/bytes_avx2.hpp"

namespace lading::trees::avx2 {

LADING_TREES_INLINE unsigned twice_not_above(const float* sorted, float x) {
  const __m256 v = _mm256_set1_ps(x);
  const __m256 a = _mm256_cmp_ps(v, _mm256_load_ps(sorted), _CMP_GE_OQ);
  const __m256 b = _mm256_cmp_ps(v, _mm256_load_ps(sorted + 8), _CMP_GE_OQ);
  const Bytes both = _mm256_packs_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b));
  return static_cast<unsigned>(_mm_popcnt_u32(static_cast<unsigned>(_mm256_movemask_epi8(both))));
}
LADING_TREES_INLINE unsigned twice_not_above(const double* sorted, double x) {
  const __m256d v = _mm256_set1_pd(x);
  Bytes four[4];
  for (int i = 0; i < 4; ++i)
    four[i] = _mm256_castpd_si256(_mm256_cmp_pd(v, _mm256_load_pd(sorted + 4 * i), _CMP_GE_OQ));
  const Bytes all = _mm256_packs_epi16(_mm256_packs_epi32(four[0], four[1]), _mm256_packs_epi32(four[2], four[3]));
  return static_cast<unsigned>(_mm_popcnt_u32(static_cast<unsigned>(_mm256_movemask_epi8(all))));
}

template <class T> LADING_TREES_INLINE T treated(const Segment<T>& s, T x) {
  if (s.nan_is_zero) return x != x ? T(0) : x;
  return s.zero_is_missing && x >= T(-zero_limit) && x <= T(zero_limit) ? T(__builtin_nan("")) : x;
}

// `many`: the segment has more than fifteen thresholds.
template <bool many, class T> LADING_TREES_INLINE unsigned rank_among(const Segment<T>& s, T x) {
  const unsigned sixteen = many ? twice_not_above(s.pivot, x) / 2 : 0;
  return sixteen * 16 + twice_not_above(s.fine + 16 * sixteen, x) / 2;
}
template <class T> LADING_TREES_INLINE unsigned rank_of(const Segment<T>& s, T x) {
  return s.count > 15 ? rank_among<true>(s, x) : rank_among<false>(s, x);
}

}  // namespace lading::trees::avx2
