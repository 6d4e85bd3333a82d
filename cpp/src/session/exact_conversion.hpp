// Conversions between number types that refuse to lose what matters: a finite number may be rounded to the
// nearest, but never become infinite, and an integer slot takes only numbers that it can hold.
#pragma once
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "session/feed.hpp"

namespace lading {

template <class T> std::string number_text(T value) {
  if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
  else {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return std::string(text, end.ptr);
  }
}

template <class To, class From> bool holds(From x) {
  if constexpr (std::is_same_v<From, bool> || std::is_same_v<To, From>) return true;
  else if constexpr (std::is_floating_point_v<To> && std::is_floating_point_v<From>)
    return !std::isfinite(x) || std::isfinite(static_cast<To>(x));
  else if constexpr (std::is_floating_point_v<To>) return true;
  else if constexpr (std::is_floating_point_v<From>) {
    // the bounds are powers of two, exact in float and double
    constexpr From low = std::is_signed_v<To> ? static_cast<From>(std::numeric_limits<To>::min()) : From(0);
    const From high = std::ldexp(From(1), std::numeric_limits<To>::digits);
    return std::trunc(x) == x && x >= low && x < high;
  } else return std::in_range<To>(x);
}

template <class To, class From> To refuse_number(From x, const std::string& text) {
  constexpr auto name = std::is_same_v<To, bool> ? std::string_view("bool") : std::string_view("");
  const std::string type = name.empty() ? std::string(name_of(type_of<To>())) : std::string(name);
  throw Error(text + ": " + number_text(x) + " does not fit into " + type, Fault::value);
}

template <class To, class From> To to_target(From x, const std::string& text) {
  if constexpr (std::is_same_v<To, bool>) {
    if (x != From(0) && x != From(1)) return refuse_number<To>(x, text);
    return x != From(0);
  } else {
    if (!holds<To>(x)) return refuse_number<To>(x, text);
    return static_cast<To>(x);
  }
}

// Numbers of feed items [first, ...) in the raw type of their slot.
template <class Raw>
void fetch(const Feed& feed, std::int64_t first, std::int64_t count, std::int64_t width, Raw* work,
           const std::string& text) {
  with_type(feed.type, [&](auto zero) {
    using Fed = decltype(zero);
    const auto* base = static_cast<const std::byte*>(feed.data) + first * feed.stride;
    for (std::int64_t i = 0, at = 0; at < count; ++i)
      for (std::int64_t k = 0; k < width; ++k, ++at) {
        Fed value;
        std::memcpy(&value, base + i * feed.stride + k * static_cast<std::int64_t>(sizeof(Fed)), sizeof value);
        work[at] = to_target<Raw>(value, text);
      }
  });
}

inline void mark_flagged(const Feed& flag, std::int64_t first, std::int64_t count, std::int64_t width,
                         unsigned char* mark, const std::string&) {
  with_type(flag.type, [&](auto zero) {
    using Fed = decltype(zero);
    const auto* base = static_cast<const std::byte*>(flag.data) + first * flag.stride;
    for (std::int64_t i = 0, at = 0; at < count; ++i)
      for (std::int64_t k = 0; k < width; ++k, ++at) {
        Fed value;
        std::memcpy(&value, base + i * flag.stride + k * static_cast<std::int64_t>(sizeof(Fed)), sizeof value);
        mark[at] |= value != Fed(0);
      }
  });
}

}  // namespace lading
