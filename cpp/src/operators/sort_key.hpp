// Numbers of any type as unsigned integers that sort alike. -0 and 0 are equal; all NaN are equal and sort
// above every number, so that every order is a definite one.
#pragma once
#include <bit>
#include <limits>

#include "operators/checks.hpp"

namespace lading {

template <class T> std::uint64_t sort_key(T value) {
  constexpr std::uint64_t sign = std::uint64_t(1) << 63;
  if constexpr (std::is_floating_point_v<T>) {
    if (value != value) return std::numeric_limits<std::uint64_t>::max();
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(value) + 0.0);
    return bits & sign ? ~bits : bits | sign;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) ^ sign;
  } else {
    return value;
  }
}

using SortKey = std::uint64_t (*)(const std::byte* element);

inline SortKey find_sort_key(Type type) {
  return with_one_of<computed_types>(type, [](auto zero) -> SortKey {
    return [](const std::byte* element) { return sort_key(*reinterpret_cast<const decltype(zero)*>(element)); };
  });
}

}  // namespace lading
