// RoiAlign (ONNX): regions of images as images of one size. Each output pixel stands for a bin of its region, in which
// the image is sampled at evenly spaced places; it is the mean of the samples, or the largest of what goes into them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "operators/checks.hpp"
#include "operators/sampling.hpp"

namespace lading {
namespace {

constexpr std::int64_t most_samples = 1024;
constexpr double farthest = 2147483648.0;  // pixels from the image; beyond it, places are not known to a part of one

// One side of a region: it starts there, and has bins of that length, in each of which so many samples lie.
struct Side {
  double start, bin;
  std::int64_t samples, pixels;

  double at(std::int64_t b, std::int64_t sample) const {
    return start + static_cast<double>(b) * bin +
           (static_cast<double>(sample) + 0.5) * bin / static_cast<double>(samples);
  }
  // The samples of a bin that may lie on the image: of a region that is much larger, most do not.
  std::int64_t first(std::int64_t b) const { return bin > 0 ? std::max<std::int64_t>(0, nearby(b, -1) - 1) : 0; }
  std::int64_t end(std::int64_t b) const {
    return bin > 0 ? std::min(samples, nearby(b, static_cast<double>(pixels)) + 2) : samples;
  }
  AxisTaps taps(std::int64_t b, std::int64_t sample) const {
    const double place = std::max(at(b, sample), 0.0), below = std::floor(place);
    AxisTaps taps;
    if (at(b, sample) < -1 || place > static_cast<double>(pixels)) return taps;
    const std::int64_t pixel = std::min(static_cast<std::int64_t>(below), pixels - 1);
    if (pixel == pixels - 1) taps.add(pixel, 1);
    else taps.add(pixel, 1 - (place - below)), taps.add(pixel + 1, place - below);
    return taps;
  }

 private:
  std::int64_t nearby(std::int64_t b, double place) const {
    const double sample = (place - start - static_cast<double>(b) * bin) / bin * static_cast<double>(samples);
    return static_cast<std::int64_t>(std::clamp(sample, -2.0, static_cast<double>(samples)));
  }
};

// Inputs: images [entry, channel, height, width], regions [region, (x1, y1, x2, y2)], the image of each region.
class RoiAlign final : public Operator {
 public:
  explicit RoiAlign(const Definition& definition)
      : largest_(choice(definition, "mode", "avg", {"avg", "max"}) == 1),
        half_pixel_(choice(definition, "coordinate_transformation_mode", "half_pixel",
                           {"half_pixel", "output_half_pixel"}) == 0),
        height_(definition.integer("output_height", 1)),
        width_(definition.integer("output_width", 1)),
        samples_(definition.integer("sampling_ratio", 0)),
        scale_(definition.real("spatial_scale", 1)) {
    if (height_ < 1 || width_ < 1)
      definition.fail({"attributes 'output_height' and 'output_width' are ", height_, " and ", width_,
                       "; they must be at least 1"});
    if (samples_ < 0 || samples_ > most_samples)
      definition.fail(
          {"attribute 'sampling_ratio' is ", samples_, "; it must be from 0, one for each pixel, to ", most_samples});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_same_type(io, 1), check_type(io, 2, bit(Type::int64));
    check_rank(io, 0, 4), check_rank(io, 1, 2), check_rank(io, 2, 1);
    const Shape &image = io[0].shape, &regions = io[1].shape;
    if (regions[1] != 4) io.fail({"regions (input 1) must be [x1, y1, x2, y2] each; their shape is ", regions});
    if (io[2].shape[0] != regions[0])
      io.fail({"input 2 must name an image for each of ", regions[0], " regions; it has ", io[2].shape[0]});
    if (image[2] * image[3] == 0) io.fail({"images of shape ", image, " have no pixels to sample"});
    Shape out = image;
    out[0] = regions[0], out[2] = height_, out[3] = width_;
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    return static_cast<std::size_t>(io[0].shape[1]) * sizeof(double);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Reals regions(io[1]);
    const Shape& image = io[0].shape;
    for (std::int64_t r = 0; r < io[1].shape[0]; ++r) {
      const std::int64_t entry = io[2].as<std::int64_t>()[r];
      if (entry < 0 || entry >= image[0]) refuse_index(io, entry, image[0]);
      const Side x = side(regions, 4 * r, width_, image[3]), y = side(regions, 4 * r + 1, height_, image[2]);
      for (std::int64_t bin = 0; bin < height_ * width_; ++bin) pool(io, r, entry, y, x, bin);
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) == 1 && fixed_inputs(io, 1)) return 1;
    if (io.entry(0) == Entry::none && io.entry(1) == 0 && io.entry(2) == 0) return 0;
    return entry_of_shapes(io);
  }

