// The conditions of a forest, shared by all its trees: which thresholds a column is compared with, and which of them
// each split means.
#pragma once
#include <vector>

#include "trees/forest.hpp"
#include "trees/layout.hpp"

namespace lading::trees {

// What a split asks: whether the rank in `segment` is at most k; or, where segment is -1, whether the row is in a set.
struct Condition {
  std::int32_t segment, k;
  bool missing_right;
};

struct Conditions {
  std::vector<Condition> of_split;
  std::vector<std::uint8_t> left_byte, right_byte;  // of each segment, among the rank bytes of a row
  int columns = 0;                                  // rank bytes of a row
  bool possible = false;                            // false: a split asks for a set, or there are too many segments
};

template <class T> struct Ranks : Conditions { std::vector<Segment<T>> segments; };

template <class T> Ranks<T> rank(const Forest& forest);

}  // namespace lading::trees
