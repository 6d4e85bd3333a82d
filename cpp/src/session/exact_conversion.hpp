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

// Whether an integer of so many digits holds x. The bounds are powers of two, exact in float and double.
template <class From> bool holds_whole(From x, int digits, bool is_signed) {
  const From high = std::ldexp(From(1), digits), low = is_signed ? -high : From(0);
  return std::trunc(x) == x && x >= low && x < high;
}

template <class To, class From> bool holds(From x) {
  if constexpr (std::is_same_v<From, bool> || std::is_same_v<To, From>) return true;
  else if constexpr (std::is_floating_point_v<To> && std::is_floating_point_v<From>)
    return !std::isfinite(x) || std::isfinite(static_cast<To>(x));
  else if constexpr (std::is_floating_point_v<To>) return true;
  else if constexpr (std::is_floating_point_v<From>)
    return holds_whole(x, std::numeric_limits<To>::digits, std::is_signed_v<To>);
  else return std::in_range<To>(x);
}

[[noreturn, gnu::cold]] inline void refuse_number(const std::string& number, Type type, const std::string& text) {
  throw Error(text + ": " + number + " does not fit into " + std::string(name_of(type)), Fault::value);
}

template <class To, class From> To to_target(From x, const std::string& text) {
  if constexpr (std::is_same_v<To, bool>) {
    if (x != From(0) && x != From(1)) refuse_number(number_text(x), type_of<To>(), text);
    return x != From(0);
  } else {
    if (!holds<To>(x)) refuse_number(number_text(x), type_of<To>(), text);
    return static_cast<To>(x);
  }
}

// One of the integer types that int64 holds all of, or bool.
inline std::int64_t whole_number(Type type, const std::byte* at) {
  const auto read = [at](auto number) {
    std::memcpy(&number, at, sizeof number);
    return static_cast<std::int64_t>(number);
  };
  switch (type) {
    case Type::int8: return read(std::int8_t{});
    case Type::int16: return read(std::int16_t{});
    case Type::int32: return read(std::int32_t{});
    case Type::uint16: return read(std::uint16_t{});
    case Type::uint32: return read(std::uint32_t{});
    case Type::int64: return read(std::int64_t{});
    default: return read(std::uint8_t{});
  }
}

// f(address) for each of `count` numbers of feed items [first, ...).
template <class F> void each_fed(const Feed& feed, std::int64_t first, std::int64_t count, std::int64_t width, F&& f) {
  const auto word = static_cast<std::int64_t>(size_of(feed.type));
  const auto* item = static_cast<const std::byte*>(feed.data) + first * feed.stride;
  for (std::int64_t at = 0; at < count; item += feed.stride)
    for (std::int64_t k = 0; k < width; ++k, ++at) f(at, item + k * word);
}

// Numbers of feed items [first, ...) in the raw type of their slot.
template <class Raw>
void fetch(const Feed& feed, std::int64_t first, std::int64_t count, std::int64_t width, Raw* work,
           const std::string& text) {
  const auto as = [&](auto fed) {
    each_fed(feed, first, count, width, [&](std::int64_t i, const std::byte* at) {
      std::memcpy(&fed, at, sizeof fed);
      work[i] = to_target<Raw>(fed, text);
    });
  };
  if (feed.type == Type::float32) return as(float{});
  if (feed.type == Type::float64) return as(double{});
  if (feed.type == Type::uint64) return as(std::uint64_t{});
  each_fed(feed, first, count, width,
           [&](std::int64_t i, const std::byte* at) { work[i] = to_target<Raw>(whole_number(feed.type, at), text); });
}

inline void mark_flagged(const Feed& flag, std::int64_t first, std::int64_t count, std::int64_t width,
                         unsigned char* mark) {
  each_fed(flag, first, count, width, [&](std::int64_t i, const std::byte* at) {
    const auto is = [at](auto number) {
      std::memcpy(&number, at, sizeof number);
      return number != 0;
    };
    mark[i] |= flag.type == Type::float32   ? is(float{})
               : flag.type == Type::float64 ? is(double{})
               : flag.type == Type::uint64  ? is(std::uint64_t{})
                                            : whole_number(flag.type, at) != 0;
  });
}

// A number as an element of an integer type, or of bool, whose bytes are the low ones of the result.
template <class From> std::uint64_t to_whole(From x, Type type, const std::string& text) {
  const int bits = type == Type::boolean ? 1 : 8 * static_cast<int>(size_of(type));
  const bool is_signed = type >= Type::int8 && type <= Type::int64;
  const int digits = is_signed ? bits - 1 : bits;
  bool fits;
  if constexpr (std::is_floating_point_v<From>) {
    fits = holds_whole(x, digits, is_signed);
  } else {
    fits = digits > 62 ? is_signed || x >= 0 : x >> digits == 0 || (is_signed && x >> digits == -1);
  }
  if (!fits) refuse_number(number_text(x), type, text);
  return is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) : static_cast<std::uint64_t>(x);
}

}  // namespace lading
