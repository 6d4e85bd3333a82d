// ln x of float, within 0.9 units in the last place.
#pragma once
#include "bits.hpp"

namespace detail {

// x = m 2^e with m = 1 + f around 1, for positive normal x; anything for others
inline float log_normal(float x) {
  constexpr std::uint32_t half = 0x3f3504f3;
  const std::uint32_t bits = bits_as<std::uint32_t>(x) - half;
  const float e = static_cast<float>(bits_as<std::int32_t>(bits) >> 23);
  const float f = bits_as<float>((bits & 0x007fffffu) + half) - 1.f, s = f * f;
  float p = -0x1.38c912p-4f;
  p = std::fma(p, f, 0x1.055e62p-3f);
  p = std::fma(p, f, -0x1.0d8232p-3f);
  p = std::fma(p, f, 0x1.22d936p-3f);
  p = std::fma(p, f, -0x1.54728cp-3f);
  p = std::fma(p, f, 0x1.99a01cp-3f);
  p = std::fma(p, f, -0x1.000226p-2f);
  p = std::fma(p, f, 0x1.555554p-2f);
  float y = p * f * s;
  y = std::fma(e, -2.12194440e-4f, y);  // ln 2 in two pieces, the large one short
  y = std::fma(s, -0.5f, y);
  return std::fma(e, 0.693359375f, f + y);
}
inline float log(float x) {
  if (x == 0) return -inf;
  if (x < 0) return nan;
  if (!(x < inf)) return x;
  return x < 0x1p-126f ? log_normal(x * 0x1p24f) - 16.6355324f : log_normal(x);  // 24 ln 2
}
// ln(1 + x) for 0 <= x <= 1: with what rounding 1 + x has lost
inline float log1p_unit(float x) {
  const float u = 1.f + x;
  return log_normal(u) + (x - (u - 1.f)) / u;
}

}  // namespace detail
