// Conv (ONNX): a kernel of weights slides over the spatial axes, y = W x + b for each of its places and each group of
// channels; internal.Convolution is a Conv with the Relu behind it, which passes make.
//
// It is a matrix product whose right side, the elements under each window, is read where they stand: see
// window_image.hpp. A run of windows side by side is one call of the kernel. Runs may go across the ends of rows, and
// across entries: what is computed between two rows is thrown away, which pays where rows are short.
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"
#include "operators/window_image.hpp"

namespace lading {
namespace {

// Which axes (0: entries, then the spatial ones) make a run: those from `first` on.
struct Runs {
  bool copied = false;       // an image is needed, or pays
  std::int64_t entries = 1;  // in one image
  int first = 1;
  std::int64_t cost = 0;  // vectors of one entry times steps for each
};

struct Sizes {
  std::int64_t entries, channels, groups, maps, depth;  // maps: output channels of one group
  Windows windows;                                      // depth: products that a sum is made of
};

class Conv final : public Operator {
 public:
  Conv(const Definition& definition, bool relu)
      : kernels_(definition.kernels()), attributes_(definition), groups_(definition.integer("group", 1)), relu_(relu) {
    if (groups_ < 1) definition.fail({"attribute 'group' is ", groups_, "; it must be at least 1"});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_same_type(io, 1);
    check_rank(io, 1, io[0].shape.rank);
    const Windows windows = attributes_.over(io, io[1].shape);
    const Shape &x = io[0].shape, &w = io[1].shape;
    if (x[1] % groups_ || x[1] / groups_ != w[1])
      io.fail({"weights of shape ", w, " take ", w[1], " channels for each of ", counted(groups_, "group"),
               "; the input of shape ", x, " has ", x[1], " in all"});
    if (w[0] % groups_) io.fail({w[0], " output channels do not make ", groups_, " equal groups"});
    if (io.has(2)) {
      check_same_type(io, 2);
      if (io[2].shape.rank != 1 || io[2].size() != w[0])
        io.fail({"input 2 of shape ", io[2].shape, " must have one number for each of ", w[0], " output channels"});
    }
    io.set(0, io[0].type, shape_of_windows(x[0], w[0], windows));
  }
  std::size_t scratch(const Operands& io) const override {
    if (io.output().size() == 0) return 0;
    const Sizes s = sizes(io);
    const Runs runs = choose(s);
    return places_room(io, s) + image_room(io, s, runs) + results_room(io, s, runs);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override { return first_axis_entry(io); }

 private:
  Sizes sizes(const Operands& io) const {
    const Shape &x = io[0].shape, &w = io[1].shape;
    return {x[0], x[1], groups_, w[0] / groups_, w.size(1, w.rank), attributes_.over(io, w)};
  }
  std::size_t places_room(const Operands& io, const Sizes& s) const {
    return room_for(io, {s.depth}, sizeof(std::int64_t));
  }
  std::size_t image_room(const Operands& io, const Sizes& s, const Runs& runs) const {
    if (!runs.copied) return 0;
    return room_for(io, {s.channels, WindowImage(s.windows, runs.entries, true).channel_pitch()}, size_of(io[0].type));
  }
  std::size_t results_room(const Operands& io, const Sizes& s, const Runs& runs) const {
    const WindowImage image(s.windows, runs.entries, runs.copied);
    return straight(s, image, runs)
               ? 0
               : room_for(io, {s.maps, length(s, image, runs.entries, runs.first)}, size_of(io[0].type));
  }

  // ---- runs
  static std::int64_t count(const Sizes& s, std::int64_t entries, int axis) {
    return axis ? s.windows[axis - 1].windows : entries;
  }
  static std::int64_t pitch(const WindowImage& image, int axis) {
    return axis ? image.pitch(axis - 1) : image.entry_pitch();
  }
  static std::int64_t length(const Sizes& s, const WindowImage& image, std::int64_t entries, int first) {
    std::int64_t last = 0;
    for (int axis = first; axis <= s.windows.rank; ++axis) last += (count(s, entries, axis) - 1) * pitch(image, axis);
    return last + 1;
  }
  // Nothing lies between the windows of a run, so that it can be computed where it belongs.
  static bool straight(const Sizes& s, const WindowImage& image, const Runs& runs) {
    std::int64_t windows = 1;
    for (int axis = runs.first; axis <= s.windows.rank; ++axis) windows *= count(s, runs.entries, axis);
    return runs.first > 0 && windows == length(s, image, runs.entries, runs.first);
  }
  // The cheapest runs for images of so many entries.
  Runs choose(const Sizes& s, bool copied, std::int64_t entries) const {
    constexpr std::int64_t steps_to_move = 8;  // of a product, in the time that moving its result takes
    const WindowImage image(s.windows, entries, copied);
    Runs best;
    std::int64_t outer = 1;
    for (int axis = 0; axis < s.windows.rank; ++axis) outer *= count(s, entries, axis);
    for (int first = s.windows.rank; first >= (entries > 1 ? 0 : 1); outer /= count(s, entries, --first)) {
      Runs runs{copied, entries, first, 0};
      const std::int64_t vectors = outer * ((length(s, image, entries, first) + kernels_.lanes - 1) / kernels_.lanes);
      const bool in_place = straight(s, image, runs);
      runs.cost = vectors * (s.depth + (in_place ? 0 : steps_to_move)) / entries;
      if (first == s.windows.rank || runs.cost < best.cost || (in_place && runs.cost == best.cost)) best = runs;
      if (first == 0) break;
    }
    return best;
  }
  Runs choose(const Sizes& s) const {
    constexpr std::int64_t image_numbers = 1 << 16;  // what an image of several entries may hold
    const bool needed = WindowImage::needed(s.windows);
    const Runs one = choose(s, needed, 1);
    const std::int64_t size = s.channels * WindowImage(s.windows, 1, true).channel_pitch();
    const std::int64_t entries = std::min(s.entries, size ? image_numbers / size : 1);
    if (entries < 2) return one;
    const Runs several = choose(s, true, entries);
    return several.cost * (needed ? 1 : 2) < one.cost ? several : one;
  }

  // ---- numbers
  template <class T> void run_typed(const Operands& io) const {
    const Sizes s = sizes(io);
    const Runs runs = choose(s);
    const WindowImage image(s.windows, runs.entries, runs.copied);
    const std::int64_t size_in = s.channels * io[0].shape.size(2, io[0].shape.rank);
    const std::int64_t size_out = io.output().shape.size(1, io.output().shape.rank);
    auto* at = reinterpret_cast<std::int64_t*>(io.scratch());
    T* copy = reinterpret_cast<T*>(io.scratch() + places_room(io, s));
    T* results = reinterpret_cast<T*>(io.scratch() + places_room(io, s) + image_room(io, s, runs));
    image.measure(s.depth / kernel_size(s), at);
    if (runs.copied) std::fill_n(copy, s.channels * image.channel_pitch(), T(0));
    for (std::int64_t entry = 0; entry < s.entries; entry += runs.entries) {
      const std::int64_t some = std::min(runs.entries, s.entries - entry);
      const T* x = io[0].as<T>() + entry * size_in;
      for (std::int64_t e = 0; runs.copied && e < some; ++e) image.copy(x + e * size_in, s.channels, e, copy);
      run_entries(io, s, runs, image, some, runs.copied ? copy : x, at, results,
                  io.output().as<T>() + entry * size_out);
    }
  }
  static std::int64_t kernel_size(const Sizes& s) {
    std::int64_t size = 1;
    for (int i = 0; i < s.windows.rank; ++i) size *= s.windows[i].kernel;
    return size;
  }
  template <class T>
  void run_entries(const Operands& io, const Sizes& s, const Runs& runs, const WindowImage& image, std::int64_t entries,
                   const T* x, const std::int64_t* at, T* results, T* y) const {
    const Strides strides = strides_of(io.output().shape);
    const auto loops = [&](int from, int end) {  // over places of the image and of the output
      Loops<2> nest;
      for (int axis = from; axis < end; ++axis)
        nest.add(count(s, entries, axis), {pitch(image, axis), strides[static_cast<std::size_t>(axis ? axis + 1 : 0)]});
      return nest;
    };
    const Loops<2> outer = loops(0, runs.first);
    Loops<2> inner = loops(runs.first, s.windows.rank + 1);
    const Loops<2>::Loop row = inner.take();
    const std::int64_t n = length(s, image, entries, runs.first), group_channels = s.channels / s.groups;
    const bool in_place = straight(s, image, runs);
    for (std::int64_t group = 0; group < s.groups; ++group) {
      const T* w = io[1].as<T>() + group * s.maps * s.depth;
      const T* bias = io.has(2) ? io[2].as<T>() + group * s.maps : nullptr;
      const T* from = x + group * group_channels * image.channel_pitch();
      outer.each([&](const auto& place) {
        T* to = y + group * s.maps * strides[1] + place[1];
        if (in_place) return multiply(w, from + place[0], at, to, strides[1], s.maps, n, s.depth, bias);
        multiply(w, from + place[0], at, results, n, s.maps, n, s.depth, bias);
        for (std::int64_t map = 0; map < s.maps; ++map)
          inner.each(
              [&](const auto& cell) { copy_row(results + map * n + cell[0], to + map * strides[1] + cell[1], row); });
      });
    }
  }
  template <class T> static void copy_row(const T* from, T* to, const Loops<2>::Loop& row) {
    if (row.steps[0] == 1 && row.steps[1] == 1) return static_cast<void>(std::copy_n(from, row.length, to));
    for (std::int64_t i = 0; i < row.length; ++i) to[i * row.steps[1]] = from[i * row.steps[0]];
  }
  void multiply(const float* w, const float* x, const std::int64_t* at, float* y, std::int64_t step, std::int64_t maps,
                std::int64_t n, std::int64_t depth, const float* bias) const {
    kernels_.convolve(w, depth, x, at, y, step, maps, n, depth, bias, relu_);
  }
  void multiply(const double* w, const double* x, const std::int64_t* at, double* y, std::int64_t step,
                std::int64_t maps, std::int64_t n, std::int64_t depth, const double* bias) const {
    for (std::int64_t map = 0; map < maps; ++map, w += depth, y += step) {
      std::fill_n(y, n, bias ? bias[map] : 0);
      for (std::int64_t k = 0; k < depth; ++k)
        for (std::int64_t i = 0; i < n; ++i) y[i] += w[k] * x[at[k] + i];
    }
  }
  const Kernels& kernels_;
  WindowAttributes attributes_;
  std::int64_t groups_;
  bool relu_;
};

}  // namespace

std::unique_ptr<Operator> make_Conv(const Definition& definition) { return std::make_unique<Conv>(definition, false); }
std::unique_ptr<Operator> make_Convolution(const Definition& definition) {
  return std::make_unique<Conv>(definition, true);
}

}  // namespace lading
