#include "trees/ranks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace lading::trees {
namespace {

constexpr std::size_t most_segments = 4096;

// Splits of one column under one rule: their thresholds.
using Key = std::pair<std::int32_t, std::uint8_t>;

Key key_of(const Split& split) {
  return {split.feature, static_cast<std::uint8_t>(split.missing & (nan_is_zero | zero_is_missing))};
}

template <class T> Segment<T> segment(const Key& key, const double* thresholds, int count) {
  Segment<T> s{};
  s.feature = key.first, s.count = count;
  s.nan_is_zero = (key.second & nan_is_zero) != 0;
  s.zero_is_missing = !s.nan_is_zero && (key.second & zero_is_missing);
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

bool Condition::operator<(const Condition& other) const {
  return std::tie(segment, missing_right, k) < std::tie(other.segment, other.missing_right, other.k);
}

template <class T> Ranks<T> rank(const Forest& forest) {
  Ranks<T> ranks;
  std::map<Key, std::vector<double>> thresholds;
  for (const Split& split : forest.splits) {
    if (split.set >= 0) return ranks;
    std::vector<double>& of = thresholds[key_of(split)];
    if (!std::isnan(split.threshold)) of.push_back(split.threshold);
  }
  std::map<Key, std::int32_t> first;
  for (auto& [key, of] : thresholds) {
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
