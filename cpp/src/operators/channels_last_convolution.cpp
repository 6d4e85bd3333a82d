// internal.ChannelsLastConvolution, which passes make of a Conv with constant weights and of what follows it: images
// [entry, spatial..., channels], along one or two axes, then Relu, then the largest of places side by side (`pool`).
//
// It is a dense layer whose rows are windows, read where they stand. Windows that the padding cuts in the same way make
// one call of the kernel, along a row or along a column of the image, whichever is longer.
#include <algorithm>

#include "graph/memory.hpp"
#include "operators/checks.hpp"
#include "operators/packed_weights.hpp"
#include "operators/window_sums.hpp"

namespace lading {
namespace {

const Tensor& weights_of(const Definition& definition) {
  const Tensor* w = definition.constant(1);
  if (!w || w->type != Type::float32 || (w->shape.rank != 3 && w->shape.rank != 4))
    definition.fail("needs constant float32 weights for one or two spatial axes");
  return *w;
}

class ChannelsLastConvolution final : public Operator {
 public:
  explicit ChannelsLastConvolution(const Definition& definition)
      : kernels_(definition.kernels()),
        attributes_(definition),
        shape_(weights_of(definition).shape),
        relu_(definition.integer("relu", 0)),
        pool_(definition.integers("pool")),
        sums_(shape_[1], shape_.rank == 4 ? shape_[2] : 1, shape_[shape_.rank - 1]),
        weights_(definition, sums_.rows_of(weights_of(definition).as<float>(), shape_[0]).data(),
                 definition.constant(2) ? definition.constant(2)->as<float>() : nullptr, shape_.size(1, shape_.rank),
                 shape_[0]) {
    if (pool_.empty()) pool_.assign(static_cast<std::size_t>(shape_.rank - 2), 1);
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32));
    check_rank(io, 0, shape_.rank);
    const Shape& x = io[0].shape;
    if (x[x.rank - 1] != shape_[1])
      io.fail({"weights of shape ", shape_, " take ", shape_[1], " channels; the input has ", x[x.rank - 1]});
    const Windows windows = windows_of(io);
    Shape out = x;
    out[x.rank - 1] = shape_[0];
    for (int axis = 0; axis < windows.rank; ++axis)
      out[axis + 1] = windows[axis].windows / pool_[static_cast<std::size_t>(axis)];
    io.set(0, Type::float32, out);
  }
  std::size_t scratch(const Operands& io) const override {
    if (io.output().size() == 0) return 0;
    const Image image(*this, io);
    return room(io, image).size();
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Image image(*this, io);
    const Work work = make_work(io, image);
    const std::int64_t size_in = io[0].size() / io[0].shape[0], size_out = io.output().size() / io[0].shape[0];
    for (std::int64_t entry = 0; entry < io[0].shape[0]; ++entry) {
      const float* x = io[0].as<float>() + entry * size_in;
      float* y = io.output().as<float>() + entry * size_out;
      if (pooled()) run_pooled(image, work, x, y);
      else run_rows(image, work, {0, image.y.windows}, x, y);
    }
  }
  int entry(const Operands& io, int) const override { return first_axis_entry(io); }
  bool has_packed(int i) const override { return i > 0; }
  std::size_t memory() const override { return weights_.bytes(); }

 private:
  // One entry: its axes, of which `y` has one place where there is only one, and what lies between numbers.
  struct Image {
    Image(const ChannelsLastConvolution& layer, const Operands& io) {
      const Windows windows = layer.windows_of(io);
      if (windows.rank == 2) y = windows[0];
      x = windows[windows.rank - 1];
      channels = layer.shape_[1], outputs = layer.shape_[0];
      row_pitch = x.length * channels;
    }
    WindowAxis y{1, 1, 1, 1, 0, 0, 1}, x;
    std::int64_t channels, outputs, row_pitch;
  };
  // What is worked out before the numbers: windows that are alike along each axis, and taps[y group][x group].
  struct Work {
    AlikeWindows *y, *x;
    std::int64_t y_groups = 0, x_groups = 0;
    WindowTaps* taps;
    float* band;  // rows of results that are pooled next
  };

  Windows windows_of(const Operands& io) const { return attributes_.over(io, channels_first(io[0].shape), shape_); }
  bool pooled() const { return pool_[0] > 1 || pool_.back() > 1; }
  std::int64_t pool_height() const { return pool_.size() == 2 ? pool_[0] : 1; }

