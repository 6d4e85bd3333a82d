// How many thresholds of a segment are not above a value: sixteen compared at once, first the last ones of each
// sixteen, then those of the sixteen in question.
//
// To be included after the bytes of an instruction set and its not_above().
#pragma once

namespace lading::trees::LADING_ISA_NAMESPACE {
namespace {

template <class T> LADING_TREES_INLINE T treated(const Segment<T>& s, T x) {
  if (s.nan_is_zero) return x != x ? T(0) : x;
  return s.zero_is_missing && x >= T(-zero_limit) && x <= T(zero_limit) ? T(__builtin_nan("")) : x;
}

// `many`: the segment has more than fifteen thresholds.
template <bool many, class T> LADING_TREES_INLINE unsigned rank_among(const Segment<T>& s, T x) {
  const unsigned sixteen = many ? not_above(s.pivot, x) : 0;
  return sixteen * 16 + not_above(s.fine + 16 * sixteen, x);
}

// The bytes of a row's ranks, signed.
template <class T> void rank_row(const Segment<T>* segments, int count, const T* x, uint8_t* ranks) {
  for (int i = 0; i < count; ++i) {
    const Segment<T>& s = segments[i];
    const T v = treated(s, x[s.feature]);
    const auto rank = static_cast<uint8_t>(s.count > 15 ? rank_among<true>(s, v) : rank_among<false>(s, v));
    const auto missing = static_cast<uint8_t>(-(v != v));
    ranks[s.left_byte] = rank ^ 128;
    ranks[s.right_byte] = (rank | missing) ^ 128;
  }
}

// The rows of a block, in the order of the bits of a mask.
template <class T, int rows> struct RowsByPointer {
  static constexpr size_t scratch = 0;
  const T* of_bit[rows];

  LADING_TREES_INLINE void prepare(int64_t /*stride*/, uint8_t* /*scratch*/) {}
  // Planes [levels, highest bit first] of the ranks, and the rows with missing values last.
  LADING_TREES_INLINE void planes(const Segment<T>& s, uint8_t* to) {
    alignas(64) uint8_t ranks[register_bytes];
    for (int q = 0; q < rows; q += register_bytes) {
      const Bits missing =
          s.count > 15 ? rank_some<true>(s, of_bit + q, ranks) : rank_some<false>(s, of_bit + q, ranks);
      Bytes v = shifted_left(load(ranks), 8 - s.levels);  // the highest bit of a rank is that of its byte
      for (int level = 0; level < s.levels; ++level, v = doubled(v))
        *reinterpret_cast<Bits*>(to + level * (rows / 8) + q / 8) = top_bits(v);
      *reinterpret_cast<Bits*>(to + rows + q / 8) = missing;
    }
  }
  template <bool many> static Bits rank_some(const Segment<T>& s, const T* const* row, uint8_t* ranks) {
    Bits missing = 0;
    for (int i = 0; i < register_bytes; ++i) {
      const T v = treated(s, row[i][s.feature]);
      ranks[i] = static_cast<uint8_t>(rank_among<many>(s, v));
      missing |= static_cast<Bits>(v != v) << i;
    }
    return missing;
  }
};

}  // namespace
}  // namespace lading::trees::LADING_ISA_NAMESPACE
