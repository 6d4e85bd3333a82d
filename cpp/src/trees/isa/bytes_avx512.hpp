// AVX-512 with VBMI: sixty-four bytes in a register, tables of bytes looked up by them, and masks of 128 to 512 rows.
#pragma once
#include <immintrin.h>

#include "trees/layout.hpp"

#define LADING_TREES_INLINE inline __attribute__((always_inline))
#define LADING_TREES_UNROLL _Pragma("GCC unroll 16")

namespace lading::trees::avx512 {
namespace {  // seen by few files: no weak symbols of wide instructions

using Bytes = __m512i;
using Decision = __mmask64;

constexpr int register_bytes = 64;
constexpr int table_registers = 16;  // that the leaves of trees added together may take
// Leaves of larger trees are read one by one.
template <class S> constexpr int most_table_bits = sizeof(S) == 4 ? 8 : 8;

LADING_TREES_INLINE Bytes load(const uint8_t* p) { return _mm512_loadu_si512(p); }
LADING_TREES_INLINE void store(uint8_t* p, Bytes v) { _mm512_storeu_si512(p, v); }
LADING_TREES_INLINE Bytes zero_bytes() { return _mm512_setzero_si512(); }
LADING_TREES_INLINE Decision greater(Bytes a, Bytes b) { return _mm512_cmpgt_epi8_mask(a, b); }
LADING_TREES_INLINE Decision equal_among(Decision d, Bytes a, Bytes b) { return _mm512_mask_cmpeq_epi8_mask(d, a, b); }
LADING_TREES_INLINE Bytes pick(Decision d, Bytes yes, Bytes no) { return _mm512_mask_mov_epi8(no, d, yes); }
LADING_TREES_INLINE Bytes with_bit(Bytes code, Decision d, int bit) {
  return _mm512_mask_add_epi8(code, d, code, _mm512_set1_epi8(static_cast<char>(1 << bit)));
}

// A table of 2^bits bytes; of a smaller one than a register, what follows is read and never looked up.
template <int bits> struct Table {
  static constexpr int registers = bits <= 6 ? 1 : 1 << (bits - 6);
  Bytes piece[registers];
  LADING_TREES_INLINE void read(const uint8_t* p) {
    for (int i = 0; i < registers; ++i) piece[i] = load(p + 64 * i);
  }
  LADING_TREES_INLINE Bytes operator[](Bytes index) const {
    if constexpr (registers == 1) return _mm512_permutexvar_epi8(index, piece[0]);
    else if constexpr (registers == 2) return _mm512_permutex2var_epi8(piece[0], index, piece[1]);
    else
      return pick(_mm512_movepi8_mask(index), _mm512_permutex2var_epi8(piece[2], index, piece[3]),
                  _mm512_permutex2var_epi8(piece[0], index, piece[1]));
  }
};

// Of each sixteen bytes, the first (or the last) half of the units of a, in turns with those of b.
template <int unit> LADING_TREES_INLINE Bytes unpack_low(Bytes a, Bytes b) {
  if constexpr (unit == 1) return _mm512_unpacklo_epi8(a, b);
  else if constexpr (unit == 2) return _mm512_unpacklo_epi16(a, b);
  else return _mm512_unpacklo_epi32(a, b);
}
template <int unit> LADING_TREES_INLINE Bytes unpack_high(Bytes a, Bytes b) {
  if constexpr (unit == 1) return _mm512_unpackhi_epi8(a, b);
  else if constexpr (unit == 2) return _mm512_unpackhi_epi16(a, b);
  else return _mm512_unpackhi_epi32(a, b);
}

template <class S> struct Numbers;  // a register of sums
template <> struct Numbers<float> {
  __m512 v;
  LADING_TREES_INLINE void read(const float* p) { v = _mm512_load_ps(p); }
  LADING_TREES_INLINE void write(float* p) const { _mm512_store_ps(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = _mm512_add_ps(v, _mm512_castsi512_ps(b)); }
};
template <> struct Numbers<double> {
  __m512d v;
  LADING_TREES_INLINE void read(const double* p) { v = _mm512_load_pd(p); }
  LADING_TREES_INLINE void write(double* p) const { _mm512_store_pd(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = _mm512_add_pd(v, _mm512_castsi512_pd(b)); }
};

// One bit for each row of a block. The numbers are truth tables of three operands: 0xf0, 0xcc and 0xaa stand for them.
#define LADING_TREES_MASKS(rows, register, prefix, suffix)                                                      \
  template <> struct Masks<rows> {                                                                              \
    using V = register;                                                                                         \
    static LADING_TREES_INLINE V load(const uint8_t* p) { return *reinterpret_cast<const V*>(p); }              \
    static LADING_TREES_INLINE void store(uint8_t* p, V v) { *reinterpret_cast<V*>(p) = v; }                    \
    static LADING_TREES_INLINE V none() { return prefix##_setzero_##suffix(); }                                 \
    static LADING_TREES_INLINE V all() { return prefix##_set1_epi8(-1); }                                       \
    static LADING_TREES_INLINE V both(V a, V b) { return prefix##_and_##suffix(a, b); }                         \
    static LADING_TREES_INLINE V any(V a, V b) { return prefix##_or_##suffix(a, b); }                           \
    static LADING_TREES_INLINE V but_not(V a, V b) { return prefix##_andnot_##suffix(b, a); }                   \
    static LADING_TREES_INLINE V or_not(V a, V b) { return prefix##_ternarylogic_epi64(a, b, b, 0xf0 | 0x33); } \
    static LADING_TREES_INLINE V or_both(V a, V b, V c) {                                                       \
      return prefix##_ternarylogic_epi64(a, b, c, 0xf0 | (0xcc & 0xaa));                                        \
    }                                                                                                           \
    static LADING_TREES_INLINE V choose(V if_, V then, V else_) {                                               \
      return prefix##_ternarylogic_epi64(if_, then, else_, (0xf0 & 0xcc) | (0x0f & 0xaa));                      \
    }                                                                                                           \
    template <int distance> static LADING_TREES_INLINE void swap_bits(V& a, V& b, uint8_t low) {                \
      const V m = prefix##_set1_epi8(static_cast<char>(low)), was = a;                                          \
      a = choose(m, a, prefix##_slli_epi64(b, distance));                                                       \
      b = choose(m, prefix##_srli_epi64(was, distance), b);                                                     \
    }                                                                                                           \
  };
template <int rows> struct Masks;
LADING_TREES_MASKS(128, __m128i, _mm, si128)
LADING_TREES_MASKS(256, __m256i, _mm256, si256)
LADING_TREES_MASKS(512, __m512i, _mm512, si512)
#undef LADING_TREES_MASKS

}  // namespace
}  // namespace lading::trees::avx512
