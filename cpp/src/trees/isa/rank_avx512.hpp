// Ranks of sixteen values at once: a search tree of thresholds, whose levels are tables in registers. The outcome of
// the comparisons at a level is the bit of the ranks at that level.
#pragma once
#include "trees/isa/bytes_avx512.hpp"

namespace lading::trees::avx512 {
namespace {

using Bits = uint64_t;  // one of each byte of a register
LADING_TREES_INLINE Bits top_bits(Bytes v) { return _mm512_movepi8_mask(v); }
LADING_TREES_INLINE Bits bytes_in_common(Bytes a, Bytes b) { return _mm512_test_epi8_mask(a, b); }  // where any bit is
LADING_TREES_INLINE Bytes doubled(Bytes v) { return _mm512_add_epi8(v, v); }
LADING_TREES_INLINE Bytes shifted_left(Bytes v, int n) {  // no bit leaves its byte
  return _mm512_sll_epi16(v, _mm_cvtsi32_si128(n));
}

LADING_TREES_INLINE unsigned not_above(const float* sorted, float x) {
  return static_cast<unsigned>(
      _mm_popcnt_u32(_mm512_cmp_ps_mask(_mm512_set1_ps(x), _mm512_load_ps(sorted), _CMP_GE_OQ)));
}
LADING_TREES_INLINE unsigned not_above(const double* sorted, double x) {
  const __m512d v = _mm512_set1_pd(x);
  return static_cast<unsigned>(_mm_popcnt_u32(_mm512_cmp_pd_mask(v, _mm512_load_pd(sorted), _CMP_GE_OQ)) +
                               _mm_popcnt_u32(_mm512_cmp_pd_mask(v, _mm512_load_pd(sorted + 8), _CMP_GE_OQ)));
}

}  // namespace
}  // namespace lading::trees::avx512

#include "trees/isa/rank.hpp"

namespace lading::trees::avx512 {
namespace {

// Sixteen rows of sixteen features to columns `distance` numbers apart.
LADING_TREES_INLINE void transpose_sixteen(const float* const* row, __mmask16 features, int64_t first, float* to,
                                           int distance) {
  __m512 a[16], b[16];
  for (int i = 0; i < 16; ++i) a[i] = _mm512_maskz_loadu_ps(features, row[i] + first);
  for (int i = 0; i < 16; i += 2)
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]), b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  for (int i = 0; i < 16; i += 4)
    for (int j = 0; j < 2; ++j) {
      const __m512d u = _mm512_castps_pd(b[i + j]), v = _mm512_castps_pd(b[i + j + 2]);
      a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(u, v));
      a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(u, v));
    }
  constexpr int even = 0x88, odd = 0xdd;  // quarters of two registers
  for (int i = 0; i < 4; ++i) {
    const __m512 p = _mm512_shuffle_f32x4(a[i], a[i + 4], even), q = _mm512_shuffle_f32x4(a[i], a[i + 4], odd);
    const __m512 r = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], even),
                 s = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], odd);
    b[i] = _mm512_shuffle_f32x4(p, r, even), b[i + 8] = _mm512_shuffle_f32x4(p, r, odd);
    b[i + 4] = _mm512_shuffle_f32x4(q, s, even), b[i + 12] = _mm512_shuffle_f32x4(q, s, odd);
  }
  for (int i = 0; i < 16; ++i) _mm512_store_ps(to + i * distance, b[i]);
}

// The threshold that each value meets at a level of the search; went[l]: who went right at level l.
template <int level> LADING_TREES_INLINE __m512 threshold(const float* tree, __m512i place, const __mmask16* went) {
  const auto among_thirty_two = [&](int at) __attribute__((always_inline)) {
    return _mm512_permutex2var_ps(_mm512_load_ps(tree + at), place, _mm512_load_ps(tree + at + 16));
  };
  if constexpr (level == 0) return _mm512_set1_ps(tree[1]);
  else if constexpr (level < 4) return _mm512_permutexvar_ps(place, _mm512_load_ps(tree));
  else if constexpr (level == 4) return _mm512_permutexvar_ps(place, _mm512_load_ps(tree + 16));
  else if constexpr (level == 5) return among_thirty_two(32);
  else if constexpr (level == 6) return _mm512_mask_blend_ps(went[0], among_thirty_two(64), among_thirty_two(96));
  else
    return _mm512_mask_blend_ps(went[0], _mm512_mask_blend_ps(went[1], among_thirty_two(128), among_thirty_two(160)),
                                _mm512_mask_blend_ps(went[1], among_thirty_two(192), among_thirty_two(224)));
}

