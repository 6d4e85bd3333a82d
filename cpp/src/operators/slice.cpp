// Slice (ONNX): a range of indices, with a step, along some axes. Ranges are cut to what is there.
#include <algorithm>
#include <limits>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

struct Range {
  std::int64_t start = 0, step = 1, length = 0;
};

// NumPy's rules for start:end:step on an axis of `length`.
Range cut_range(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t length) {
  const bool up = step > 0;
  const auto place = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + length : at, up ? std::int64_t(0) : std::int64_t(-1), up ? length : length - 1);
  };
  const std::int64_t most = std::max<std::int64_t>(length, 1);  // a larger step has no other effect
  Range range{place(start), std::clamp(step, -most, most), 0};
  const std::int64_t reach = up ? place(end) - range.start : range.start - place(end);
  const std::int64_t stride = up ? range.step : -range.step;
  range.length = reach > 0 ? (reach + stride - 1) / stride : 0;
  return range;
}

// Inputs: data, starts, ends, axes (all in order, if omitted), steps (1, if omitted).
class Slice final : public Operator {
 public:
  std::uint32_t shape_inputs() const override { return 0b11110; }

  void infer(const Operands& io) const override {
    const Ranges ranges = ranges_of(io);
    Shape out = io[0].shape;
    for (int axis = 0; axis < out.rank; ++axis) out[axis] = ranges[axis].length;
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Tensor& in = io[0];
    Tensor& out = io.output();
    if (out.size() == 0) return;
    const Ranges ranges = ranges_of(io);
    Strides strides = strides_of(in.shape);
    std::int64_t first = 0;
    for (int axis = 0; axis < in.shape.rank; ++axis) {
      first += ranges[axis].start * strides[axis];
      strides[axis] *= ranges[axis].step;
    }
    const std::size_t size = size_of(in.type);
    copy_strided(out.shape, size, out.data, strides_of(out.shape), in.data + first * static_cast<std::int64_t>(size),
                 strides);
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (entry < 0 && entry != Entry::uniform) return entry_of_shapes(io);
    if (entry == Entry::uniform) return entry_of_shapes(io) == Entry::mixed ? int(Entry::mixed) : entry;
    return fixed_inputs(io, 1) && keeps_all(io, entry) ? entry : int(Entry::mixed);
  }

 private:
  using Ranges = std::array<Range, max_rank>;
  static Ranges ranges_of(const Operands& io) {
    const Shape& in = io[0].shape;
    Ranges ranges;
    for (int axis = 0; axis < in.rank; ++axis) ranges[axis].length = in[axis];
    std::uint32_t seen = 0;
    for_each_cut(io, [&](int axis, std::int64_t start, std::int64_t end, std::int64_t step) {
      if (seen >> axis & 1) io.fail({"axis ", axis, " is cut twice"});
      if (step == 0) io.fail("input 4 holds a step of 0");
      seen |= 1u << axis;
      ranges[axis] = cut_range(start, end, step, in[axis]);
    });
    return ranges;
  }
  // However many entries there are, all of them stay in place: x[:, ...], which exporters like to write.
  static bool keeps_all(const Operands& io, int entry) {
    constexpr std::int64_t open_end = std::numeric_limits<std::int32_t>::max();  // no block is as long
    bool all = true;
    for_each_cut(io, [&](int axis, std::int64_t start, std::int64_t end, std::int64_t step) {
      if (axis == entry && !(start == 0 && end >= open_end && step == 1)) all = false;
    });
    return all;
  }
  template <class F> static void for_each_cut(const Operands& io, F&& f) {
    const Shape starts = io.integers(1), ends = io.integers(2);
    const Shape axes = io.has(3) ? io.integers(3) : Shape(), steps = io.has(4) ? io.integers(4) : Shape();
    const auto fits = [&](int i, const Shape& list) { return !io.has(i) || list.rank == starts.rank; };
    if (!fits(2, ends) || !fits(3, axes) || !fits(4, steps))
      io.fail("starts, ends, axes and steps must have the same length");
    if (starts.rank > io[0].shape.rank) io.fail({"cuts more axes than the input has; its shape is ", io[0].shape});
    for (int k = 0; k < starts.rank; ++k)
      f(normal_axis(io, io.has(3) ? axes[k] : k, io[0].shape.rank), starts[k], ends[k], io.has(4) ? steps[k] : 1);
  }
};

}  // namespace

std::unique_ptr<Operator> make_Slice(const Definition&) { return std::make_unique<Slice>(); }

}  // namespace lading
