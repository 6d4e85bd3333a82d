// Splits that ask whether a category is in a set, made as cheap as comparisons: each column's categories are numbered by
// one byte, and each different set is a table of 256 bits, shared by all trees.
#pragma once
#include <vector>

#include "trees/forest.hpp"
#include "trees/layout.hpp"

namespace lading::trees {

struct Sets {
  Sets() = default;
  Sets(Sets&&) = default;  // and no copies: columns point to their codes
  Sets& operator=(Sets&&) = default;

  std::vector<Categories> columns;
  std::vector<std::vector<std::uint8_t>> codes;  // of each column
  std::vector<std::uint8_t> tables;              // [set][bytes of a table], padded to the end of a register

  std::int32_t count() const { return columns.empty() ? 0 : columns.back().first_set + columns.back().sets; }
  std::size_t bytes() const;
};

// Which set each split asks for, -1 where it compares. False if a column has more categories than a byte tells apart.
bool find_sets(const Forest& forest, Sets& sets, std::vector<std::int32_t>& of_split);

}  // namespace lading::trees
