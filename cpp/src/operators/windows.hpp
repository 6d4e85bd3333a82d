// Where the windows of convolutions and pools stand along the spatial axes, those behind entry and channel:
// kernel_shape, strides, dilations, pads, auto_pad and ceil_mode (ONNX), worked out for the shapes of the moment.
#pragma once
#include "operators/operator.hpp"

namespace lading {

struct Range {
  std::int64_t first, end;
};

// Along one axis: window o meets the elements o * stride + k * dilation - before for k from 0 to kernel - 1, of which
// those from 0 to length - 1 exist and the others are padding.
struct WindowAxis {
  std::int64_t length, kernel, stride, dilation, before, after, windows;

  std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
  std::int64_t element(std::int64_t window, std::int64_t k) const { return window * stride + k * dilation - before; }
  Range windows_with(std::int64_t k) const;           // the windows whose element k exists
  Range elements_of(std::int64_t window) const;       // the k whose elements exist
  std::int64_t places_of(std::int64_t window) const;  // how many elements, padding included, but nothing beyond it
};

struct Windows {
  int rank = 0;
  std::array<WindowAxis, max_rank> axes;

  WindowAxis& operator[](int axis) { return axes[static_cast<std::size_t>(axis)]; }
  const WindowAxis& operator[](int axis) const { return axes[static_cast<std::size_t>(axis)]; }
};

class WindowAttributes {
 public:
  explicit WindowAttributes(const Definition& definition);
  bool has_kernel() const { return !kernel_.empty(); }

  // The windows of a convolution or a pool over the spatial axes of input 0. `kernel` holds one number for each of
  // them in its last axes: the shape of the weights, or that of pools.
  Windows over(const Operands& io, const Shape& kernel) const { return over(io, io[0].shape, kernel); }
  // The same for an image of shape [entry, channel, spatial...], however it is stored.
  Windows over(const Operands& io, const Shape& image, const Shape& kernel) const;
  // The same the other way around, for a transposed convolution: the axes of input 0 are the windows, and what they
  // meet is the output.
  Windows under(const Operands& io, const Shape& kernel) const;
  // kernel_shape alone
  Shape kernel(const Operands& io) const { return kernel(io, io[0].shape); }
  Shape kernel(const Operands& io, const Shape& image) const;

 private:
  enum class Padding { given, valid, same_upper, same_lower };
  using Numbers = std::vector<std::int64_t>;
  static Numbers numbers(const Definition& definition, const char* name, std::int64_t least);
  Windows begin(const Operands& io, const Shape& image, const Shape& kernel) const;
  void count_windows(WindowAxis& axis) const;
  void measure_output(WindowAxis& axis, int i) const;
  void share(WindowAxis& axis, std::int64_t padding) const;

  Numbers kernel_, strides_, dilations_, pads_, output_padding_, output_shape_;
  Padding padding_;
  bool ceil_;
};

// f(element) for every element that exists under a window, in order: its number among those of one channel. `window`
// holds the window's numbers along the axes.
using Place = std::array<std::int64_t, max_rank>;
template <class F>
void each_element(const Windows& windows, const Place& window, F&& f, int axis = 0, std::int64_t before = 0) {
  const WindowAxis& along = windows[axis];
  const std::int64_t number = window[static_cast<std::size_t>(axis)];
  const Range range = along.elements_of(number);
  for (std::int64_t k = range.first; k < range.end; ++k) {
    const std::int64_t element = before * along.length + along.element(number, k);
    if (axis + 1 == windows.rank) f(element);
    else each_element(windows, window, f, axis + 1, element);
  }
}
// f(window) for every window, in order.
template <class F> void each_window(const Windows& windows, F&& f) {
  Place window{};
  for (int axis = 0; axis < windows.rank; ++axis)
    if (windows[axis].windows == 0) return;
  for (int axis = windows.rank; axis >= 0;) {
    f(static_cast<const Place&>(window));
    for (axis = windows.rank - 1; axis >= 0; --axis) {
      if (++window[static_cast<std::size_t>(axis)] < windows[axis].windows) break;
      window[static_cast<std::size_t>(axis)] = 0;
    }
  }
}

// [entry, channels, spatial...] of an image [entry, spatial..., channels]
Shape channels_first(const Shape& last);
// [entry, channels, windows...] of what convolutions and pools give
Shape shape_of_windows(std::int64_t entries, std::int64_t channels, const Windows& windows);
// Bytes of that many numbers; fails if nobody could have so much memory.
std::size_t room_for(const Operands& io, std::initializer_list<std::int64_t> lengths, std::size_t size);

}  // namespace lading
