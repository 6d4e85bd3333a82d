// What the sums of a convolution are made of where the channels of its images stand last: the products of Conv in
// Conv's order, chain by chain (kernels/isa/block.hpp), without those of the padding, which are zeros.
#pragma once
#include <vector>

#include "kernels/kernels.hpp"
#include "operators/windows.hpp"

namespace lading {

// Windows side by side that meet the same elements of the kernel.
struct AlikeWindows {
  std::int64_t first, end;
  Range elements;
  std::int64_t count() const { return end - first; }
};

// f(windows) for all windows along an axis, in order.
template <class F> void each_alike(const WindowAxis& axis, F&& f) {
  const Range whole{axis.windows_with(0).first, axis.windows_with(axis.kernel - 1).end};
  AlikeWindows alike{0, 0, {0, 0}};
  for (std::int64_t window = 0; window < axis.windows; window = alike.end) {
    const bool inside = whole.first <= window && window < whole.end;
    const Range elements = inside ? Range{0, axis.kernel} : axis.elements_of(window);
    const std::int64_t end = inside ? whole.end : window + 1;
    if (window && elements.first == alike.elements.first && elements.end == alike.elements.end) {
      alike.end = end;
      continue;
    }
    if (window) f(static_cast<const AlikeWindows&>(alike));
    alike = {window, end, elements};
  }
  if (axis.windows > 0) f(static_cast<const AlikeWindows&>(alike));
}
inline std::int64_t count_alike(const WindowAxis& axis) {
  std::int64_t count = 0;
  each_alike(axis, [&](const AlikeWindows&) { ++count; });
  return count;
}

class WindowSums {
 public:
  WindowSums(std::int64_t channels, std::int64_t height, std::int64_t width);
  // Weights [outputs][channels][height][width] as rows [products][outputs], in the order in which they are taken.
  std::vector<float> rows_of(const float* weights, std::int64_t outputs) const;
  // Room that the taps of a window take.
  std::int64_t taps() const { return chains_ * most_of_chain(); }
  // The taps, written to `memory`, of windows that meet these elements, counted from the first of them; steps are
  // from one row and one column of elements to the next.
  WindowTaps make(const Range& rows, const Range& columns, std::int64_t row_step, std::int64_t column_step,
                  Tap* memory) const;

 private:
  std::int64_t most_of_chain() const { return (period_ * height_ * width_ + chains_ - 1) / chains_; }

  std::int64_t channels_, height_, width_;
  int chains_;
  std::int64_t period_;                      // channels after which the chains' products repeat
  std::array<std::int64_t, 4> first_row_{};  // of the weights of each chain
};

}  // namespace lading
