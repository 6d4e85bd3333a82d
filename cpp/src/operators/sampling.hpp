// What GridSample, RoiAlign and DeformConv share: the value of an image between its pixels, as a weighted sum of those
// around. A pixel without weight is not looked at: next to an infinite one, there is a number.
#pragma once
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
  void add_unknown();  // a place that is no number gives no number
  // The two pixels around a place, of which only those within the axis count.
  void add_linear(double at, std::int64_t length);
};

// The pixels around a place, of all axes put in so far, from the outermost one on; three axes of four at most.
struct Taps {
  int count = 1;
  Tap taps[64];

  Taps() { taps[0] = {0, 1}; }
  void add_axis(const AxisTaps& axis, std::int64_t length);
  double value(const Reals& image, std::int64_t start) const;  // of the channel that begins at `start`
};

}  // namespace lading
