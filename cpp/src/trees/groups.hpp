// Sixty-four trees of one row at a time: the layout, made from a forest once.
#pragma once
#include <vector>

#include "graph/memory.hpp"
#include "trees/counting.hpp"
#include "trees/ranks.hpp"

namespace lading::trees {

// S is the type of the sums.
template <class S> class GroupedForest {
 public:
  // `possible()` is false if a tree has more than 256 leaves or the rows more than `most_columns` rank bytes.
  GroupedForest(const Forest& forest, const Conditions& conditions, const LeafCounts& leaves);
  bool possible() const { return groups_.count > 0; }
  const Groups& groups() const { return groups_; }
  // The values of the leaf with this code.
  const S* value(int tree, int code) const {
    return values_.data() + ((static_cast<std::int64_t>(tree) << stride_bits_) + code) * width_;
  }
  // The sum of a number and the leaves with these codes of `count` trees, in their order; leaves hold one number.
  S sum(S start, int first, int count, const std::uint8_t* codes) const;
  std::size_t bytes() const { return bytes_ + values_.size() * sizeof(S); }
  std::int64_t cost() const { return cost_; }  // nodes that a row passes: sixty-four trees count as one

 private:
  static constexpr int fewest_stride_bits = 3;
  template <int stride_bits> static S sum_of(const S* value, S sum, int count, const std::uint8_t* codes);
  struct Filling;
  Groups groups_{};
  Memory data_{nullptr};
  std::size_t bytes_ = 0;
  std::int64_t cost_ = 0;
  std::vector<std::uint32_t> offset_;
  std::vector<std::int32_t> slots_;
  std::vector<S> values_;  // [tree][code][width]
  int stride_bits_ = fewest_stride_bits, width_ = 1;
};

}  // namespace lading::trees