 private:
  // The number of samples jumps with the last bit of the length: there the type of the regions decides.
  Side side(const Reals& regions, std::int64_t k, std::int64_t bins, std::int64_t pixels) const {
    const double offset = half_pixel_ ? 0.5 : 0, least = half_pixel_ ? -farthest : 1;
    const auto own = [&](std::int64_t i) { return regions.own(regions.own(regions[i] * scale_) - offset); };
    const double start = regions[k] * scale_ - offset, length = regions[k + 2] * scale_ - offset - start;
    const double bin = std::max(length, least) / static_cast<double>(bins);
    if (!(std::abs(start) <= farthest && std::abs(length) <= farthest)) return {start, bin, -1, pixels};
    const double own_length = std::max(regions.own(own(k + 2) - own(k)), least);
    const double needed = std::ceil(regions.own(own_length / static_cast<double>(bins)));
    return {start, bin, samples_ ? samples_ : std::max<std::int64_t>(0, static_cast<std::int64_t>(needed)), pixels};
  }
  void pool(const Operands& io, std::int64_t region, std::int64_t entry, const Side& y, const Side& x,
            std::int64_t bin) const {
    const std::int64_t channels = io[0].shape[1];
    double* pooled = reinterpret_cast<double*>(io.scratch());
    if (y.samples >= 0 && x.samples >= 0) sample(io, entry, y, x, bin, pooled);
    else std::fill_n(pooled, channels, std::numeric_limits<double>::quiet_NaN());
    const double count = std::max(static_cast<double>(y.samples) * static_cast<double>(x.samples), 1.0);
    for (std::int64_t c = 0; c < channels; ++c)
      write_real(io.output(), (region * channels + c) * height_ * width_ + bin,
                 largest_ ? pooled[c] : pooled[c] / count);
  }
  void sample(const Operands& io, std::int64_t entry, const Side& y, const Side& x, std::int64_t bin,
              double* pooled) const {
    const std::int64_t channels = io[0].shape[1], row = bin / width_, column = bin % width_;
    const std::int64_t top = y.first(row), bottom = y.end(row), left = x.first(column), right = x.end(column);
    std::fill_n(pooled, channels, 0);
    // Where some samples lie beyond the image, a zero is among them.
    bool fresh = bottom - top >= y.samples && right - left >= x.samples;
    for (std::int64_t i = top; i < bottom; ++i)
      for (std::int64_t j = left; j < right; ++j, fresh = false) {
        Taps taps;
        taps.add_axis(y.taps(row, i), y.pixels), taps.add_axis(x.taps(column, j), x.pixels);
        for (std::int64_t c = 0; c < channels; ++c)
          add(pooled[c], taps, Reals(io[0]), (entry * channels + c) * y.pixels * x.pixels, fresh);
      }
  }
  // The largest is that of the four weighted pixels of each sample, as in ONNX's own cases, not of their sums.
  void add(double& pooled, const Taps& taps, const Reals& images, std::int64_t start, bool fresh) const {
    if (!largest_) return void(pooled += taps.value(images, start));
    double best = taps.count < 4 ? 0 : -std::numeric_limits<double>::infinity();
    if (!fresh && !(pooled < best)) best = pooled;
    for (int t = 0; t < taps.count; ++t) {
      const double value = taps.taps[t].weight * images[start + taps.taps[t].pixel];
      if (!(value <= best)) best = best != best ? best : value;
    }
    pooled = best;
  }

  bool largest_, half_pixel_;
  std::int64_t height_, width_, samples_;
  double scale_;
};

}  // namespace

std::unique_ptr<Operator> make_RoiAlign(const Definition& definition) { return std::make_unique<RoiAlign>(definition); }

}  // namespace lading
