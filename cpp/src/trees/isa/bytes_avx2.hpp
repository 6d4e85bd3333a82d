// Thirty-two bytes in a register, and tables of bytes looked up by them.
#pragma once
#include <immintrin.h>

#include "trees/layout.hpp"

#define LADING_TREES_INLINE inline __attribute__((always_inline))

namespace lading::trees::avx2 {

using Bytes = __m256i;

LADING_TREES_INLINE Bytes load(const uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const Bytes*>(p)); }
LADING_TREES_INLINE void store(uint8_t* p, Bytes v) { _mm256_storeu_si256(reinterpret_cast<Bytes*>(p), v); }
LADING_TREES_INLINE Bytes zero() { return _mm256_setzero_si256(); }
LADING_TREES_INLINE Bytes ones() { return _mm256_set1_epi8(-1); }
// Sixteen bytes, in both halves.
LADING_TREES_INLINE Bytes twice(const uint8_t* p) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
// Bit by bit: if_ ? then : else_.
LADING_TREES_INLINE Bytes choose(Bytes if_, Bytes then, Bytes else_) {
  return _mm256_or_si256(_mm256_and_si256(if_, then), _mm256_andnot_si256(if_, else_));
}

// A table of 16 * pieces bytes. The shuffle looks up the low four bits; the bits above choose among the pieces.
template <int pieces> struct Table {
  Bytes piece[pieces];
  LADING_TREES_INLINE void read(const uint8_t* p) {
    for (int i = 0; i < pieces; ++i) piece[i] = twice(p + 16 * i);
  }
  LADING_TREES_INLINE Bytes operator[](Bytes index) const {
    const Bytes top[3] = {_mm256_slli_epi16(index, 3), _mm256_slli_epi16(index, 2), _mm256_slli_epi16(index, 1)};
    return among<pieces>(piece, index, top);
  }
  // top[j] has bit 4 + j of the index where a blend looks.
  template <int n> static LADING_TREES_INLINE Bytes among(const Bytes* piece, Bytes index, const Bytes* top) {
    if constexpr (n == 1) return _mm256_shuffle_epi8(piece[0], index);
    else
      return _mm256_blendv_epi8(among<n / 2>(piece, index, top), among<n / 2>(piece + n / 2, index, top),
                                top[n == 2   ? 0
                                    : n == 4 ? 1
                                             : 2]);
  }
};

}  // namespace lading::trees::avx2
