// DeformConv (ONNX): a convolution of images whose kernel's elements are moved by offsets, and weighted by a mask; between
// pixels the image is linear, beyond it are zeros. For each row of outputs all elements are sampled first, then summed
// with the weights, one channel and element after the other.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/sampling.hpp"
#include "operators/windows.hpp"

namespace lading {
namespace {

// Inputs: images [entry, channel, height, width], weights, offsets [entry, (group, element, axis), row, column], bias,
// mask [entry, (group, element), row, column].
class DeformConv final : public Operator {
 public:
  explicit DeformConv(const Definition& definition)
      : attributes_(definition),
        groups_(definition.integer("group", 1)),
        offsets_(definition.integer("offset_group", 1)) {
    if (groups_ < 1 || offsets_ < 1)
      definition.fail(
          {"attributes 'group' and 'offset_group' are ", groups_, " and ", offsets_, "; they must be at least 1"});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    for (int i = 0; i < 5; ++i) {
      if (!io.has(i)) continue;
      check_same_type(io, i), check_rank(io, i, i == 3 ? 1 : 4);
    }
    const Shape &x = io[0].shape, &w = io[1].shape;
    if (x[1] % groups_ || x[1] / groups_ != w[1] || w[0] % groups_ || x[1] % offsets_ || x[1] == 0)
      io.fail({"images of shape ", x, " and weights of shape ", w, " do not fit ", groups_,
               " equal groups of channels and ", offsets_, " of offsets"});
    if (io.has(3) && io[3].shape[0] != w[0])
      io.fail({"the bias must have one number for each of ", w[0], " output channels; its shape is ", io[3].shape});
    const Windows windows = attributes_.over(io, w);
    room_for(io, {2, offsets_, w[2], w[3]}, 1);
    const std::int64_t elements = offsets_ * w[2] * w[3];
    check_fits(io, 2, 2 * elements, windows);
    if (io.has(4)) check_fits(io, 4, elements, windows);
    io.set(0, io[0].type, shape_of_windows(x[0], w[0], windows));
  }
  // The samples of a row of outputs, and the sums of one of its channels.
  std::size_t scratch(const Operands& io) const override {
    const Shape &x = io[0].shape, &w = io[1].shape;
    return room_for(io, {x[1] * w[2] * w[3] + 1, io.output().shape[3]}, sizeof(double));
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Windows windows = attributes_.over(io, io[1].shape);
    for (std::int64_t entry = 0; entry < io[0].shape[0]; ++entry)
      for (std::int64_t row = 0; row < windows[0].windows; ++row) {
        sample(io, windows, entry, row);
        sum(io, entry, row);
      }
  }
  int entry(const Operands& io, int) const override {
    const bool apart = io.entry(0) == 0 && io.entry(2) == 0 && (!io.has(4) || io.entry(4) == 0);
    return apart && fixed_inputs(io, 1, 2) && fixed_inputs(io, 3, 4) ? 0 : entry_of_shapes(io);
  }

 private:
  static void check_fits(const Operands& io, int i, std::int64_t channels, const Windows& windows) {
    const Shape needed = shape_of_windows(io[0].shape[0], channels, windows);
    if (!(io[i].shape == needed)) io.fail({"input ", i, " must have shape ", needed, "; it has ", io[i].shape});
  }
  // samples[channel, element, column] of a row of outputs
  void sample(const Operands& io, const Windows& windows, std::int64_t entry, std::int64_t row) const {
    const Shape &x = io[0].shape, &w = io[1].shape, &out = io.output().shape;
    const std::int64_t kernel = w[2] * w[3], columns = out[3], places = out[2] * columns, channels = x[1] / offsets_;
    const Reals image(io[0]), offset(io[2]);
    double* samples = reinterpret_cast<double*>(io.scratch());
    for (std::int64_t i = 0; i < offsets_ * kernel * columns; ++i) {
      const std::int64_t column = i % columns, k = i / columns % kernel, group = i / columns / kernel;
      const std::int64_t place = row * columns + column, element = (entry * offsets_ + group) * kernel + k;
      const double mask = io.has(4) ? Reals(io[4])[element * places + place] : 1;
      Taps taps;
      for (int axis = 0; axis < 2; ++axis) {
        const std::int64_t at = windows[axis].element(axis ? column : row, axis ? k % w[3] : k / w[3]);
        AxisTaps along;
        along.add_linear(static_cast<double>(at) + offset[(2 * element + axis) * places + place], x[2 + axis]);
        taps.add_axis(along, x[2 + axis]);
      }
      for (std::int64_t c = group * channels; c < (group + 1) * channels; ++c)
        samples[(c * kernel + k) * columns + column] = mask * taps.value(image, (entry * x[1] + c) * x[2] * x[3]);
    }
  }
  void sum(const Operands& io, std::int64_t entry, std::int64_t row) const {
    const Shape &w = io[1].shape, &out = io.output().shape;
    const std::int64_t depth = w[1] * w[2] * w[3], columns = out[3], maps = w[0] / groups_;
    const Reals weights(io[1]);
    const double* samples = reinterpret_cast<const double*>(io.scratch());
    double* sums = reinterpret_cast<double*>(io.scratch()) + groups_ * depth * columns;
    for (std::int64_t map = 0; map < w[0]; ++map) {
      const double* from = samples + map / maps * depth * columns;
      std::fill_n(sums, columns, io.has(3) ? Reals(io[3])[map] : 0);
      for (std::int64_t k = 0; k < depth; ++k, from += columns) {
        const double weight = weights[map * depth + k];
        for (std::int64_t c = 0; c < columns; ++c) sums[c] += weight * from[c];
      }
      for (std::int64_t c = 0; c < columns; ++c)
        write_real(io.output(), ((entry * w[0] + map) * out[2] + row) * columns + c, sums[c]);
    }
  }

  WindowAttributes attributes_;
  std::int64_t groups_, offsets_;
};

}  // namespace

std::unique_ptr<Operator> make_DeformConv(const Definition& definition) {
  return std::make_unique<DeformConv>(definition);
}

}  // namespace lading
