// Sixteen thresholds compared with a value.
#pragma once
#include "trees/isa/bytes_neon.hpp"

namespace lading::trees::neon {
namespace {

using Bits = uint16_t;  // one of each byte of a register
LADING_TREES_INLINE Bits top_bits(Bytes v) {
  const Bytes place = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  Bytes bits = vandq_u8(vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(v), 7)), place);
  for (int i = 0; i < 3; ++i) bits = vpaddq_u8(bits, bits);
  return vgetq_lane_u16(vreinterpretq_u16_u8(bits), 0);
}
LADING_TREES_INLINE Bits bytes_in_common(Bytes a, Bytes b) { return top_bits(vtstq_u8(a, b)); }  // where any bit is
LADING_TREES_INLINE Bytes doubled(Bytes v) { return vaddq_u8(v, v); }
LADING_TREES_INLINE Bytes shifted_left(Bytes v, int n) { return vshlq_u8(v, vdupq_n_s8(static_cast<int8_t>(n))); }

// Ordered comparisons of NEON signal a quiet NaN, minima and the test for equality do not: the NaN behind the last
// threshold counts as infinity, which infinity alone reaches, and a value that is NaN as zero, whose count is cleared.
LADING_TREES_INLINE unsigned not_above(const float* sorted, float x) {
  const float32x4_t infinity = vdupq_n_f32(__builtin_inff()), given = vdupq_n_f32(x);
  const uint32x4_t number = vceqq_f32(given, given);
  const float32x4_t v = vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(given), number));
  uint32x4_t found = vdupq_n_u32(0);  // less one for each
  if (__builtin_expect(x == __builtin_inff(), 0)) {
    for (int i = 0; i < 16; i += 4) found = vaddq_u32(found, vceqq_f32(vld1q_f32(sorted + i), vld1q_f32(sorted + i)));
  } else {
    LADING_TREES_UNROLL for (int i = 0; i < 16; i += 4) found =
        vaddq_u32(found, vcgeq_f32(v, vminnmq_f32(vld1q_f32(sorted + i), infinity)));
  }
  return 0 - vaddvq_u32(vandq_u32(found, number));
}
LADING_TREES_INLINE unsigned not_above(const double* sorted, double x) {
  const float64x2_t infinity = vdupq_n_f64(__builtin_inf()), given = vdupq_n_f64(x);
  const uint64x2_t number = vceqq_f64(given, given);
  const float64x2_t v = vreinterpretq_f64_u64(vandq_u64(vreinterpretq_u64_f64(given), number));
  uint64x2_t found = vdupq_n_u64(0);
  if (__builtin_expect(x == __builtin_inf(), 0)) {
    for (int i = 0; i < 16; i += 2) found = vaddq_u64(found, vceqq_f64(vld1q_f64(sorted + i), vld1q_f64(sorted + i)));
  } else {
    LADING_TREES_UNROLL for (int i = 0; i < 16; i += 2) found =
        vaddq_u64(found, vcgeq_f64(v, vminnmq_f64(vld1q_f64(sorted + i), infinity)));
  }
  return 0 - static_cast<unsigned>(vaddvq_u64(vandq_u64(found, number)));
}

}  // namespace
}  // namespace lading::trees::neon

#include "trees/isa/rank.hpp"

namespace lading::trees::neon {
namespace {
template <class T, int rows> using BlockRows = RowsByPointer<T, rows>;
}
}  // namespace lading::trees::neon
