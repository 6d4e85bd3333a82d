// The conditions of a forest, shared by all its trees: which thresholds a column is compared with, and which of them
// each split means.
#pragma once
#include <vector>

#include "trees/forest.hpp"
#include "trees/layout.hpp"
#include "trees/sets.hpp"

namespace lading::trees {

// What a split asks: whether the rank in `segment` is at most k; or, where segment is -1 - set, whether the row is in it.
struct Condition {
  std::int32_t segment, k;
  bool missing_right;
};

struct Conditions {
  std::vector<Condition> of_split;
  std::vector<std::uint8_t> left_byte, right_byte;  // of each segment, among the rank bytes of a row
  std::vector<std::uint8_t> set_byte;               // of each set
  Sets sets;
  int columns = 0;        // rank bytes of a row
  bool possible = false;  // false: there are too many segments or categories

  std::uint8_t byte_of(const Condition& asked) const {
    if (asked.segment < 0) return set_byte[static_cast<std::size_t>(-1 - asked.segment)];
    return (asked.missing_right ? right_byte : left_byte)[static_cast<std::size_t>(asked.segment)];
  }
};

template <class T> struct Ranks : Conditions { std::vector<Segment<T>> segments; };

template <class T> Ranks<T> rank(const Forest& forest);

// Writes the ranks of a row's sets: the lowest where the row is in it, else the highest; signed, as all ranks of rows.
template <class T> inline void look_up_sets(const Conditions& conditions, const T* x, std::uint8_t* ranks) {
  for (const Categories& column : conditions.sets.columns) {
    const std::uint8_t code = code_of(column, x[column.feature]);
    const std::uint8_t* table =
        conditions.sets.tables.data() + std::ptrdiff_t{column.first_set} * table_bytes + code / 8;
    const std::uint8_t* byte = conditions.set_byte.data() + column.first_set;
    for (std::int32_t s = 0; s < column.sets; ++s, table += table_bytes)
      ranks[byte[s]] = *table >> code % 8 & 1 ? 0x80 : 0x7f;
  }
}

}  // namespace lading::trees
