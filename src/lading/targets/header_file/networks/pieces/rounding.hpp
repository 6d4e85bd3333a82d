// Whether the compiler left products and sums as they are written.
#pragma once

namespace detail {

inline bool rounds_as_written() {
  const volatile float a_little_more_than_1 = 0x1.001p+0f, half = 0.5f;
  const float x = a_little_more_than_1, y = half + 0x1p+24f;
  return x * x - 0x1.002p+0f == 0.f && y - 0x1p+24f == 0.f;
}

}  // namespace detail
