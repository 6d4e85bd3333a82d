// Numbers seen as other numbers, and the smaller or larger of two.
#pragma once

namespace detail {

template <class To, class From> inline To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From), "as many bits");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

inline constexpr float inf = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// The larger or smaller one; a NaN in either is kept.
template <class T> inline T larger(T a, T b) { return b != b ? b : a < b ? b : a; }
template <class T> inline T smaller(T a, T b) { return b != b ? b : b < a ? b : a; }
template <class T> inline T at_most(T x, T high) { return high < x ? high : x; }
template <class T> inline T at_least(T x, T low) { return x < low ? low : x; }
template <class T> inline T within(T x, T low, T high) { return at_most(at_least(x, low), high); }

}  // namespace detail
