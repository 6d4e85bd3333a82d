// GridSample (ONNX): an image read at the places that a grid names, from -1 at its beginning to 1 at its end, by the
// nearest pixel or by linear or cubic interpolation; with one, two or three spatial axes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "operators/checks.hpp"
#include "operators/resize_taps.hpp"
#include "operators/sampling.hpp"

namespace lading {
namespace {

enum class Mode { linear, nearest, cubic };
enum class Beyond { zeros, border, reflection };

constexpr int most_axes = 3;

// Inputs: image [entry, channel, axes...], grid [entry, places..., axes], whose last axis names the axes of the image
// from the last one on.
class GridSample final : public Operator {
 public:
  explicit GridSample(const Definition& definition)
      : mode_(static_cast<Mode>(choice(definition, "mode", "linear", {"linear", "nearest", "cubic"}))),
        beyond_(static_cast<Beyond>(choice(definition, "padding_mode", "zeros", {"zeros", "border", "reflection"}))),
        corners_(definition.integer("align_corners", 0) != 0) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_type(io, 1, float_types);
    const Shape &image = io[0].shape, &grid = io[1].shape;
    const int axes = image.rank - 2;
    if (axes < 1 || axes > most_axes)
      io.fail({"needs the axes entry, channel and one to three more; the shape is ", image});
    check_rank(io, 1, image.rank);
    if (grid[axes + 1] != axes || grid[0] != image[0])
      io.fail({"a grid of shape ", grid, " does not fit an image of shape ", image, ": it must begin with ", image[0],
               " and end with ", axes});
    Shape out = image;
    for (int i = 1; i <= axes; ++i) out[i + 1] = grid[i];
    if (image.size(2, image.rank) == 0 && out.size() > 0)
      io.fail({"an image of shape ", image, " has no pixels to sample"});
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Shape &image = io[0].shape, &grid = io[1].shape;
    const int axes = image.rank - 2;
    const std::int64_t places = grid.size(1, axes + 1), pixels = image.size(2, image.rank);
    if (io.output().size() == 0) return;
    const Reals values(io[0]), coordinates(io[1]);
    for (std::int64_t entry = 0; entry < image[0]; ++entry)
      for (std::int64_t p = 0; p < places; ++p) {
        Taps taps;
        for (int i = 0; i < axes; ++i)
          taps.add_axis(taps_at(coordinates, ((entry * places + p) + 1) * axes - 1 - i, image[i + 2]), image[i + 2]);
        for (std::int64_t c = entry * image[1]; c < (entry + 1) * image[1]; ++c)
          write_real(io.output(), c * places + p, taps.value(values, c * pixels));
      }
  }
  int entry(const Operands& io, int) const override {
    const int image = io.entry(0), grid = io.entry(1);
    if (image == 0 && grid == 0) return 0;
    if (image == 1 && grid == Entry::none) return 1;
    if (image == Entry::none && grid > 0 && grid + 1 < io[1].shape.rank) return grid + 1;
    return entry_of_shapes(io);
  }

 private:
  AxisTaps taps_at(const Reals& grid, std::int64_t k, std::int64_t length) const {
    const double low = corners_ ? 0 : -0.5, span = static_cast<double>(length - 1) - 2 * low;
    double at = place(grid, grid[k], length);
    if (mode_ == Mode::nearest) at = std::rint(at);
    if (!(at >= low && at <= low + span)) at = brought_back(at, low, span);
    AxisTaps taps;
    if (at != at) {
      taps.add_unknown();
      return taps;
    }
    const double below = std::floor(at), ratio = at - below;
    const std::int64_t pixel = static_cast<std::int64_t>(below);
    const auto add = [&](std::int64_t p, double weight) {
      if (beyond_ == Beyond::zeros && (p < 0 || p >= length)) return;
      if (beyond_ == Beyond::reflection) p = static_cast<std::int64_t>(mirrored(static_cast<double>(p), low, span));
      taps.add(std::clamp<std::int64_t>(p, 0, length - 1), weight);
    };
    if (mode_ == Mode::nearest) add(pixel, 1);
    if (mode_ == Mode::linear) add(pixel, 1 - ratio), add(pixel + 1, ratio);
    if (mode_ == Mode::cubic)
      for (int t = -1; t < 3; ++t) add(pixel + t, resize::cubic_weight(-0.75, std::abs(ratio - t)));
    return taps;
  }
  // In pixels. Borders between nearest pixels depend on the last bit: there the grid's own type decides.
  double place(const Reals& grid, double x, std::int64_t pixels) const {
    const double length = static_cast<double>(pixels);
    const auto rounded = [&](double value) { return mode_ == Mode::nearest ? grid.own(value) : value; };
    if (corners_) return rounded(rounded(x + 1) / 2 * (length - 1));
    return rounded(rounded(rounded(x + 1) * length) - 1) / 2;
  }
  // For a place beyond the borders, one that gives the same value and is not far away.
  double brought_back(double at, double low, double span) const {
    if (beyond_ == Beyond::reflection) return mirrored(at, low, span);
    // Cubic still blends pixels beyond the border, which are all like it; from three pixels on it reaches no others.
    const double margin = beyond_ == Beyond::zeros || mode_ == Mode::cubic ? 3 : 0;
    return std::clamp(at, -margin, span + 2 * low + margin);
  }
  static double mirrored(double at, double low, double span) {
    const double distance = std::abs(at - low);
    if (!(distance <= std::numeric_limits<double>::max())) return std::numeric_limits<double>::quiet_NaN();
    if (span == 0) return low;
    const double folded = std::fmod(distance, 2 * span);
    return low + (folded > span ? 2 * span - folded : folded);
  }

  Mode mode_;
  Beyond beyond_;
  bool corners_;
};

}  // namespace

std::unique_ptr<Operator> make_GridSample(const Definition& definition) {
  return std::make_unique<GridSample>(definition);
}

}  // namespace lading
