#include "operators/sampling.hpp"

#include <cmath>
#include <limits>

namespace lading {

void AxisTaps::add_unknown() { add(0, std::numeric_limits<double>::quiet_NaN()); }

void AxisTaps::add_linear(double at, std::int64_t length) {
  if (at != at) return add_unknown();
  if (!(at > -1 && at < static_cast<double>(length))) return;
  const double below = std::floor(at);
  const std::int64_t pixel = static_cast<std::int64_t>(below);
  if (pixel >= 0) add(pixel, 1 - (at - below));
  if (pixel + 1 < length) add(pixel + 1, at - below);
}

void Taps::add_axis(const AxisTaps& axis, std::int64_t length) {
  for (int i = count - 1; i >= 0; --i)  // from the end on, for each makes room for several
    for (int k = axis.count - 1; k >= 0; --k)
      taps[i * axis.count + k] = {taps[i].pixel * length + axis.taps[k].pixel, taps[i].weight * axis.taps[k].weight};
  count *= axis.count;
}

double Taps::value(const Reals& image, std::int64_t start) const {
  double sum = 0;
  for (int t = 0; t < count; ++t) sum += taps[t].weight * image[start + taps[t].pixel];
  return sum;
}

}  // namespace lading
