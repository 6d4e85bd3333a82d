// Pools axis by axis: what the kernels do along one of them, and how many elements a window has.
#pragma once
#include "kernels/kernels.hpp"
#include "operators/windows.hpp"

namespace lading {

// y [outer][windows][inner] of x [outer][length][inner]
inline void pool_columns(const Kernels& kernels, Reduction f, const WindowAxis& axis, const float* x, float* y,
                         std::int64_t outer, std::int64_t inner) {
  const std::int64_t step = axis.stride * inner;
  const Range whole{axis.windows_with(0).first, axis.windows_with(axis.kernel - 1).end};  // windows without padding
  if (whole.first == 0 && whole.end == axis.windows && axis.windows * axis.stride == axis.length)
    return kernels.reduce_columns(f, x, y, axis.kernel, inner, outer * axis.windows, step);
  for (std::int64_t i = 0; i < outer; ++i, x += axis.length * inner)
    for (std::int64_t window = 0, some = 0; window < axis.windows; window += some, y += some * inner) {
      const Range k = axis.elements_of(window);
      some = whole.first <= window && window < whole.end ? whole.end - window : 1;
      const float* from = k.first < k.end ? x + axis.element(window, k.first) * inner : x;
      kernels.reduce_columns(f, from, y, k.end - k.first, inner, some, step);
    }
}

// Places of an image when the first `done` axes are pooled.
inline std::int64_t places_after(const Windows& w, int done) {
  std::int64_t size = 1;
  for (int axis = 0; axis < w.rank; ++axis) size *= axis < done ? w[axis].windows : w[axis].length;
  return size;
}

// Elements under a window, with what the padding holds of it or without.
inline std::int64_t numbers_under(const Windows& w, const Place& window, bool padding) {
  std::int64_t count = 1;
  for (int axis = 0; axis < w.rank; ++axis) {
    const std::int64_t at = window[static_cast<std::size_t>(axis)];
    const Range range = w[axis].elements_of(at);
    count *= padding ? w[axis].places_of(at) : range.end - range.first;
  }
  return count;
}

inline bool has_padding(const Windows& w) {
  for (int axis = 0; axis < w.rank; ++axis)
    if (w[axis].before || w[axis].element(w[axis].windows - 1, w[axis].kernel - 1) >= w[axis].length) return true;
  return false;
}

}  // namespace lading
