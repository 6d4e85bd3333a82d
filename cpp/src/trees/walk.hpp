// The forest that is walked from node to node: for every kind of split and any size, on any CPU. Several rows of one
// tree, or several trees of one row, go side by side, because a single walk only waits for memory.
#pragma once
#include <vector>

#include "trees/forest.hpp"

namespace lading::trees {

// The children of a node stand side by side. A leaf leads to itself, so that a walk may take more steps than its way is
// long: nothing is above its threshold, NaN, and what is missing goes left.
template <class T> struct WalkNode {
  T threshold;
  std::uint32_t question;  // the feature, and above it in size the rules
  std::int32_t left;

  static constexpr int rule_bits = 5;
  static constexpr std::uint32_t odd = 16;  // a set, or a rule for missing values beyond a direction
  std::uint32_t feature() const { return question >> rule_bits; }
};

template <class T> class WalkedForest {
 public:
  static constexpr int side_by_side = 16;

  explicit WalkedForest(const Forest& forest);

  // leaf[row] = number of the leaf that each of up to sixteen rows, `stride` numbers apart, falls into in a tree.
  void leaves_of_tree(int tree, const T* x, std::int64_t stride, int rows, std::int32_t* leaf) const;
  // leaf[tree - first] for up to sixteen trees of one row.
  void leaves_of_row(int first, int trees, const T* x, std::int32_t* leaf) const;
  std::size_t bytes() const;

 private:
  void add_tree(const Forest& forest, std::int32_t root);
  void set_node(const Forest& forest, std::int32_t node, std::int32_t at);
  bool goes_right(const WalkNode<T>& node, const T* x) const;
  bool odd_goes_right(const WalkNode<T>& node, T x) const;
  template <class Row> void walk(std::int32_t* at, int count, int steps, Row row) const;

  std::vector<WalkNode<T>> nodes_;
  std::vector<std::int32_t> roots_, depth_;
  std::vector<std::int32_t> leaf_;  // of each node that is a leaf
  std::vector<std::int32_t> set_;   // of each node, where there are sets
  std::vector<Set> sets_;
  std::vector<std::uint32_t> words_;
  struct Todo {
    std::int32_t node, at;
  };
  std::vector<Todo> todo_;  // while it is made
};

}  // namespace lading::trees
