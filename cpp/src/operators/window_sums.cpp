#include "operators/window_sums.hpp"

namespace lading {
namespace {

// The fewest channels after which product k falls to the same chain again; all of them if they are no multiple of that.
std::int64_t period_of(std::int64_t channels, std::int64_t kernel, int chains) {
  for (std::int64_t period = 1; period <= chains; period *= 2)
    if (period * kernel % chains == 0) return channels % period ? channels : period;
  return channels;
}

}  // namespace

WindowSums::WindowSums(std::int64_t channels, std::int64_t height, std::int64_t width)
    : channels_(channels),
      height_(height),
      width_(width),
      chains_(chains(channels * height * width)),
      period_(period_of(channels, height * width, chains_)) {
  std::int64_t row = 0;
  for (int chain = 0; chain < chains_; ++chain) {
    first_row_[static_cast<std::size_t>(chain)] = row;
    row += (channels * height * width - chain + chains_ - 1) / chains_;
  }
}

std::vector<float> WindowSums::rows_of(const float* weights, std::int64_t outputs) const {
  const std::int64_t depth = channels_ * height_ * width_;
  std::vector<float> rows;
  rows.reserve(static_cast<std::size_t>(depth * outputs));
  for (int chain = 0; chain < chains_; ++chain)
    for (std::int64_t k = chain; k < depth; k += chains_)
      for (std::int64_t output = 0; output < outputs; ++output) rows.push_back(weights[output * depth + k]);
  return rows;
}

WindowTaps WindowSums::make(const Range& rows, const Range& columns, std::int64_t row_step, std::int64_t column_step,
                            Tap* memory) const {
  WindowTaps taps{chains_, {}, {}, channels_ / period_, period_, period_ * height_ * width_ / chains_};
  const int shift = chains_ / 2;  // 1, 2 and 4 chains
  Tap* end[4];
  for (int chain = 0; chain < chains_; ++chain) taps.list[chain] = end[chain] = memory + chain * most_of_chain();
  for (std::int64_t channel = 0; channel < period_; ++channel)
    for (std::int64_t y = rows.first; y < rows.end; ++y) {
      std::int64_t k = (channel * height_ + y) * width_ + columns.first;
      std::int64_t from = channel + (y - rows.first) * row_step;
      for (std::int64_t x = columns.first; x < columns.end; ++x, ++k, from += column_step) {
        const auto chain = static_cast<std::size_t>(k & (chains_ - 1));
        *end[chain]++ = {from, first_row_[chain] + (k >> shift)};
      }
    }
  for (int chain = 0; chain < chains_; ++chain) taps.count[chain] = end[chain] - taps.list[chain];
  return taps;
}

}  // namespace lading
