// NEON: sixteen bytes in a register, tables of up to 64 bytes looked up by one instruction, and masks of 128 rows.
#pragma once
#include <arm_neon.h>

#include "trees/layout.hpp"

#define LADING_TREES_INLINE inline __attribute__((always_inline))
#define LADING_TREES_UNROLL _Pragma("GCC unroll 16")

namespace lading::trees::neon {
namespace {

using Bytes = uint8x16_t;
using Decision = Bytes;  // of each lane: all bits of its byte

constexpr int register_bytes = 16;
constexpr int table_registers = 16;  // that the leaves of trees added together may take
// Leaves of larger trees are read one by one.
template <class S> constexpr int most_table_bits = sizeof(S) == 4 ? 7 : 6;

LADING_TREES_INLINE Bytes load(const uint8_t* p) { return vld1q_u8(p); }
LADING_TREES_INLINE void store(uint8_t* p, Bytes v) { vst1q_u8(p, v); }
LADING_TREES_INLINE Bytes zero_bytes() { return vdupq_n_u8(0); }
LADING_TREES_INLINE Decision greater(Bytes a, Bytes b) {
  return vcgtq_s8(vreinterpretq_s8_u8(a), vreinterpretq_s8_u8(b));
}
LADING_TREES_INLINE Decision equal_among(Decision d, Bytes a, Bytes b) { return vandq_u8(d, vceqq_u8(a, b)); }
LADING_TREES_INLINE Bytes pick(Decision d, Bytes yes, Bytes no) { return vbslq_u8(d, yes, no); }
LADING_TREES_INLINE Bytes with_bit(Bytes code, Decision d, int bit) {
  return vorrq_u8(code, vandq_u8(d, vdupq_n_u8(static_cast<uint8_t>(1 << bit))));
}

// A table of 2^bits bytes. A look-up beyond 64 bytes leaves what it is given, so that pieces of 64 take turns.
template <int bits> struct Table {
  static constexpr int registers = 1 << (bits - 4), pieces = bits <= 6 ? 1 : 1 << (bits - 6);
  uint8x16x4_t piece[pieces];
  LADING_TREES_INLINE void read(const uint8_t* p) {
    for (int i = 0; i < registers; ++i) piece[i / 4].val[i % 4] = load(p + 16 * i);
  }
  LADING_TREES_INLINE Bytes operator[](Bytes index) const {
    if constexpr (registers == 1) return vqtbl1q_u8(piece[0].val[0], index);
    else if constexpr (registers == 2) return vqtbl2q_u8({{piece[0].val[0], piece[0].val[1]}}, index);
    else {
      Bytes found = vqtbl4q_u8(piece[0], index);
      for (int i = 1; i < pieces; ++i)
        found = vqtbx4q_u8(found, piece[i], vsubq_u8(index, vdupq_n_u8(static_cast<uint8_t>(64 * i))));
      return found;
    }
  }
};

// The first (or the last) half of the units of a, in turns with those of b.
template <int unit> LADING_TREES_INLINE Bytes unpack_low(Bytes a, Bytes b) {
  if constexpr (unit == 1) return vzip1q_u8(a, b);
  else if constexpr (unit == 2)
    return vreinterpretq_u8_u16(vzip1q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
  else return vreinterpretq_u8_u32(vzip1q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)));
}
template <int unit> LADING_TREES_INLINE Bytes unpack_high(Bytes a, Bytes b) {
  if constexpr (unit == 1) return vzip2q_u8(a, b);
  else if constexpr (unit == 2)
    return vreinterpretq_u8_u16(vzip2q_u16(vreinterpretq_u16_u8(a), vreinterpretq_u16_u8(b)));
  else return vreinterpretq_u8_u32(vzip2q_u32(vreinterpretq_u32_u8(a), vreinterpretq_u32_u8(b)));
}

template <class S> struct Numbers;  // a register of sums
template <> struct Numbers<float> {
  float32x4_t v;
  LADING_TREES_INLINE void read(const float* p) { v = vld1q_f32(p); }
  LADING_TREES_INLINE void write(float* p) const { vst1q_f32(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = vaddq_f32(v, vreinterpretq_f32_u8(b)); }
};
template <> struct Numbers<double> {
  float64x2_t v;
  LADING_TREES_INLINE void read(const double* p) { v = vld1q_f64(p); }
  LADING_TREES_INLINE void write(double* p) const { vst1q_f64(p, v); }
  LADING_TREES_INLINE void add(Bytes b) { v = vaddq_f64(v, vreinterpretq_f64_u8(b)); }
};

// One bit for each row of a block.
template <int rows> struct Masks;
template <> struct Masks<128> {
  using V = Bytes;
  static LADING_TREES_INLINE V load(const uint8_t* p) { return vld1q_u8(p); }
  static LADING_TREES_INLINE void store(uint8_t* p, V v) { vst1q_u8(p, v); }
  static LADING_TREES_INLINE V none() { return vdupq_n_u8(0); }
  static LADING_TREES_INLINE V all() { return vdupq_n_u8(0xff); }
  static LADING_TREES_INLINE V both(V a, V b) { return vandq_u8(a, b); }
  static LADING_TREES_INLINE V any(V a, V b) { return vorrq_u8(a, b); }
  static LADING_TREES_INLINE V but_not(V a, V b) { return vbicq_u8(a, b); }
  static LADING_TREES_INLINE V or_not(V a, V b) { return vornq_u8(a, b); }
  static LADING_TREES_INLINE V or_both(V a, V b, V c) { return vorrq_u8(a, vandq_u8(b, c)); }
  static LADING_TREES_INLINE V choose(V if_, V then, V else_) { return vbslq_u8(if_, then, else_); }
  // Swaps the bits of a that `low`, moved up by `distance`, has with the bits of b that `low` has.
  template <int distance> static LADING_TREES_INLINE void swap_bits(V& a, V& b, uint8_t low) {
    const V m = vdupq_n_u8(low), was = a;
    a = vbslq_u8(m, a, vshlq_n_u8(b, distance));
    b = vbslq_u8(m, vshrq_n_u8(was, distance), b);
  }
};

}  // namespace
}  // namespace lading::trees::neon
