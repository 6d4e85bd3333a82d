// Where Resize (ONNX) looks for an output pixel: coordinates, as the specification has them, and the weights
// of the pixels around.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>

#include "graph/tensor.hpp"

namespace lading::resize {

enum class Mode { nearest, linear, cubic };
enum class Place { half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, crop };
enum class Nearest { round_prefer_floor, round_prefer_ceil, floor, ceil };

// What happens to one axis. Given scales are float32, and coordinates are then computed in float32, since
// borders between pixels depend on it, but for float64 pixels that are mixed; scales made from sizes are computed in
// float64. What is cropped runs from start to end, of which 0 and 1 are the first and the last pixel.
struct Axis {
  std::int64_t in = 1, out = 1;
  double scale = 1, start = 0, end = 1;
  bool in_single = false;
  bool resized() const { return in != out || scale != 1 || start != 0 || end != 1; }
};
using Axes = std::array<Axis, max_rank>;

template <class Real> double place_in(Place place, Real x, const Axis& axis) {
  const Real scale = static_cast<Real>(axis.scale), half = Real(0.5), length = static_cast<Real>(axis.in);
  const Real stretched = scale * length, centred = (x + half) / scale - half;
  switch (place) {
    case Place::asymmetric: return x / scale;
    case Place::align_corners: return stretched == 1 ? 0 : x * (length - 1) / (stretched - 1);
    case Place::pytorch_half_pixel: return axis.out == 1 ? 0 : centred;
    case Place::crop: {
      const Real start = static_cast<Real>(axis.start), end = static_cast<Real>(axis.end);
      if (axis.out == 1) return Real(0.5) * (start + end) * (length - 1);
      return start * (length - 1) + x * (end - start) * (length - 1) / static_cast<Real>(axis.out - 1);
    }
    case Place::half_pixel_symmetric:
      return length / 2 * (1 - static_cast<Real>(axis.out) / stretched) + (x + half) / scale - half;
    default: return centred;
  }
}

inline std::int64_t nearest_pixel(Nearest rule, double at) {
  const double below = std::floor(at), ratio = at - below;
  const bool up = rule == Nearest::round_prefer_floor  ? ratio > 0.5
                  : rule == Nearest::round_prefer_ceil ? ratio >= 0.5
                                                       : rule == Nearest::ceil && ratio > 0;
  return static_cast<std::int64_t>(below) + up;
}

// Keys' cubic convolution at distance d from a pixel.
inline double cubic_weight(double a, double d) {
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

constexpr int most_taps = 4;
struct Taps {  // an output pixel is a weighted sum of input pixels
  std::int64_t pixel[most_taps];
  double weight[most_taps];
};

// How a network resizes: its attributes.
struct Rules {
  Mode mode;
  Place place;
  Nearest nearest;
  double cubic_a;
  bool exclude_outside, antialias;

  double place_of(const Axis& axis, std::int64_t x) const {
    return axis.in_single ? place_in(place, static_cast<float>(x), axis)
                          : place_in(place, static_cast<double>(x), axis);
  }
  // A place of the crop where there is no image. The pixel that is sought there is the first one, and replaced later.
  bool outside(const Axis& axis, double at) const {
    return place == Place::crop && !(at >= 0 && at <= static_cast<double>(axis.in - 1));
  }
  // An axis that shrinks is seen through a kernel that is wider by as much: so many pixels count.
  bool smooths(const Axis& axis) const { return antialias && mode != Mode::nearest && axis.scale < 1 && axis.out > 0; }
  std::int64_t smooth_taps(const Axis& axis) const {
    return 2 * static_cast<std::int64_t>(std::ceil((mode == Mode::linear ? 1 : 2) / axis.scale)) + 2;
  }
};

// Pixels outside the image get no weight; the others share it.
inline void leave_out(Taps& taps, std::int64_t length) {
  double sum = 0;
  for (int t = 0; t < most_taps; ++t) {
    if (taps.pixel[t] < 0 || taps.pixel[t] >= length) taps.weight[t] = 0;
    sum += taps.weight[t];
  }
  for (double& weight : taps.weight) weight = sum != 0 ? weight / sum : 0;
}

inline Taps taps_at(const Rules& rules, const Axis& axis, std::int64_t x) {
  double at = rules.place_of(axis, x);
  if (rules.outside(axis, at)) at = 0;
  const double below = std::floor(at), ratio = at - below;
  const std::int64_t pixel = static_cast<std::int64_t>(below);
  Taps taps{};
  if (rules.mode == Mode::nearest) taps = {{nearest_pixel(rules.nearest, at)}, {1}};
  if (rules.mode == Mode::linear) taps = {{pixel, pixel + 1}, {1 - ratio, ratio}};
  if (rules.mode == Mode::cubic)
    for (int t = 0; t < most_taps; ++t)
      taps.pixel[t] = pixel - 1 + t, taps.weight[t] = cubic_weight(rules.cubic_a, std::abs(ratio + 1 - t));
  if (rules.exclude_outside && rules.mode != Mode::nearest) leave_out(taps, axis.in);
  for (std::int64_t& p : taps.pixel) p = std::clamp<std::int64_t>(p, 0, axis.in - 1);
  return taps;
}

// The weights of smooth_taps() pixels around output pixel x; gives the first of them, which may lie outside.
inline std::int64_t smooth_weights(const Rules& rules, const Axis& axis, std::int64_t x, double* weights) {
  double at = rules.place_of(axis, x), sum = 0;
  if (rules.outside(axis, at)) at = 0;
  const std::int64_t count = rules.smooth_taps(axis);
  const std::int64_t first = static_cast<std::int64_t>(std::floor(at)) - count / 2 + 1;
  for (std::int64_t k = 0; k < count; ++k) {
    const bool counts = !rules.exclude_outside || (first + k >= 0 && first + k < axis.in);
    const double distance = std::abs(static_cast<double>(first + k) - at) * axis.scale;
    const double weight = rules.mode == Mode::linear ? std::max(0.0, 1 - distance)
                          : distance < 2             ? cubic_weight(rules.cubic_a, distance)
                                                     : 0;
    sum += weights[k] = counts ? weight : 0;
  }
  for (std::int64_t k = 0; k < count; ++k) weights[k] = sum != 0 ? weights[k] / sum : 0;
  return first;
}

}  // namespace lading::resize
