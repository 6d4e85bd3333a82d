// e^x of float, within 0.9 units in the last place.
#pragma once
#include "bits.hpp"

namespace detail {

// e^x = (1 + r + r^2 q(r)) 2^n with x = n ln 2 + r
struct Exponent {
  float fraction;  // r + r^2 q(r): e^r - 1
  float power;     // n + 1.5 * 2^23
};
inline Exponent split_exp(float x) {
  const float magic = 12582912.f;  // adding 1.5 * 2^23 rounds to a whole number
  const float power = std::fma(x, 1.44269504f, magic), n = power - magic;
  float r = std::fma(n, -0.693147182f, x);  // ln 2 in two pieces
  r = std::fma(n, 1.90465421e-9f, r);
  float q = 0x1.6a5082p-10f;
  q = std::fma(q, r, 0x1.123976p-7f);
  q = std::fma(q, r, 0x1.5558acp-5f);
  q = std::fma(q, r, 0x1.555492p-3f);
  q = std::fma(q, r, 0x1.fffffcp-2f);
  return {std::fma(q, r * r, r), power};
}
// 2^n, and a 2^n where that is a normal number
inline float power_of_two(float power) { return bits_as<float>((bits_as<std::uint32_t>(power) + 127u) << 23); }
inline float scale_by_power(float a, float power) {
  return bits_as<float>(bits_as<std::uint32_t>(a) + (bits_as<std::uint32_t>(power) << 23));
}

inline constexpr float lowest_exp = -87.3365402f;  // e^x is a normal number from here on; 0 below
inline float exp(float x) {
  const bool below = x < lowest_exp, above = !(x < 88.7228394f);  // NaN counts as above
  const Exponent e = split_exp(below || above ? 0.f : x);
  const float y = scale_by_power(e.fraction + 1.f, e.power);
  return above ? x + inf : below ? 0.f : y;
}
// exp(x) for x <= 0
inline float exp_falling(float x) {
  const bool below = x < lowest_exp;
  const Exponent e = split_exp(below ? 0.f : x);
  return below ? 0.f : (e.fraction + 1.f) * power_of_two(e.power);
}
// e^x - 1 and e^x + 1 for -80 <= x <= 0
struct Around {
  float minus_1, plus_1;
};
inline Around exp_around(float x) {
  const Exponent e = split_exp(x);
  const float scale = power_of_two(e.power);
  return {std::fma(scale, e.fraction, scale - 1.f), std::fma(scale, e.fraction, scale + 1.f)};
}

}  // namespace detail
