#include "trees/ranks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace lading::trees {
namespace {

constexpr std::size_t most_segments = 4096;

// Splits of one column under one rule stand together: their key is one number.
constexpr std::int32_t rules = 4, widest = 1 << 16;

std::int32_t key_of(const Split& split) {
  const int rule = (split.missing & nan_is_zero ? 1 : 0) + (split.missing & zero_is_missing ? 2 : 0);
  return split.feature * rules + rule;
}

// The different thresholds of a forest: far fewer than its splits.
class Thresholds {
 public:
  struct Entry {
    std::int32_t key;
    double threshold;  // NaN: always left
    bool operator<(const Entry& other) const {
      if (key != other.key) return key < other.key;
      return threshold < other.threshold || (std::isnan(other.threshold) && !std::isnan(threshold));
    }
  };

  explicit Thresholds(std::size_t splits) : table_(std::bit_ceil(2 * splits + 1), -1) {}
  // The number of the split's entry, by when it was first met.
  std::int32_t number_of(const Split& split) {
    const std::int32_t key = key_of(split);
    const auto bits = std::bit_cast<std::uint64_t>(split.threshold + 0.0);  // one zero
    // A float32 fills the upper half of a double: only the upper half of the product differs between thresholds.
    const std::uint64_t mixed = (bits ^ static_cast<std::uint64_t>(key)) * 0x9e3779b97f4a7c15;
    for (std::size_t at = mixed >> 32;; ++at) {
      std::int32_t& number = table_[at & (table_.size() - 1)];
      if (number < 0) {
        number = static_cast<std::int32_t>(entries.size());
        entries.push_back({key, std::bit_cast<double>(bits)});
        return number;
      }
      const Entry& found = entries[static_cast<std::size_t>(number)];
      if (found.key == key && std::bit_cast<std::uint64_t>(found.threshold) == bits) return number;
    }
  }
  std::vector<Entry> entries;

 private:
  std::vector<std::int32_t> table_;
};

template <class T> Segment<T> segment(std::int32_t key, const double* thresholds, int count) {
  Segment<T> s{};
  s.feature = key / rules, s.count = count;
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

// Cuts the thresholds of each key into segments, and says which condition each entry is; false: too many segments.
template <class T>
bool make_segments(const std::vector<Thresholds::Entry>& entries, Ranks<T>& ranks, std::vector<Condition>& conditions) {
  std::vector<std::int32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  const auto entry = [&](std::size_t i) -> const Thresholds::Entry& {
    return entries[static_cast<std::size_t>(order[i])];
  };
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return entries[static_cast<std::size_t>(a)] < entries[static_cast<std::size_t>(b)];
  });
  std::vector<double> some;
  for (std::size_t i = 0; i < order.size();) {
    const std::int32_t key = entry(i).key, number = static_cast<std::int32_t>(ranks.segments.size());
    some.clear();
    for (; i < order.size() && entry(i).key == key && some.size() < most_ranked && !std::isnan(entry(i).threshold);
         ++i) {
      conditions[static_cast<std::size_t>(order[i])] = {number, static_cast<std::int32_t>(some.size()), false};
      some.push_back(entry(i).threshold);
    }
    const bool always = i < order.size() && entry(i).key == key && std::isnan(entry(i).threshold);
    if (always)
      conditions[static_cast<std::size_t>(order[i++])] = {number, static_cast<std::int32_t>(some.size()), false};
    ranks.segments.push_back(segment<T>(key, some.data(), static_cast<int>(some.size())));
    if (ranks.segments.size() > most_segments) return false;
  }
  return true;
}

template <class T> Ranks<T> rank(const Forest& forest) {
  Ranks<T> ranks;
  if (forest.features > widest) return ranks;
  std::vector<std::int32_t> number, set;
  if (!find_sets(forest, ranks.sets, set)) return ranks;
  Thresholds thresholds(forest.splits.size());
  number.reserve(forest.splits.size());
  for (const Split& split : forest.splits) number.push_back(split.set < 0 ? thresholds.number_of(split) : -1);
  std::vector<Condition> conditions(thresholds.entries.size());
  if (!make_segments(thresholds.entries, ranks, conditions)) return ranks;
  ranks.of_split.reserve(forest.splits.size());
  for (std::size_t n = 0; n < number.size(); ++n) {
    if (number[n] < 0) {
      ranks.of_split.push_back({-1 - set[n], 0, false});
      continue;
    }
    Condition c = conditions[static_cast<std::size_t>(number[n])];
    Segment<T>& s = ranks.segments[static_cast<std::size_t>(c.segment)];
    c.missing_right = !(forest.splits[n].missing & missing_left) && !s.nan_is_zero;  // if anything is missing
    (c.missing_right ? s.has_right : s.has_left) = 1;
    ranks.of_split.push_back(c);
  }
  const auto next_byte = [&ranks] {
    return static_cast<std::uint8_t>(ranks.columns < most_columns ? ranks.columns++ : (++ranks.columns, unused_byte));
  };
  for (Segment<T>& s : ranks.segments) {
    if (s.has_left) s.left_byte = next_byte();
    if (s.has_right) s.right_byte = next_byte();
    ranks.left_byte.push_back(s.left_byte), ranks.right_byte.push_back(s.right_byte);
  }
  for (std::int32_t s = 0; s < ranks.sets.count(); ++s) ranks.set_byte.push_back(next_byte());
  ranks.possible = true;
  return ranks;
}

template Ranks<float> rank(const Forest&);
template Ranks<double> rank(const Forest&);

}  // namespace lading::trees
