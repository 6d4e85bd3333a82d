#include "trees/walk.hpp"

#include <cmath>
#include <limits>

namespace lading::trees {
namespace {

constexpr int steps_between_looks = 4;  // how often a walk asks whether all have arrived

}  // namespace

template <class T>
WalkedForest<T>::WalkedForest(const Forest& forest) : depth_(forest.depth), sets_(forest.sets), words_(forest.words) {
  const auto splits = static_cast<std::int32_t>(forest.splits.size());
  const auto place = [splits](std::int32_t child) { return child >= 0 ? child : splits + (-1 - child); };
  const auto leaves = static_cast<std::int32_t>(forest.leaves());
  nodes_.reserve(static_cast<std::size_t>(splits + leaves));
  for (const Split& s : forest.splits) {
    const bool odd = s.set >= 0 || (s.missing & (nan_is_zero | zero_is_missing));
    nodes_.push_back({static_cast<T>(s.threshold), s.feature, {place(s.left), place(s.right)}, s.missing, odd});
    if (!sets_.empty()) set_.push_back(s.set);
  }
  for (std::int32_t leaf = 0; leaf < leaves; ++leaf) {
    const std::int32_t self = splits + leaf;
    nodes_.push_back({T(0), 0, {self, self}, 0, 0});
  }
  leaf_.resize(static_cast<std::size_t>(splits + leaves), -1);
  for (std::int32_t leaf = 0; leaf < leaves; ++leaf) leaf_[static_cast<std::size_t>(splits + leaf)] = leaf;
  for (const std::int32_t root : forest.roots) roots_.push_back(place(root));
}

// Sets and the rarer rules for missing values.
template <class T> bool WalkedForest<T>::odd_goes_right(const WalkNode<T>& node, T x) const {
  if ((node.missing & nan_is_zero) && x != x) x = 0;
  const bool is_missing = x != x || ((node.missing & zero_is_missing) && std::fabs(x) <= T(1e-35F));
  if (is_missing && !(node.missing & nan_is_zero)) return !(node.missing & missing_left);
  const std::int32_t set = sets_.empty() ? -1 : set_[static_cast<std::size_t>(&node - nodes_.data())];
  if (set < 0) return x >= node.threshold;
  const Set& s = sets_[static_cast<std::size_t>(set)];
  if (!(x > -1 && x < static_cast<T>(s.words) * 32) || ((node.missing & negative_is_none) && x < 0)) return true;
  const auto category = static_cast<std::uint32_t>(x < 0 ? 0 : x);
  return !(words_[static_cast<std::size_t>(s.begin) + category / 32] >> category % 32 & 1);
}

template <class T> inline bool WalkedForest<T>::goes_right(const WalkNode<T>& node, const T* x) const {
  const T value = x[node.feature];
  if (__builtin_expect(node.odd, 0)) return odd_goes_right(node, value);
  return (value >= node.threshold) | ((value != value) & !(node.missing & missing_left));
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
        at[i] = node.next[goes_right(node, row(i))];
      }
    bool arrived = true;
    for (int i = 0; i < count; ++i) arrived &= nodes[at[i]].next[0] == at[i];
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