template <int level, int levels>
LADING_TREES_INLINE void search(const float* tree, const __m512* v, __m512i* place, __mmask16 (*went)[8]) {
  if constexpr (level < levels) {
    for (int i = 0; i < 4; ++i) {
      went[i][level] = _mm512_cmp_ps_mask(v[i], threshold<level>(tree, place[i], went[i]), _CMP_GE_OQ);
      place[i] = _mm512_add_epi32(place[i], place[i]);
      place[i] = _mm512_mask_add_epi32(place[i], went[i][level], place[i], _mm512_set1_epi32(1));
    }
    search<level + 1, levels>(tree, v, place, went);
  }
}

LADING_TREES_INLINE uint64_t joined(__mmask16 a, __mmask16 b, __mmask16 c, __mmask16 d) {
  return uint64_t(a) | uint64_t(b) << 16 | uint64_t(c) << 32 | uint64_t(d) << 48;
}

// Planes of 64 values, `distance` bytes apart, and the missing ones at 8 * distance.
template <int levels> void planes_of(const Segment<float>& s, const float* x, uint8_t* to, int distance) {
  __m512 v[4];
  __m512i place[4];
  __mmask16 went[4][8], missing[4];
  const __m512 limit = _mm512_set1_ps(zero_limit);
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_load_ps(x + 16 * i), place[i] = _mm512_set1_epi32(1);
    missing[i] = _mm512_cmp_ps_mask(v[i], v[i], _CMP_UNORD_Q);
    if (s.nan_is_zero) v[i] = _mm512_mask_mov_ps(v[i], missing[i], _mm512_setzero_ps()), missing[i] = 0;
    else if (s.zero_is_missing) {
      const __mmask16 zero = _mm512_cmp_ps_mask(_mm512_abs_ps(v[i]), limit, _CMP_LE_OQ);
      v[i] = _mm512_mask_mov_ps(v[i], zero, _mm512_set1_ps(__builtin_nanf(""))), missing[i] |= zero;
    }
  }
  search<0, levels>(s.tree, v, place, went);
  for (int l = 0; l < levels; ++l)
    *reinterpret_cast<uint64_t*>(to + l * distance) = joined(went[0][l], went[1][l], went[2][l], went[3][l]);
  *reinterpret_cast<uint64_t*>(to + 8 * distance) = joined(missing[0], missing[1], missing[2], missing[3]);
}

// The rows of a block as columns, made sixteen at a time when one of them is asked for.
template <int rows> struct RowsByColumn {
  static constexpr size_t scratch = size_t(16) * rows * sizeof(float);
  const float* of_bit[rows];
  int64_t features, first;
  float* columns;

  LADING_TREES_INLINE void prepare(int64_t stride, uint8_t* memory) {
    features = stride, first = -1, columns = reinterpret_cast<float*>(memory);
  }
  void planes(const Segment<float>& s, uint8_t* to) {
    const int64_t sixteen = s.feature / 16 * 16;
    if (sixteen != first) {
      const auto some = static_cast<__mmask16>(features - sixteen >= 16 ? 0xffff : (1 << (features - sixteen)) - 1);
      for (int q = 0; q < rows; q += 16) transpose_sixteen(of_bit + q, some, sixteen, columns + q, rows);
      first = sixteen;
    }
    const float* x = columns + (s.feature - first) * rows;
    for (int q = 0; q < rows; q += 64) planes_at(s, x + q, to + q / 8);
  }
  static void planes_at(const Segment<float>& s, const float* x, uint8_t* to) {
    constexpr int distance = rows / 8;
    switch (s.levels) {
      case 0:
      case 1: return planes_of<1>(s, x, to, distance);
      case 2: return planes_of<2>(s, x, to, distance);
      case 3: return planes_of<3>(s, x, to, distance);
      case 4: return planes_of<4>(s, x, to, distance);
      case 5: return planes_of<5>(s, x, to, distance);
      case 6: return planes_of<6>(s, x, to, distance);
      case 7: return planes_of<7>(s, x, to, distance);
      default: return planes_of<8>(s, x, to, distance);
    }
  }
};

template <class T, int rows> struct BlockRows : RowsByPointer<T, rows> {};
template <int rows> struct BlockRows<float, rows> : RowsByColumn<rows> {};

}  // namespace
}  // namespace lading::trees::avx512
