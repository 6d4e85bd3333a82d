// What GridSample, RoiAlign and DeformConv share: the value of an image between its pixels, as a weighted sum of those
// around. A pixel without weight is not looked at: next to an infinite one, there is a number.
#pragma once
#include <cmath>
#include <limits>

#include "operators/reals.hpp"

namespace lading {

struct Tap {
  std::int64_t pixel;
  double weight;
};

// The pixels around a place, along one axis.
struct AxisTaps {
  int count = 0;
  Tap taps[4];

  void add(std::int64_t pixel, double weight) {
    if (weight != 0) taps[count++] = {pixel, weight};
  }
  // A place that is no number gives no number.
  void add_unknown() { add(0, std::numeric_limits<double>::quiet_NaN()); }
  // Linear between the pixels of an axis, beyond which lie zeros.
  void add_linear(double at, std::int64_t length) {
    if (at != at) return add_unknown();
    if (!(at > -1 && at < static_cast<double>(length))) return;
    const double below = std::floor(at);
    const std::int64_t pixel = static_cast<std::int64_t>(below);
    if (pixel >= 0) add(pixel, 1 - (at - below));
    if (pixel + 1 < length) add(pixel + 1, at - below);
  }
};

// The pixels around a place, of all axes put in so far, from the outermost one on.
template <int axes> struct Taps {
  int count = 1;
  Tap taps[1 << 2 * axes];

  Taps() { taps[0] = {0, 1}; }
  void add_axis(const AxisTaps& axis, std::int64_t length) {
    for (int i = count - 1; i >= 0; --i)  // from the end on, for each makes room for several
      for (int k = axis.count - 1; k >= 0; --k)
        taps[i * axis.count + k] = {taps[i].pixel * length + axis.taps[k].pixel, taps[i].weight * axis.taps[k].weight};
    count *= axis.count;
  }
  // The value of the channel that begins at `start`.
  double value(const Reals& image, std::int64_t start) const {
    double sum = 0;
    for (int t = 0; t < count; ++t) sum += taps[t].weight * image[start + taps[t].pixel];
    return sum;
  }
};

}  // namespace lading
