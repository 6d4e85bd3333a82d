// Bit-sliced trees on a block of 256 rows: one bit for each row, one register for one condition of all rows.
//   rows --rank--> bit planes of ranks --> masks of conditions --> bits of leaf codes --> codes --> leaves --> sums
#pragma once
#include "trees/isa/rank_avx2.hpp"

namespace lading::trees::avx2 {
namespace {  // seen by one file: no weak symbols of wide instructions

constexpr int mask_bytes = block_rows / 8;
constexpr int planes = 9;  // of a segment: up to eight bits of the rank, and which values are missing

// Where code byte q of a block finds its row: unpacking four bytes to a float shuffles thirty-two rows.
LADING_TREES_INLINE int row_of_code(int q, bool shuffled) {
  const int b = q % 32;
  return shuffled ? q / 32 * 32 + b % 16 / 4 * 8 + b / 16 * 4 + b % 4 : q;
}

template <class T> struct BlockRows {
  const T* of_bit[block_rows];  // the row of each bit of a mask
};
template <class T>
LADING_TREES_INLINE void place_rows(BlockRows<T>& rows, const T* x, int64_t stride, int count, bool shuffled) {
  for (int q = 0; q < block_rows; ++q) {
    const int row = row_of_code(q, shuffled);
    rows.of_bit[8 * (q % mask_bytes) + q / mask_bytes] = x + (row < count ? row : count - 1) * stride;
  }
}

template <class T, bool many>
LADING_TREES_INLINE uint32_t rank_thirty_two(const Segment<T>& s, const T* const* rows, uint8_t* ranks) {
  uint32_t missing = 0;
  for (int i = 0; i < 32; ++i) {
    const T v = treated(s, rows[i][s.feature]);
    ranks[i] = static_cast<uint8_t>(rank_among<many>(s, v));
    missing |= static_cast<uint32_t>(v != v) << i;
  }
  return missing;
}

// Planes [levels, highest bit first], and the missing ones last.
template <class T> void rank_planes(const Segment<T>& s, const BlockRows<T>& rows, uint8_t* to) {
  alignas(32) uint8_t ranks[32];
  for (int q = 0; q < block_rows; q += 32) {
    const uint32_t missing = s.count > 15 ? rank_thirty_two<T, true>(s, rows.of_bit + q, ranks)
                                          : rank_thirty_two<T, false>(s, rows.of_bit + q, ranks);
    Bytes v = _mm256_slli_epi16(load(ranks), 8 - s.levels);  // the highest bit of a rank is that of its byte
    for (int level = 0; level < s.levels; ++level, v = _mm256_add_epi8(v, v))
      *reinterpret_cast<uint32_t*>(to + level * mask_bytes + q / 8) = static_cast<uint32_t>(_mm256_movemask_epi8(v));
    *reinterpret_cast<uint32_t*>(to + 8 * mask_bytes + q / 8) = missing;
  }
}

// Masks of "rank <= k" for all k of a segment that splits ask for.
struct ConditionMasks {
  Bytes low[16], equal[16], below[16];  // low four bits <= k; high bits = h, < h
  Bytes missing;

