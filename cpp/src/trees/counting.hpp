// How many leaves stand below each node of a forest, and how many codes for them are too many.
#pragma once
#include <algorithm>
#include <vector>

#include "trees/forest.hpp"

namespace lading::trees {

// Whether codes of so many bits for every tree would hold far more leaves than there are: one large tree among many
// small ones.
inline bool mostly_padding(const Forest& forest, int bits) {
  constexpr std::int64_t negligible = 1 << 20;
  return static_cast<std::int64_t>(forest.roots.size()) << bits > 16 * forest.leaves() + negligible;
}

class LeafCounts {
 public:
  explicit LeafCounts(const Forest& forest) : count_(forest.splits.size(), 0) {
    std::vector<std::int32_t> order;
    for (const std::int32_t root : forest.roots) {
      order.assign(1, root);
      for (std::size_t i = 0; i < order.size(); ++i)  // parents before children
        if (order[i] >= 0) {
          const Split& split = forest.splits[static_cast<std::size_t>(order[i])];
          const std::int32_t left = split.left, right = split.right;
          order.push_back(left), order.push_back(right);
        }
      for (std::size_t i = order.size(); i-- > 0;)
        if (order[i] >= 0) {
          const Split& split = forest.splits[static_cast<std::size_t>(order[i])];
          count_[static_cast<std::size_t>(order[i])] = below(split.left) + below(split.right);
        }
      most_ = std::max(most_, below(root));
    }
  }
  std::int32_t below(std::int32_t node) const { return node < 0 ? 1 : count_[static_cast<std::size_t>(node)]; }
  std::int32_t most() const { return most_; }  // of any tree

 private:
  std::vector<std::int32_t> count_;
  std::int32_t most_ = 1;
};

}  // namespace lading::trees
