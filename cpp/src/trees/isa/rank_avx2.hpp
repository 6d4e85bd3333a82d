// Sixteen thresholds compared with a value.
#pragma once
#include "trees/isa/bytes_avx2.hpp"

namespace lading::trees::avx2 {
namespace {

using Bits = uint32_t;  // one of each byte of a register
LADING_TREES_INLINE Bits top_bits(Bytes v) { return static_cast<Bits>(_mm256_movemask_epi8(v)); }
LADING_TREES_INLINE Bits bytes_in_common(Bytes a, Bytes b) {  // those where any bit is
  return ~top_bits(_mm256_cmpeq_epi8(_mm256_and_si256(a, b), zero_bytes()));
}
LADING_TREES_INLINE Bytes doubled(Bytes v) { return _mm256_add_epi8(v, v); }
LADING_TREES_INLINE Bytes shifted_left(Bytes v, int n) { return _mm256_slli_epi16(v, n); }  // no bit leaves its byte

LADING_TREES_INLINE unsigned not_above(const float* sorted, float x) {
  const __m256 v = _mm256_set1_ps(x);
  const __m256 a = _mm256_cmp_ps(v, _mm256_load_ps(sorted), _CMP_GE_OQ);
  const __m256 b = _mm256_cmp_ps(v, _mm256_load_ps(sorted + 8), _CMP_GE_OQ);
  return static_cast<unsigned>(
             _mm_popcnt_u32(top_bits(_mm256_packs_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b))))) /
         2;
}
LADING_TREES_INLINE unsigned not_above(const double* sorted, double x) {
  const __m256d v = _mm256_set1_pd(x);
  Bytes four[4];
  for (int i = 0; i < 4; ++i)
    four[i] = _mm256_castpd_si256(_mm256_cmp_pd(v, _mm256_load_pd(sorted + 4 * i), _CMP_GE_OQ));
  const Bytes all = _mm256_packs_epi16(_mm256_packs_epi32(four[0], four[1]), _mm256_packs_epi32(four[2], four[3]));
  return static_cast<unsigned>(_mm_popcnt_u32(top_bits(all))) / 2;
}

}  // namespace
}  // namespace lading::trees::avx2

#include "trees/isa/rank.hpp"

namespace lading::trees::avx2 {
namespace {
template <class T, int rows> using BlockRows = RowsByPointer<T, rows>;
}
}  // namespace lading::trees::avx2
