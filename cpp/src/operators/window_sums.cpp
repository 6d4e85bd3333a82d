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
  const std::int64_t each = period_ * height * width, repeats = channels / period_;
  std::int64_t row = 0;
  for (int chain = 0; chain < chains_; ++chain) {
    first_[static_cast<std::size_t>(chain)] = products_.size();
    for (std::int64_t k = chain; k < each; k += chains_, ++row)
      products_.push_back({static_cast<std::int32_t>(k / (height * width)),
                           static_cast<std::int32_t>(k / width % height), static_cast<std::int32_t>(k % width),
                           static_cast<std::int32_t>(row)});
    row += (repeats - 1) * each / chains_;
  }
  first_[static_cast<std::size_t>(chains_)] = products_.size();
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
  for (int chain = 0; chain < chains_; ++chain) {
    const auto at = static_cast<std::size_t>(chain);
    Tap* end = memory;
    for (std::size_t i = first_[at]; i < first_[at + 1]; ++i) {
      const Product& product = products_[i];
      const std::int64_t y = product.y - rows.first, x = product.x - columns.first;
      *end = {y * row_step + x * column_step + product.channel, product.row};
      end += y >= 0 && product.y < rows.end && x >= 0 && product.x < columns.end;
    }
    taps.list[chain] = memory, taps.count[chain] = end - memory;
    memory = end;
  }
  return taps;
}

}  // namespace lading
