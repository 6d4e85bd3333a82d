#include "operators/windows.hpp"

#include <algorithm>

#include "graph/memory.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

// No length and no number of an attribute is so large that what is computed from two of them could overflow.
constexpr std::int64_t most = std::int64_t(1) << 30;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }
std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return a / b + (a % b > 0); }

int spatial_axes(const Operands& io, const Shape& shape) {
  if (shape.rank < 3) io.fail({"input 0 needs the axes entry, channel and at least one more; its shape is ", shape});
  return shape.rank - 2;
}

// An attribute must have `times` numbers for each spatial axis, or be absent.
void check_length(const Operands& io, const Shape& image, const char* name, const std::vector<std::int64_t>& numbers,
                  int times = 1) {
  const int rank = image.rank - 2;
  if (numbers.empty() || static_cast<int>(numbers.size()) == times * rank) return;
  io.fail({"attribute '", name, "' is ", list_text(numbers), "; it must have ", counted(times * rank, "number"),
           " for the spatial axes of ", image});
}

}  // namespace

Range WindowAxis::windows_with(std::int64_t k) const {
  const std::int64_t offset = element(0, k);
  const std::int64_t first = std::clamp<std::int64_t>(ceil_divide(-offset, stride), 0, windows);
  return {first, std::clamp<std::int64_t>(floor_divide(length - 1 - offset, stride) + 1, first, windows)};
}

Range WindowAxis::elements_of(std::int64_t window) const {
  const std::int64_t start = element(window, 0);
  const std::int64_t first = std::clamp<std::int64_t>(ceil_divide(-start, dilation), 0, kernel);
  return {first, std::clamp<std::int64_t>(floor_divide(length - 1 - start, dilation) + 1, first, kernel)};
}

std::int64_t WindowAxis::places_of(std::int64_t window) const {
  const std::int64_t end = length + after - element(window, 0);  // of the padding, from the window's start
  return std::clamp<std::int64_t>(ceil_divide(end, dilation), 0, kernel);
}

WindowAttributes::WindowAttributes(const Definition& definition)
    : kernel_(numbers(definition, "kernel_shape", 1)),
      strides_(numbers(definition, "strides", 1)),
      dilations_(numbers(definition, "dilations", 1)),
      pads_(numbers(definition, "pads", 0)),
      output_padding_(numbers(definition, "output_padding", 0)),
      output_shape_(numbers(definition, "output_shape", 0)),
      padding_(static_cast<Padding>(
          choice(definition, "auto_pad", "NOTSET", {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}))),
      ceil_(definition.integer("ceil_mode", 0)) {}

WindowAttributes::Numbers WindowAttributes::numbers(const Definition& definition, const char* name,
                                                    std::int64_t least) {
  Numbers values = definition.integers(name);
  for (const std::int64_t value : values)
    if (value < least || value > most)
      definition.fail(
          {"attribute '", name, "' is ", list_text(values), "; its numbers must be from ", least, " to ", most});
  return values;
}

Shape WindowAttributes::kernel(const Operands& io, const Shape& image) const {
  spatial_axes(io, image);
  check_length(io, image, "kernel_shape", kernel_);
  Shape shape;
  for (const std::int64_t length : kernel_) shape.push(length);
  return shape;
}

Windows WindowAttributes::begin(const Operands& io, const Shape& image, const Shape& kernel) const {
  Windows windows;
  const int rank = windows.rank = spatial_axes(io, image);
  check_length(io, image, "kernel_shape", kernel_), check_length(io, image, "strides", strides_);
  check_length(io, image, "dilations", dilations_), check_length(io, image, "pads", pads_, 2);
  check_length(io, image, "output_padding", output_padding_);
  check_length(io, image, "output_shape", output_shape_);
  const auto at = [](const Numbers& numbers, int i, std::int64_t otherwise) {
    return numbers.empty() ? otherwise : numbers[static_cast<std::size_t>(i)];
  };
  for (int i = 0; i < rank; ++i) {
    const std::int64_t length = kernel[kernel.rank - rank + i];
    if (at(kernel_, i, length) != length)
      io.fail({"attribute 'kernel_shape' is ", list_text(kernel_), ", the kernel of weights of shape ", kernel,
               " is another"});
    const bool padded = padding_ == Padding::given;
    windows[i] = {image[i + 2],
                  length,
                  at(strides_, i, 1),
                  at(dilations_, i, 1),
                  padded ? at(pads_, i, 0) : 0,
                  padded ? at(pads_, i + rank, 0) : 0,
                  0};
    if (length < 1) io.fail({"the kernel is empty: the weights have the shape ", kernel});
    if (std::max(length, image[i + 2]) > most)
      io.fail({"axis ", i + 2, " of ", image, " or of the kernel is too long"});
  }
  return windows;
}