  LADING_TREES_INLINE void prepare(const uint8_t* plane, int levels) {
    const int lows = levels < 4 ? levels : 4, highs = levels - lows;
    low[0] = ones();
    for (int bit = 0; bit < lows; ++bit) {
      const Bytes q = load(plane + (levels - 1 - bit) * mask_bytes);
      for (int n = 1 << bit, k = n; k--;) {
        const Bytes old = low[k];
        low[k + n] = _mm256_or_si256(old, _mm256_xor_si256(q, ones()));
        low[k] = _mm256_andnot_si256(q, old);
      }
    }
    equal[0] = ones();
    for (int bit = 0; bit < highs; ++bit) {
      const Bytes q = load(plane + (highs - 1 - bit) * mask_bytes);
      for (int n = 1 << bit, k = n; k--;) {
        const Bytes old = equal[k];
        equal[k + n] = _mm256_and_si256(q, old);
        equal[k] = _mm256_andnot_si256(q, old);
      }
    }
    below[0] = zero();
    for (int h = 1; h < 1 << highs; ++h) below[h] = _mm256_or_si256(below[h - 1], equal[h - 1]);
    missing = load(plane + 8 * mask_bytes);
  }
  LADING_TREES_INLINE Bytes at_most(int k) const {
    return _mm256_or_si256(below[k >> 4], _mm256_and_si256(equal[k >> 4], low[k & 15]));
  }
};

// The bits of a complete tree's leaf code: bit l is the condition of the node reached at level l, chosen by the oldest
// bit first. The nodes of a level are numbered by the way to them.
template <int level> LADING_TREES_INLINE Bytes met(const uint8_t* arena, const uint16_t* condition, const Bytes* bits) {
  if constexpr (level == 0) return load(arena + size_t(condition[0]) * mask_bytes);
  else {
    const Bytes no = met<level - 1>(arena, condition, bits);
    const Bytes yes = met<level - 1>(arena, condition + (1 << (level - 1)), bits);
    return choose(bits[level - 1], yes, no);
  }
}
template <int level, int depth>
LADING_TREES_INLINE void meet(const uint8_t* arena, const uint16_t* condition, Bytes* bits) {
  if constexpr (level < depth) {
    bits[level] = met<level>(arena, condition + (1 << level) - 1, bits);
    meet<level + 1, depth>(arena, condition, bits);
  }
}
template <int depth> void complete_tree(const uint8_t* arena, const uint16_t* condition, Bytes* bits) {
  meet<0, depth>(arena, condition, bits);
}

// Byte m of row i of eight becomes the code of row 8 m + i.
LADING_TREES_INLINE void swap_bits(Bytes& a, Bytes& b, Bytes mask, int distance) {
  const Bytes t = _mm256_and_si256(_mm256_xor_si256(_mm256_srli_epi64(a, distance), b), mask);
  b = _mm256_xor_si256(b, t);
  a = _mm256_xor_si256(a, _mm256_slli_epi64(t, distance));
}
LADING_TREES_INLINE void bits_to_codes(Bytes* r) {
  const Bytes four = _mm256_set1_epi8(0x0f), two = _mm256_set1_epi8(0x33), one = _mm256_set1_epi8(0x55);
  for (int i = 0; i < 4; ++i) swap_bits(r[i], r[i + 4], four, 4);
  for (int i = 0; i < 8; i += i == 1 ? 3 : 1)
    if (i < 6) swap_bits(r[i], r[i + 2], two, 2);
  for (int i = 0; i < 8; i += 2) swap_bits(r[i], r[i + 1], one, 1);
}

// Adds a tree's leaves to the sums of all rows: float32 by looking up its bytes, thirty-two rows at a time.
template <int bits> void add_by_bytes(const uint8_t* leaf_bytes, const uint8_t* codes, float* sums) {
  Table<(1 << bits) / 16> table[4];
  for (int b = 0; b < 4; ++b) table[b].read(leaf_bytes + (b << bits));
  for (int q = 0; q < block_rows; q += 32) {
    const Bytes code = load(codes + q);
    Bytes byte[4];
    for (int b = 0; b < 4; ++b) byte[b] = table[b][code];
    const Bytes low[2] = {_mm256_unpacklo_epi8(byte[0], byte[1]), _mm256_unpackhi_epi8(byte[0], byte[1])};
    const Bytes high[2] = {_mm256_unpacklo_epi8(byte[2], byte[3]), _mm256_unpackhi_epi8(byte[2], byte[3])};
    for (int i = 0; i < 4; ++i) {
      const Bytes value =
          i % 2 ? _mm256_unpackhi_epi16(low[i / 2], high[i / 2]) : _mm256_unpacklo_epi16(low[i / 2], high[i / 2]);
      float* sum = sums + q + 8 * i;
      _mm256_store_ps(sum, _mm256_add_ps(_mm256_load_ps(sum), _mm256_castsi256_ps(value)));
    }
  }
}
template <class S> void add_one_by_one(const S* leaves, const uint8_t* codes, S* sums) {
  for (int q = 0; q < block_rows; ++q) sums[q] += leaves[codes[q]];
}

}  // namespace
}  // namespace lading::trees::avx2
