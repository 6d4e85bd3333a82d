#include "trees/blocks.hpp"

#include <algorithm>
#include <cstring>

#include "trees/counting.hpp"

namespace lading::trees {
namespace {

constexpr int fewest_bits = 4, most_bits = 8, most_leaves = 1 << most_bits;
constexpr std::uint16_t never = 0, always = 1, first_slot = 2;
constexpr int temporaries = 128;  // masks that operations make, used in turns: more than any tree needs at once
constexpr std::size_t most_slots = 60000;

}  // namespace

template <class S> bool BlockedForest<S>::find_slots(const Conditions& conditions) {
  for (const Condition& condition : conditions.of_split) slots_[condition] = 0;
  if (slots_.size() + first_slot + temporaries > most_slots) return false;
  first_condition_.assign(conditions.left_byte.size(), 0);
  left_count_.assign(conditions.left_byte.size(), 0), right_count_.assign(conditions.left_byte.size(), 0);
  std::uint16_t slot = first_slot;
  for (auto& [condition, number] : slots_) {
    const auto s = static_cast<std::size_t>(condition.segment);
    if (!left_count_[s] && !right_count_[s]) first_condition_[s] = slot;
    ++(condition.missing_right ? right_count_ : left_count_)[s];
    ranks_.push_back(static_cast<std::uint8_t>(condition.k));
    number = slot++;
  }
  first_temporary_ = slot;
  blocks_.slots = slot + temporaries;
  return true;
}

// The smallest code that fits every tree.
template <class S> bool BlockedForest<S>::fit_trees(const Forest& forest, std::vector<ReshapedTree>& trees) {
  const LeafCounts leaves(forest);
  if (leaves.most() > most_leaves || forest.deepest() > most_leaves) return false;
  for (const std::int32_t root : forest.roots) trees.emplace_back(forest, root);
  blocks_.bits = fewest_bits;
  while (1 << blocks_.bits < leaves.most()) ++blocks_.bits;
  for (std::size_t t = 0; t < trees.size();) {
    if (trees[t].fit(blocks_.bits)) ++t;
    else if (++blocks_.bits > most_bits) return false;
    else t = 0;
  }
  return true;
}

// The mask of a node's condition, made by operations if it is made of several. If none may hold, the children swap.
template <class S> std::uint16_t BlockedForest<S>::slot_of(const ReshapedTree::Node& node, bool& swapped) {
  const auto slot = [this](std::int32_t literal) {
    return slots_.at((*of_split_)[static_cast<std::size_t>(std::abs(literal)) - 1]);
  };
  const std::vector<std::int32_t>& literals = node.literals;
  swapped = false;
  if (literals.size() == 1) return slot(literals[0]);
  std::size_t first = 0;
  while (first < literals.size() && literals[first] < 0) ++first;
  swapped = first == literals.size();
  if (swapped) first = 0;
  std::uint16_t made = slot(literals[first]);
  const auto to = static_cast<std::uint16_t>(first_temporary_ + next_temporary_++ % temporaries);
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (i == first) continue;
    const std::uint16_t other = slot(literals[i]);
    if (swapped) operations_.push_back({other, always, made, to});  // any of them
    else if (literals[i] > 0) operations_.push_back({other, made, never, to});
    else operations_.push_back({other, never, made, to});
    made = to;
  }
  return made;
}

// Bit l of a code is the condition at level l: 1 = left. Below a short branch the leaf is repeated.
template <class S>
void BlockedForest<S>::add_level(const Forest& forest, const ReshapedTree& tree, std::int32_t at, int level,
                                 std::uint32_t path) {
  const ReshapedTree::Node& node = tree.node(at);
  const bool is_leaf = node.left < 0;
  if (level == depth_.back()) {
    leaves_[(tree_ << blocks_.bits) + path] = static_cast<S>(forest.values[static_cast<std::size_t>(-1 - node.leaf)]);
    return;
  }
  bool swapped = false;
  const std::uint16_t slot = is_leaf ? never : slot_of(node, swapped);
  conditions_[condition_offset_.back() + (1u << level) - 1 + path] = slot;
  const std::int32_t yes = is_leaf ? at : swapped ? node.right : node.left;
  const std::int32_t no = is_leaf ? at : swapped ? node.left : node.right;
  add_level(forest, tree, no, level + 1, path);
  add_level(forest, tree, yes, level + 1, path + (1u << level));
}

template <class S>
void BlockedForest<S>::add_tree(const Forest& forest, const std::vector<Condition>& conditions, ReshapedTree& tree) {
  of_split_ = &conditions;
  depth_.push_back(std::max(1, tree.height(tree.root())));
  output_.push_back(forest.output_of(static_cast<int>(tree_)));
  condition_offset_.push_back(static_cast<std::uint32_t>(conditions_.size()));
  operation_offset_.push_back(static_cast<std::uint32_t>(operations_.size()));
  conditions_.resize(conditions_.size() + (std::size_t(1) << depth_.back()) - 1);
  next_temporary_ = 0;
  add_level(forest, tree, tree.root(), 0, 0);
  ++tree_;
}

template <class S>
BlockedForest<S>::BlockedForest(const Forest& forest, const Conditions& conditions, int most_table_bits) {
  std::vector<ReshapedTree> trees;
  if (!conditions.possible || forest.width != 1 || forest.roots.empty()) return;
  if (!find_slots(conditions) || !fit_trees(forest, trees)) return;
  leaves_.resize(trees.size() << blocks_.bits);
  for (ReshapedTree& tree : trees) add_tree(forest, conditions.of_split, tree);
  operation_offset_.push_back(static_cast<std::uint32_t>(operations_.size()));
  if (blocks_.bits <= most_table_bits) split_leaves();
  slots_.clear();
  point();
  blocks_.trees = static_cast<std::int32_t>(trees.size());
  blocks_.outputs = forest.outputs;
}

// Bytes of leaves, for tables; a table may be read to the end of a register.
template <class S> void BlockedForest<S>::split_leaves() {
  constexpr std::size_t size = sizeof(S), over = 64;
  const std::size_t codes = std::size_t(1) << blocks_.bits;
  leaf_bytes_.resize(leaves_.size() * size + over);
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    std::uint8_t bytes[size];
    std::memcpy(bytes, &leaves_[i], size);
    for (std::size_t b = 0; b < size; ++b) leaf_bytes_[i / codes * codes * size + b * codes + i % codes] = bytes[b];
  }
}

template <class S> void BlockedForest<S>::point() {
  blocks_.first_condition = first_condition_.data();
  blocks_.left_count = left_count_.data(), blocks_.right_count = right_count_.data();
  blocks_.ranks = ranks_.data();
  blocks_.depth = depth_.data(), blocks_.output = output_.data();
  blocks_.conditions = conditions_.data(), blocks_.condition_offset = condition_offset_.data();
  blocks_.operations = operations_.data(), blocks_.operation_offset = operation_offset_.data();
  blocks_.leaves = leaves_.data();
  blocks_.leaf_bytes = leaf_bytes_.empty() ? nullptr : leaf_bytes_.data();
}

template <class S> std::size_t BlockedForest<S>::bytes() const {
  return conditions_.size() * 2 + operations_.size() * sizeof(MaskOperation) + leaves_.size() * sizeof(S) +
         leaf_bytes_.size() + ranks_.size();
}

template class BlockedForest<float>;
template class BlockedForest<double>;

}  // namespace lading::trees
