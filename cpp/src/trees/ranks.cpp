#include "trees/ranks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lading::trees {
namespace {

constexpr std::size_t most_segments = 4096;

// Splits of one column under one rule stand together: their key is one number.
constexpr std::int32_t rules = 4, most_features = 1 << 16;

std::size_t key_of(const Split& split) {
  const int rule = (split.missing & nan_is_zero ? 1 : 0) + (split.missing & zero_is_missing ? 2 : 0);
  return static_cast<std::size_t>(split.feature * rules + rule);
}

template <class T> Segment<T> segment(std::size_t key, const double* thresholds, int count) {
  Segment<T> s{};
  s.feature = static_cast<std::int32_t>(key) / rules, s.count = count;
  s.nan_is_zero = key % 2, s.zero_is_missing = key % rules == 2;
  while ((1 << s.levels) <= count) ++s.levels;
  for (int k = 0; k < 256; ++k)
    s.fine[k] = k < count ? static_cast<T>(thresholds[k]) : std::numeric_limits<T>::quiet_NaN();
  for (int c = 0; c < 16; ++c) s.pivot[c] = s.fine[16 * c + 15];
  for (int level = 0; level < s.levels; ++level)
    for (int node = 0; node < 1 << level; ++node)
      s.tree[(1 << level) + node] = s.fine[((2 * node + 1) << (s.levels - 1 - level)) - 1];
  s.left_byte = s.right_byte = unused_byte;
  return s;
}

}  // namespace

template <class T> Ranks<T> rank(const Forest& forest) {
  Ranks<T> ranks;
  if (forest.features > most_features) return ranks;
  std::vector<std::vector<double>> thresholds(static_cast<std::size_t>(std::max(forest.features, 1) * rules));
  std::vector<char> used(thresholds.size());
  for (const Split& split : forest.splits) {
    if (split.set >= 0) return ranks;
    used[key_of(split)] = 1;
    if (!std::isnan(split.threshold)) thresholds[key_of(split)].push_back(split.threshold);
  }
  std::vector<std::int32_t> first(thresholds.size());
  for (std::size_t key = 0; key < thresholds.size(); ++key) {
    if (!used[key]) continue;
    std::vector<double>& of = thresholds[key];
    std::sort(of.begin(), of.end());
    of.erase(std::unique(of.begin(), of.end()), of.end());
    first[key] = static_cast<std::int32_t>(ranks.segments.size());
    for (std::size_t at = 0; at == 0 || at < of.size(); at += most_ranked)
      ranks.segments.push_back(
          segment<T>(key, of.data() + at, std::min<int>(most_ranked, static_cast<int>(of.size() - at))));
    if (ranks.segments.size() > most_segments) return ranks;
  }
  ranks.of_split.reserve(forest.splits.size());
  for (const Split& split : forest.splits) {
    const std::vector<double>& of = thresholds[key_of(split)];
    Condition c{first[key_of(split)], 0, !(split.missing & missing_left)};
    if (std::isnan(split.threshold)) {
      c.k = ranks.segments[static_cast<std::size_t>(c.segment)].count;
    } else {
      const auto k = std::lower_bound(of.begin(), of.end(), split.threshold) - of.begin();
      c.segment += static_cast<std::int32_t>(k / most_ranked);
      c.k = static_cast<std::int32_t>(k % most_ranked);
    }
    Segment<T>& s = ranks.segments[static_cast<std::size_t>(c.segment)];
    if (s.nan_is_zero) c.missing_right = false;  // nothing is missing
    (c.missing_right ? s.has_right : s.has_left) = 1;
    ranks.of_split.push_back(c);
  }
  for (Segment<T>& s : ranks.segments) {
    if (s.has_left && ranks.columns < most_columns) s.left_byte = static_cast<std::uint8_t>(ranks.columns);
    ranks.columns += s.has_left;
    if (s.has_right && ranks.columns < most_columns) s.right_byte = static_cast<std::uint8_t>(ranks.columns);
    ranks.columns += s.has_right;
    ranks.left_byte.push_back(s.left_byte), ranks.right_byte.push_back(s.right_byte);
  }
  ranks.possible = true;
  return ranks;
}

template Ranks<float> rank(const Forest&);
template Ranks<double> rank(const Forest&);

}  // namespace lading::trees
