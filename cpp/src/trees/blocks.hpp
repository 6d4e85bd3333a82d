// Bit-sliced trees for blocks of rows: the layout, made from a forest once.
#pragma once
#include <vector>

#include "graph/memory.hpp"
#include "trees/ranks.hpp"
#include "trees/reshape.hpp"

namespace lading::trees {

// S is the type of the sums.
template <class S> class BlockedForest {
 public:
  // `possible()` is false if a tree has more than 256 leaves or does not fit eight levels, or if there are too many
  // conditions. `leaves`: of the largest tree. Leaves of codes up to `most_table_bits` are also held as bytes.
  BlockedForest(const Forest& forest, const Conditions& conditions, int leaves, int most_table_bits);
  bool possible() const { return blocks_.trees > 0; }
  const Blocks& blocks() const { return blocks_; }
  std::size_t bytes() const;
  std::size_t choices() const { return conditions_.size() + 2 * operations_.size(); }  // among masks, for a block

 private:
  static std::size_t place_of(const Condition& condition);
  bool find_slots(const Conditions& conditions);
  bool fit_trees(const Forest& forest, const Conditions& conditions, int leaves);
  void add_tree(const Forest& forest, const ReshapedTree& tree);
  void split_leaves();
  void add_level(const Forest& forest, const ReshapedTree& tree, std::int32_t node, int level, std::uint32_t path);
  bool merge_levels();
  std::uint16_t slot_of(const ReshapedTree& tree, const ReshapedTree::Node& node, bool& swapped);
  void point();

  Blocks blocks_{};
  std::vector<std::uint16_t> slots_;  // of each condition, while the trees are laid out
  std::vector<std::uint32_t> first_condition_;
  std::vector<std::uint16_t> left_count_, right_count_;
  std::vector<std::uint8_t> ranks_;
  std::vector<std::int32_t> depth_, output_;
  std::vector<std::uint8_t> same_in_level_;
  std::vector<std::uint16_t> conditions_;
  std::vector<std::uint32_t> condition_offset_, operation_offset_;
  std::vector<MaskOperation> operations_;
  std::vector<S> leaves_;
  std::vector<std::uint8_t> leaf_bytes_;
  const std::vector<Condition>* of_split_ = nullptr;  // while it is made
  std::uint16_t next_temporary_ = 0, first_temporary_ = 0;
  std::size_t tree_ = 0;
};

}  // namespace lading::trees