Windows WindowAttributes::over(const Operands& io, const Shape& image, const Shape& kernel) const {
  Windows windows = begin(io, image, kernel);
  for (int i = 0; i < windows.rank; ++i) count_windows(windows[i]);
  return windows;
}

Windows WindowAttributes::under(const Operands& io, const Shape& kernel) const {
  Windows windows = begin(io, io[0].shape, kernel);
  for (int i = 0; i < windows.rank; ++i) {
    windows[i].windows = windows[i].length;
    measure_output(windows[i], i);
  }
  return windows;
}

// Padding of both ends; of an odd number, SAME_UPPER puts the larger part at the upper end.
void WindowAttributes::share(WindowAxis& axis, std::int64_t padding) const {
  const std::int64_t half = padding / 2;
  axis.before = padding_ == Padding::same_upper ? half : padding - half;
  axis.after = padding - axis.before;
}

void WindowAttributes::count_windows(WindowAxis& axis) const {
  if (padding_ == Padding::same_upper || padding_ == Padding::same_lower) {
    axis.windows = ceil_divide(axis.length, axis.stride);
    return share(axis, std::max<std::int64_t>(0, (axis.windows - 1) * axis.stride + axis.reach() - axis.length));
  }
  const std::int64_t free = axis.length + axis.before + axis.after - axis.reach();
  const bool ceil = ceil_ && padding_ == Padding::given;
  axis.windows =
      std::max<std::int64_t>(0, (ceil ? ceil_divide(free, axis.stride) : floor_divide(free, axis.stride)) + 1);
  // the last window must not start beyond the elements
  if (ceil && (axis.windows - 1) * axis.stride >= axis.length + axis.before) --axis.windows;
}

void WindowAttributes::measure_output(WindowAxis& axis, int i) const {
  const auto at = static_cast<std::size_t>(i);
  const std::int64_t whole =
      axis.stride * (axis.windows - 1) + axis.reach() + (output_padding_.empty() ? 0 : output_padding_[at]);
  const bool same = padding_ == Padding::same_upper || padding_ == Padding::same_lower;
  if (!same && output_shape_.empty()) {
    axis.length = whole - axis.before - axis.after;
  } else {
    axis.length = output_shape_.empty() ? axis.windows * axis.stride : output_shape_[at];
    share(axis, std::max<std::int64_t>(0, whole - axis.length));
  }
}

Shape channels_first(const Shape& last) {
  Shape first = last;
  for (int axis = 2; axis < last.rank; ++axis) first[axis] = last[axis - 1];
  if (last.rank > 1) first[1] = last[last.rank - 1];
  return first;
}

Shape shape_of_windows(std::int64_t entries, std::int64_t channels, const Windows& windows) {
  Shape shape;
  shape.push(entries), shape.push(channels);
  for (int i = 0; i < windows.rank; ++i) shape.push(windows[i].windows);
  return shape;
}

std::size_t room_for(const Operands& io, std::initializer_list<std::int64_t> lengths, std::size_t size) {
  constexpr std::size_t most = std::size_t(1) << 42;
  std::size_t bytes = size;
  for (const std::int64_t length : lengths)
    if (__builtin_mul_overflow(bytes, static_cast<std::size_t>(length), &bytes) || bytes > most)
      io.fail({"input of shape ", io[0].shape, " is too large to be worked on"});
  return aligned(bytes);
}

}  // namespace lading
