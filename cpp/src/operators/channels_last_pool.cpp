// internal.ChannelsLastPool, which passes make of MaxPool and AveragePool between convolutions: images [entry,
// spatial..., channels] of float32, pooled one axis after the other as the pools themselves are.
#include <algorithm>
#include <limits>

#include "graph/memory.hpp"
#include "operators/checks.hpp"
#include "operators/pool_axes.hpp"

namespace lading {
namespace {

class ChannelsLastPool final : public Operator {
 public:
  explicit ChannelsLastPool(const Definition& definition)
      : kernels_(definition.kernels()),
        attributes_(definition),
        average_(choice(definition, "pool", "MaxPool", {"MaxPool", "AveragePool"}) == 1),
        padding_counts_(average_ && definition.integer("count_include_pad", 0)) {
    if (!attributes_.has_kernel()) definition.fail("attribute 'kernel_shape' is missing");
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32));
    const Windows w = windows(io);
    Shape out = io[0].shape;
    for (int axis = 0; axis < w.rank; ++axis) out[axis + 1] = w[axis].windows;
    io.set(0, Type::float32, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const Windows w = windows(io);
    return 2 * (room_for(io, {largest(w), channels(io)}, sizeof(float)) + tail);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Windows w = windows(io);
    float* spare[2] = {reinterpret_cast<float*>(io.scratch()), nullptr};
    spare[1] = spare[0] + (room_for(io, {largest(w), channels(io)}, sizeof(float)) + tail) / sizeof(float);
    const std::int64_t size_in = io[0].size() / io[0].shape[0], size_out = io.output().size() / io[0].shape[0];
    for (std::int64_t entry = 0; entry < io[0].shape[0]; ++entry) {
      float* y = io.output().as<float>() + entry * size_out;
      pool_entry(w, channels(io), io[0].as<float>() + entry * size_in, y, spare);
      if (average_) divide(w, channels(io), y);
    }
  }
  int entry(const Operands& io, int) const override { return io.entry(0) == 0 ? 0 : int(Entry::mixed); }

 private:
  Windows windows(const Operands& io) const {
    const Shape image = channels_first(io[0].shape);
    return attributes_.over(io, image, attributes_.kernel(io, image));
  }
  static std::int64_t channels(const Operands& io) { return io[0].shape[io[0].shape.rank - 1]; }
  static std::int64_t largest(const Windows& w) {
    std::int64_t size = 0;
    for (int done = 1; done < w.rank; ++done) size = std::max(size, places_after(w, done));
    return size;
  }
  void pool_entry(const Windows& w, std::int64_t channels, const float* x, float* y, float* const* spare) const {
    std::int64_t outer = 1;
    for (int axis = 0; axis < w.rank; ++axis) {
      std::int64_t inner = channels;
      for (int other = axis + 1; other < w.rank; ++other) inner *= w[other].length;
      float* to = axis + 1 == w.rank ? y : spare[axis % 2];
      pool_columns(kernels_, average_ ? Reduction::sum : Reduction::max, w[axis], x, to, outer, inner);
      x = to, outer *= w[axis].windows;
    }
  }
  void divide(const Windows& w, std::int64_t channels, float* y) const {
    const bool padded = has_padding(w);
    const std::int64_t whole = numbers_under(w, {}, false);
    each_window(w, [&](const Place& window) {
      const std::int64_t count = padded ? numbers_under(w, window, padding_counts_) : whole;
      const float numbers = count ? static_cast<float>(count) : std::numeric_limits<float>::quiet_NaN();
      kernels_.binary(Binary::div, y, 1, &numbers, 0, y, channels);
      y += channels;
    });
  }

  const Kernels& kernels_;
  WindowAttributes attributes_;
  bool average_, padding_counts_;
};

}  // namespace

std::unique_ptr<Operator> make_ChannelsLastPool(const Definition& definition) {
  return std::make_unique<ChannelsLastPool>(definition);
}

}  // namespace lading
