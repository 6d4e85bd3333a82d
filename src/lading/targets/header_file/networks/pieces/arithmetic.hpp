// Arithmetic on whole numbers, which wraps around; division by 0 gives 0.
#pragma once

namespace detail {

template <class T, bool whole = std::numeric_limits<T>::is_integer> struct Wrapping { using Type = std::uint64_t; };
template <class T> struct Wrapping<T, false> { using Type = T; };
template <class T> using Wide = typename Wrapping<T>::Type;

template <class T> inline T add(T a, T b) { return static_cast<T>(Wide<T>(a) + Wide<T>(b)); }
template <class T> inline T subtract(T a, T b) { return static_cast<T>(Wide<T>(a) - Wide<T>(b)); }
template <class T> inline T times(T a, T b) { return static_cast<T>(Wide<T>(a) * Wide<T>(b)); }
template <class T> inline T divide(T a, T b) {
  if constexpr (!std::numeric_limits<T>::is_integer) return a / b;
  if (b == 0) return 0;
  if (std::numeric_limits<T>::is_signed && b == static_cast<T>(-1)) return subtract(T(0), a);
  return static_cast<T>(a / b);
}
inline float remainder(float a, float b) { return std::fmod(a, b); }
inline double remainder(double a, double b) { return std::fmod(a, b); }
template <class T> inline T remainder(T a, T b) {  // with the sign of a
  return b == 0 || (std::numeric_limits<T>::is_signed && b == static_cast<T>(-1)) ? T(0) : static_cast<T>(a % b);
}
template <class T> inline T modulo(T a, T b) {  // with the sign of b
  const T rest = remainder(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
}

// a as another type: numbers that do not fit into a whole number are cut to the nearest, NaN is 0.
template <class To, class From> inline To converted(From a) {
  if constexpr (std::numeric_limits<To>::digits == 1) return a != From(0);
  using Limits = std::numeric_limits<To>;
  if constexpr (Limits::is_integer && !std::numeric_limits<From>::is_integer) {
    if (a != a) return 0;
    if (a >= static_cast<From>(Limits::max())) return Limits::max();
    if (a <= static_cast<From>(Limits::min())) return Limits::min();
  }
  return static_cast<To>(a);
}

}  // namespace detail
