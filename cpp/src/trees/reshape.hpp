// Trees for bit-slicing: complete ones of few levels. A tree that is deeper than its leaf code has bits is reshaped: a
// subtree S is pulled to the top,
//     T  ->  reaches(S) ? S : (T without S),     reaches(S) = all conditions on the way to S,
// until its height fits. The new conditions are made by a few mask operations before the tree.
#pragma once
#include <vector>

#include "trees/forest.hpp"

namespace lading::trees {

class ReshapedTree {
 public:
  struct Node {
    std::int32_t left, right;            // places in nodes(), or -1 for a leaf
    std::int32_t leaf;                   // -1 - leaf of the forest, where this is one
    std::vector<std::int32_t> literals;  // all of them hold: go left. Split n is n + 1, or -(n + 1) if it must not hold
  };

  // The tree below `root` of a forest.
  ReshapedTree(const Forest& forest, std::int32_t root);
  // Whether it could be brought to at most `bits` levels; root() is then the new root.
  bool fit(int bits);
  std::int32_t root() const { return root_; }
  const Node& node(std::int32_t i) const { return nodes_[static_cast<std::size_t>(i)]; }
  int height(std::int32_t i) const;

 private:
  struct Cut {
    int height;
    std::vector<std::int32_t> way;
  };
  int leaves(std::int32_t i) const;
  std::int32_t add(Node node);
  std::int32_t without(const std::vector<std::int32_t>& way, std::size_t at);
  void find_cuts(std::vector<std::int32_t>& way, std::vector<Cut>& cuts);
  std::int32_t fitted(std::int32_t root, int bits);

  std::vector<Node> nodes_;
  std::int32_t root_ = 0;
  int tries_ = 0;
};

}  // namespace lading::trees
