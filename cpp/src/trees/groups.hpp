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
  // The values of the leaf with this code, where trees have no tails.
  const S* value(int tree, int code) const {
    return values_.data() + ((static_cast<std::int64_t>(tree) << stride_bits_) + code) * width_;
  }
  // The sum of a number and the leaves with these codes of `count` trees, in their order; leaves hold one number. The
  // ranks of the row are those that gave the codes.
  S sum(S start, int first, int count, const std::uint8_t* codes, const std::uint8_t* ranks) const;
  std::size_t bytes() const { return bytes_ + values_.size() * sizeof(S) + tails_.size() * sizeof(Tail); }
  std::int64_t cost() const { return cost_; }  // nodes that a row passes: sixty-four trees count as one

 private:
  static constexpr int fewest_stride_bits = 3, tail_levels = 2;
  // The last levels of a deep tree below one place: three quarters of its nodes, of which a row looks at two. They
  // stand beside their leaves, so that a row reads one line of memory in place of all of them.
  struct Tail {
    S leaf[1 << tail_levels];
    std::int8_t k[3];
    std::uint8_t byte[3];
  };

  template <int stride_bits> static S sum_of(const S* value, S sum, int count, const std::uint8_t* codes);
  S sum_of_tails(S sum, const Tail* tail, int count, const std::uint8_t* codes, const std::uint8_t* ranks) const;
  struct Filling;
  Groups groups_{};
  Memory data_{nullptr};
  std::size_t bytes_ = 0;
  std::int64_t cost_ = 0;
  std::vector<std::uint32_t> offset_;
  std::vector<std::int32_t> slots_;
  std::vector<S> values_;    // [tree][code][width]
  std::vector<Tail> tails_;  // [tree][code] in place of values
  int stride_bits_ = fewest_stride_bits, width_ = 1;
};

}  // namespace lading::trees
