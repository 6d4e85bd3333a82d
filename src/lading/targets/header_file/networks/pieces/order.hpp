// The first of many in order: NaN is the largest, equal ones are ordered by place.
#pragma once
#include "bits.hpp"

namespace detail {

template <class T> inline std::uint64_t sort_key(T value) {
  constexpr std::uint64_t sign = std::uint64_t(1) << 63;
  if constexpr (!std::numeric_limits<T>::is_integer) {
    if (value != value) return std::numeric_limits<std::uint64_t>::max();
    const auto bits = bits_as<std::uint64_t>(static_cast<double>(value) + 0.0);
    return bits & sign ? ~bits : bits | sign;
  } else if constexpr (std::numeric_limits<T>::is_signed) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) ^ sign;
  } else {
    return value;
  }
}

// The places of the first `count` of n elements `step` apart; places stand `step` apart too.
template <bool largest, class T>
inline void first_in_order(const T* x, int n, int step, int count, std::int64_t* places) {
  std::uint64_t last = 0;
  std::int64_t place = -1;
  for (int k = 0; k < count; ++k) {
    std::uint64_t best = 0;
    std::int64_t found = -1;
    for (int i = 0; i < n; ++i) {
      const std::uint64_t key = largest ? ~sort_key(x[i * step]) : sort_key(x[i * step]);
      const bool behind = place < 0 || key > last || (key == last && i > place);
      if (behind && (found < 0 || key < best)) best = key, found = i;
    }
    places[k * step] = place = found;
    last = best;
  }
}

// The place of the largest or smallest of n elements `step` apart; NaN is both.
template <bool smallest, bool last, class T> inline std::int64_t extreme(const T* x, int n, int step) {
  int best = 0;
  for (int k = 1; k < n; ++k) {
    const T a = x[k * step], b = x[best * step];
    const bool better = (smallest ? a < b : a > b) || (a != a && b == b);
    if (better || (last && (a == b || (a != a && b != b)))) best = k;
  }
  return best;
}

}  // namespace detail