  // ---- scratch
  struct Room {  // bytes
    std::size_t groups, taps, lists, band;
    std::size_t size() const { return groups + taps + lists + band; }
  };
  Room room(const Operands& io, const Image& image) const {
    const std::int64_t rows = count_alike(image.y), columns = count_alike(image.x);
    return {room_for(io, {rows + columns}, sizeof(AlikeWindows)), room_for(io, {rows, columns}, sizeof(WindowTaps)),
            room_for(io, {rows, columns, sums_.taps()}, sizeof(Tap)),
            pooled() ? room_for(io, {band_rows(image), image.x.windows, image.outputs}, sizeof(float)) : 0};
  }
  Work make_work(const Operands& io, const Image& image) const {
    const Room room = this->room(io, image);
    std::byte* at = io.scratch();
    Work work;
    work.y = reinterpret_cast<AlikeWindows*>(at);
    each_alike(image.y, [&](const AlikeWindows& alike) { work.y[work.y_groups++] = alike; });
    work.x = work.y + work.y_groups;
    each_alike(image.x, [&](const AlikeWindows& alike) { work.x[work.x_groups++] = alike; });
    work.taps = reinterpret_cast<WindowTaps*>(at += room.groups);
    Tap* list = reinterpret_cast<Tap*>(at += room.taps);
    work.band = reinterpret_cast<float*>(at += room.lists);
    for (std::int64_t i = 0; i < work.y_groups; ++i)
      for (std::int64_t j = 0; j < work.x_groups; ++j, list += sums_.taps())
        work.taps[i * work.x_groups + j] =
            sums_.make(work.y[i].elements, work.x[j].elements, image.y.dilation * image.row_pitch,
                       image.x.dilation * image.channels, list);
    return work;
  }

  // ---- numbers
  // Rows of windows, of which the first goes to y.
  void run_rows(const Image& image, const Work& work, Range rows, const float* x, float* y) const {
    for (std::int64_t i = 0; i < work.y_groups; ++i) {
      const AlikeWindows& group = work.y[i];
      const AlikeWindows some{std::max(group.first, rows.first), std::min(group.end, rows.end), group.elements};
      if (some.count() <= 0) continue;
      float* to = y + (some.first - rows.first) * image.x.windows * image.outputs;
      for (std::int64_t j = 0; j < work.x_groups; ++j)
        run_alike(image, work.taps[i * work.x_groups + j], some, work.x[j], x, to);
    }
  }
  void run_alike(const Image& image, const WindowTaps& taps, const AlikeWindows& rows, const AlikeWindows& columns,
                 const float* x, float* y) const {
    const bool empty = rows.elements.first >= rows.elements.end || columns.elements.first >= columns.elements.end;
    if (!empty)
      x += image.y.element(rows.first, rows.elements.first) * image.row_pitch +
           image.x.element(columns.first, columns.elements.first) * image.channels;
    y += columns.first * image.outputs;
    const std::int64_t row_in = image.y.stride * image.row_pitch, row_out = image.x.windows * image.outputs;
    const std::int64_t column_in = image.x.stride * image.channels;
    if (columns.count() == image.x.windows && row_in == columns.count() * column_in)  // one row goes on in the next
      return multiply(taps, x, column_in, rows.count() * columns.count(), y, image.outputs);
    if (rows.count() > columns.count())
      for (std::int64_t i = 0; i < columns.count(); ++i)
        multiply(taps, x + i * column_in, row_in, rows.count(), y + i * image.outputs, row_out);
    else
      for (std::int64_t i = 0; i < rows.count(); ++i)
        multiply(taps, x + i * row_in, column_in, columns.count(), y + i * row_out, image.outputs);
  }
  void multiply(const WindowTaps& taps, const float* x, std::int64_t ldx, std::int64_t windows, float* y,
                std::int64_t ldy) const {
    kernels_.dense_windows(weights_.packed(), taps, x, ldx, windows, y, ldy, relu_);
  }
  // A few rows of the pool at a time, so that what they are made of is in the cache.
  void run_pooled(const Image& image, const Work& work, const float* x, float* y) const {
    const std::int64_t height = pool_height(), width = pool_.back(), row = image.x.windows * image.outputs;
    const WindowPool pool{image.x.windows / width, height, width, image.outputs, row};
    const std::int64_t some = band_rows(image), rows = image.y.windows / height * height;
    for (std::int64_t first = 0; first < rows; first += some) {
      const Range band{first, std::min(first + some, rows)};
      run_rows(image, work, band, x, work.band);
      for (std::int64_t i = 0; i < band.end - band.first; i += height, y += pool.windows * image.outputs)
        kernels_.largest_of_windows(pool, work.band + i * row, y);
    }
  }
  // Rows of windows that are pooled together.
  std::int64_t band_rows(const Image& image) const {
    constexpr std::int64_t numbers = 1 << 11;  // that leave room in the first cache
    const std::int64_t height = pool_height(), each = height * image.x.windows * image.outputs;
    return height * std::clamp<std::int64_t>(numbers / each, 1, std::max<std::int64_t>(1, image.y.windows / height));
  }

  const Kernels& kernels_;
  WindowAttributes attributes_;
  Shape shape_;  // of the weights
  bool relu_;
  std::vector<std::int64_t> pool_;
  WindowSums sums_;
  PackedWeights weights_;
};

}  // namespace

std::unique_ptr<Operator> make_ChannelsLastConvolution(const Definition& definition) {
  return std::make_unique<ChannelsLastConvolution>(definition);
}

}  // namespace lading
