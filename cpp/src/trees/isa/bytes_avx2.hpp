// AVX2: thirty-two bytes in a register, tables of bytes looked up by them, and masks of 256 rows.
#pragma once
#include <immintrin.h>

#include "trees/layout.hpp"

#define LADING_TREES_INLINE inline __attribute__((always_inline))
#define LADING_TREES_UNROLL _Pragma("GCC unroll 16")

namespace lading::trees::avx2 {
namespace {  // seen by few files: no weak symbols of wide instructions

using Bytes = __m256i;
using Decision = Bytes;  // of each lane: all bits of its byte

constexpr int register_bytes = 32;
constexpr int table_registers = 16;  // that the leaves of trees added together may take
// Leaves of larger trees are read one by one.
template <class S> constexpr int most_table_bits = sizeof(S) == 4 ? 7 : 5;

LADING_TREES_INLINE Bytes load(const uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const Bytes*>(p)); }
LADING_TREES_INLINE void store(uint8_t* p, Bytes v) { _mm256_storeu_si256(reinterpret_cast<Bytes*>(p), v); }
LADING_TREES_INLINE Bytes zero_bytes() { return _mm256_setzero_si256(); }
LADING_TREES_INLINE Decision greater(Bytes a, Bytes b) { return _mm256_cmpgt_epi8(a, b); }
LADING_TREES_INLINE Decision equal_among(Decision d, Bytes a, Bytes b) {
  return _mm256_and_si256(d, _mm256_cmpeq_epi8(a, b));
}
LADING_TREES_INLINE Bytes pick(Decision d, Bytes yes, Bytes no) { return _mm256_blendv_epi8(no, yes, d); }
LADING_TREES_INLINE Bytes with_bit(Bytes code, Decision d, int bit) {
  return _mm256_or_si256(code, _mm256_and_si256(d, _mm256_set1_epi8(static_cast<char>(1 << bit))));
}

// A table of 2^bits bytes, bits >= 4. The shuffle looks up the low four bits; those above choose among the pieces.
template <int bits> struct Table {
  static constexpr int pieces = 1 << (bits - 4), registers = pieces;
  Bytes piece[pieces];
  LADING_TREES_INLINE void read(const uint8_t* p) {
    for (int i = 0; i < pieces; ++i)
      piece[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i)));
  }
  LADING_TREES_INLINE Bytes operator[](Bytes index) const {
    const Bytes top[4] = {_mm256_slli_epi16(index, 3), _mm256_slli_epi16(index, 2), _mm256_slli_epi16(index, 1), index};
    return among<pieces>(piece, index, top);
  }
  // top[j] has bit 4 + j of the index where a blend looks.
  template <int n> static LADING_TREES_INLINE Bytes among(const Bytes* piece, Bytes index, const Bytes* top) {
    if constexpr (n == 1) return _mm256_shuffle_epi8(piece[0], index);
    else
      return _mm256_blendv_epi8(among<n / 2>(piece, index, top), among<n / 2>(piece + n / 2, index, top),
                                top[n == 2   ? 0
                                    : n == 4 ? 1
                                    : n == 8 ? 2
                                             : 3]);
  }
};

// Of each sixteen bytes, the first (or the last) half of the units of a, in turns with those of b.
template <int unit> LADING_TREES_INLINE Bytes unpack_low(Bytes a, Bytes b) {
  if constexpr (unit == 1) return _mm256_unpacklo_epi8(a, b);
  else if constexpr (unit == 2) return _mm256_unpacklo_epi16(a, b);
  else return _mm256_unpacklo_epi32(a, b);
}
template <int unit> LADING_TREES_INLINE Bytes unpack_high(Bytes a, Bytes b) {
  if constexpr (unit == 1) return _mm256_unpackhi_epi8(a, b);
  else if constexpr (unit == 2) return _mm256_unpackhi_epi16(a, b);
  else return _mm256_unpackhi_epi32(a, b);
}

template <class S> struct Numbers;  // a register of sums
template <> struct Numbers<float> {
  __m256 v;
  LADING_TREES_INLINE void read(const float* p) { v = _mm256_load_ps(p); }
  LADING_TREES_INLINE void write(float* p) const { _mm256_store_ps(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = _mm256_add_ps(v, _mm256_castsi256_ps(b)); }
};
template <> struct Numbers<double> {
  __m256d v;
  LADING_TREES_INLINE void read(const double* p) { v = _mm256_load_pd(p); }
  LADING_TREES_INLINE void write(double* p) const { _mm256_store_pd(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = _mm256_add_pd(v, _mm256_castsi256_pd(b)); }
};

// One bit for each row of a block.
template <int rows> struct Masks;
template <> struct Masks<256> {
  using V = __m256i;
  static LADING_TREES_INLINE V load(const uint8_t* p) { return avx2::load(p); }
  static LADING_TREES_INLINE void store(uint8_t* p, V v) { avx2::store(p, v); }
  static LADING_TREES_INLINE V none() { return _mm256_setzero_si256(); }
  static LADING_TREES_INLINE V all() { return _mm256_set1_epi8(-1); }
  static LADING_TREES_INLINE V both(V a, V b) { return _mm256_and_si256(a, b); }
  static LADING_TREES_INLINE V any(V a, V b) { return _mm256_or_si256(a, b); }
  static LADING_TREES_INLINE V but_not(V a, V b) { return _mm256_andnot_si256(b, a); }
  static LADING_TREES_INLINE V or_not(V a, V b) { return any(a, _mm256_xor_si256(b, all())); }
  static LADING_TREES_INLINE V or_both(V a, V b, V c) { return any(a, both(b, c)); }
  static LADING_TREES_INLINE V choose(V if_, V then, V else_) { return any(both(if_, then), but_not(else_, if_)); }
  // Swaps the bits of a that `low`, moved up by `distance`, has with the bits of b that `low` has.
  template <int distance> static LADING_TREES_INLINE void swap_bits(V& a, V& b, uint8_t low) {
    const V m = _mm256_set1_epi8(static_cast<char>(low));
    const V t = both(_mm256_xor_si256(_mm256_srli_epi64(a, distance), b), m);
    b = _mm256_xor_si256(b, t);
    a = _mm256_xor_si256(a, _mm256_slli_epi64(t, distance));
  }
};

}  // namespace
}  // namespace lading::trees::avx2
