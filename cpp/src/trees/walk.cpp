#include "trees/walk.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trees/layout.hpp"

namespace lading::trees {
namespace {

constexpr int steps_between_looks = 4;  // how often a walk asks whether all have arrived

}  // namespace

template <class T>
WalkedForest<T>::WalkedForest(const Forest& forest) : depth_(forest.depth), sets_(forest.sets), words_(forest.words) {
  const std::size_t most = forest.splits.size() + static_cast<std::size_t>(forest.leaves());
  nodes_.reserve(most), leaf_.reserve(most), set_.reserve(sets_.empty() ? 0 : most);
  for (const std::int32_t root : forest.roots) add_tree(forest, root);
  todo_ = {};
}

// The nodes below a left child follow it: a way down reads on where it is.
template <class T> void WalkedForest<T>::add_tree(const Forest& forest, std::int32_t root) {
  roots_.push_back(static_cast<std::int32_t>(nodes_.size()));
  const auto room = [this, &forest](std::size_t more) {
    nodes_.resize(nodes_.size() + more), leaf_.resize(nodes_.size(), -1);
    if (!forest.sets.empty()) set_.resize(nodes_.size(), -1);
  };
  room(1);
  todo_.push_back({root, roots_.back()});
  while (!todo_.empty()) {
    const auto [node, at] = todo_.back();
    todo_.pop_back();
    if (node >= 0) {
      const auto children = static_cast<std::int32_t>(nodes_.size());
      room(2);
      nodes_[static_cast<std::size_t>(at)].left = children;
      const Split& split = forest.splits[static_cast<std::size_t>(node)];
      todo_.push_back({split.right, children + 1});
      todo_.push_back({split.left, children});
    }
    set_node(forest, node, at);
  }
}

template <class T> void WalkedForest<T>::set_node(const Forest& forest, std::int32_t node, std::int32_t at) {
  WalkNode<T>& to = nodes_[static_cast<std::size_t>(at)];
  if (node < 0) {
    to = {std::numeric_limits<T>::quiet_NaN(), missing_left, at};
    leaf_[static_cast<std::size_t>(at)] = -1 - node;
    return;
  }
  const Split& split = forest.splits[static_cast<std::size_t>(node)];
  const bool odd = split.set >= 0 || (split.missing & (nan_is_zero | zero_is_missing));
  to.threshold = static_cast<T>(split.threshold);
  to.question = static_cast<std::uint32_t>(split.feature) << to.rule_bits | split.missing | (odd ? to.odd : 0);
  if (!set_.empty()) set_[static_cast<std::size_t>(at)] = split.set;
}

// Sets and the rarer rules for missing values.
template <class T> bool WalkedForest<T>::odd_goes_right(const WalkNode<T>& node, T x) const {
  const std::uint32_t rules = node.question;
  if ((rules & nan_is_zero) && x != x) x = 0;
  const bool is_missing = x != x || ((rules & zero_is_missing) && std::fabs(x) <= T(zero_limit));
  if (is_missing && !(rules & nan_is_zero)) return !(rules & missing_left);
  const std::int32_t set = sets_.empty() ? -1 : set_[static_cast<std::size_t>(&node - nodes_.data())];
  if (set < 0) return __builtin_isgreaterequal(x, node.threshold);
  const Set& s = sets_[static_cast<std::size_t>(set)];
  if (!s.words || !(x > -1 && x < static_cast<T>(s.words) * 32) || ((rules & negative_is_none) && x < 0)) return true;
  const auto category = static_cast<std::uint32_t>(x < 0 ? 0 : x);
  return !(words_[static_cast<std::size_t>(s.begin) + category / 32] >> category % 32 & 1);
}

template <class T> inline bool WalkedForest<T>::goes_right(const WalkNode<T>& node, const T* x) const {
  const T value = x[node.feature()];
  if (__builtin_expect(node.question & node.odd, 0)) return odd_goes_right(node, value);
  return __builtin_isgreaterequal(value, node.threshold) | ((value != value) & !(node.question & missing_left));
}

template <class T>
template <class Row>
inline void WalkedForest<T>::walk(std::int32_t* at, int count, int steps, Row row) const {
  const WalkNode<T>* nodes = nodes_.data();
  for (int step = 0; step < steps;) {
    const int until = std::min(steps, step + steps_between_looks);
    for (; step < until; ++step)
      for (int i = 0; i < count; ++i) {
        const WalkNode<T>& node = nodes[at[i]];
        at[i] = node.left + goes_right(node, row(i));
      }
    bool arrived = true;
    for (int i = 0; i < count; ++i) arrived &= nodes[at[i]].left == at[i];
    if (arrived) return;
  }
}

template <class T>
void WalkedForest<T>::leaves_of_tree(int tree, const T* x, std::int64_t stride, int rows, std::int32_t* leaf) const {
  std::int32_t at[side_by_side];
  for (int i = 0; i < rows; ++i) at[i] = roots_[static_cast<std::size_t>(tree)];
  const int steps = depth_[static_cast<std::size_t>(tree)];
  const auto row = [=](int i) { return x + i * stride; };
  if (rows == side_by_side) walk(at, side_by_side, steps, row);
  else walk(at, rows, steps, row);
  for (int i = 0; i < rows; ++i) leaf[i] = leaf_[static_cast<std::size_t>(at[i])];
}

template <class T> void WalkedForest<T>::leaves_of_row(int first, int trees, const T* x, std::int32_t* leaf) const {
  std::int32_t at[side_by_side];
  int steps = 0;
  for (int i = 0; i < trees; ++i) {
    at[i] = roots_[static_cast<std::size_t>(first + i)];
    steps = std::max(steps, depth_[static_cast<std::size_t>(first + i)]);
  }
  const auto row = [=](int) { return x; };
  if (trees == side_by_side) walk(at, side_by_side, steps, row);
  else walk(at, trees, steps, row);
  for (int i = 0; i < trees; ++i) leaf[i] = leaf_[static_cast<std::size_t>(at[i])];
}

template <class T> std::size_t WalkedForest<T>::bytes() const {
  return nodes_.size() * sizeof(WalkNode<T>) + (leaf_.size() + set_.size() + words_.size()) * 4;
}

template class WalkedForest<float>;
template class WalkedForest<double>;

}  // namespace lading::trees
