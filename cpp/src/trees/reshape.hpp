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
  // Literals all of which hold: go left. Split n is n + 1, or -(n + 1) if it must not hold.
  struct Literals {
    const std::int32_t* first;
    std::int32_t count;
  };
  struct Node {
    std::int32_t left, right;  // places of nodes, or -1 for a leaf
    std::int32_t leaf;         // -1 - leaf of the forest, where this is one
    std::int32_t literal, literals;
    std::int32_t height, leaves;
  };

  // Takes the tree below `root` of a forest, and brings it to at most `bits` levels if that can be done.
  bool fit(const Forest& forest, std::int32_t root, int bits);
  std::int32_t root() const { return root_; }
  const Node& node(std::int32_t i) const { return nodes_[static_cast<std::size_t>(i)]; }
  Literals literals(const Node& of) const { return {literals_.data() + of.literal, of.literals}; }

 private:
  struct Cut {
    std::int32_t height, node;
    std::int32_t way;    // splits above it
    std::int32_t above;  // the cut of its parent, or -1 for the root
  };
  std::int32_t grow(const Forest& forest, std::int32_t node);
  std::int32_t add_leaf(std::int32_t leaf);
  std::int32_t add(std::int32_t left, std::int32_t right, std::int32_t literal, std::int32_t literals);
  std::int32_t without(const std::vector<std::int32_t>& way, std::size_t at);
  std::int32_t pull(const std::vector<std::int32_t>& way, int bits);
  void find_cuts(std::int32_t node, const Cut& here, std::int32_t outside, std::vector<Cut>& cuts) const;
  std::int32_t fitted(std::int32_t root, int bits);

  std::vector<Node> nodes_;
  std::vector<std::int32_t> literals_;
  std::int32_t root_ = 0;
  int tries_ = 0;
};

}  // namespace lading::trees
