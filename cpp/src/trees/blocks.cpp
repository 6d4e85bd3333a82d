#include "trees/blocks.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "trees/counting.hpp"

namespace lading::trees {
namespace {

constexpr int fewest_bits = 4, most_bits = 8, most_leaves = 1 << most_bits;
constexpr std::uint16_t never = 0, always = 1, first_slot = 2;
constexpr int temporaries = 128;  // masks that operations make, used in turns: more than any tree needs at once
constexpr std::size_t most_slots = 60000;
constexpr std::size_t ranks_of_segment = 256, conditions_of_segment = 2 * ranks_of_segment;

}  // namespace

// Numbers the conditions that splits ask for: segment by segment, where missing values go left first.
template <class S> bool BlockedForest<S>::find_slots(const Conditions& conditions) {
  const std::size_t segments = conditions.left_byte.size();
  slots_.assign(segments * conditions_of_segment, 0);
  for (const Condition& condition : conditions.of_split)
    if (condition.segment >= 0) slots_[place_of(condition)] = 1;
  first_condition_.assign(segments, 0), left_count_.assign(segments, 0), right_count_.assign(segments, 0);
  std::size_t slot = first_slot;
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    const std::size_t segment = at / conditions_of_segment, in_segment = at % conditions_of_segment;
    if (in_segment == 0) first_condition_[segment] = static_cast<std::uint32_t>(slot);
    if (!slots_[at]) continue;
    ++(in_segment < ranks_of_segment ? left_count_ : right_count_)[segment];
    ranks_.push_back(static_cast<std::uint8_t>(in_segment % ranks_of_segment));
    slots_[at] = static_cast<std::uint16_t>(slot++);
    if (slot + temporaries > most_slots) return false;
  }
  blocks_.first_set = static_cast<std::uint32_t>(slot);
  slot += static_cast<std::size_t>(conditions.sets.count());
  if (slot + temporaries > most_slots) return false;
  first_temporary_ = static_cast<std::uint16_t>(slot);
  blocks_.slots = static_cast<std::int32_t>(slot) + temporaries;
  return true;
}

template <class S> std::size_t BlockedForest<S>::place_of(const Condition& condition) {
  return static_cast<std::size_t>(condition.segment) * conditions_of_segment +
         (condition.missing_right ? ranks_of_segment : 0) + static_cast<std::size_t>(condition.k);
}

// The smallest code that fits every tree.
template <class S> bool BlockedForest<S>::fit_trees(const Forest& forest, const Conditions& conditions, int leaves) {
  of_split_ = &conditions.of_split;
  for (blocks_.bits = fewest_bits; blocks_.bits <= most_bits; ++blocks_.bits) {
    if (1 << blocks_.bits < leaves) continue;
    if (mostly_padding(forest, blocks_.bits)) return false;
    conditions_.clear(), condition_offset_.clear(), operations_.clear(), operation_offset_.clear();
    depth_.clear(), same_in_level_.clear(), output_.clear(), tree_ = 0;
    leaves_.resize(static_cast<std::size_t>(forest.width) * forest.roots.size() << blocks_.bits);
    ReshapedTree tree;
    while (tree_ < forest.roots.size() && tree.fit(forest, forest.roots[tree_], blocks_.bits)) add_tree(forest, tree);
    if (tree_ == forest.roots.size()) return true;
  }
  return false;
}

// The mask of a node's condition, made by operations if it is made of several. If none may hold, the children swap.
template <class S>
std::uint16_t BlockedForest<S>::slot_of(const ReshapedTree& tree, const ReshapedTree::Node& node, bool& swapped) {
  const auto slot = [this](std::int32_t literal) {
    const Condition& asked = (*of_split_)[static_cast<std::size_t>(std::abs(literal)) - 1];
    if (asked.segment >= 0) return slots_[place_of(asked)];
    return static_cast<std::uint16_t>(blocks_.first_set + static_cast<std::uint32_t>(-1 - asked.segment));
  };
  const auto [literals, count] = tree.literals(node);
  swapped = false;
  if (count == 1) return slot(literals[0]);
  std::int32_t first = 0;
  while (first < count && literals[first] < 0) ++first;
  swapped = first == count;
  if (swapped) first = 0;
  std::uint16_t made = slot(literals[first]);
  const auto to = static_cast<std::uint16_t>(first_temporary_ + next_temporary_++ % temporaries);
  for (std::int32_t i = 0; i < count; ++i) {
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
    const auto width = static_cast<std::size_t>(forest.width);
    for (std::size_t v = 0; v < width; ++v)
      leaves_[((v * forest.roots.size() + tree_) << blocks_.bits) + path] =
          static_cast<S>(forest.values[static_cast<std::size_t>(-1 - node.leaf) * width + v]);
    return;
  }
  bool swapped = false;
  const std::uint16_t slot = is_leaf ? never : slot_of(tree, node, swapped);
  conditions_[condition_offset_.back() + (1u << level) - 1 + path] = slot;
  const std::int32_t yes = is_leaf ? at : swapped ? node.right : node.left;
  const std::int32_t no = is_leaf ? at : swapped ? node.left : node.right;
  add_level(forest, tree, no, level + 1, path);
  add_level(forest, tree, yes, level + 1, path + (1u << level));
}

template <class S> void BlockedForest<S>::add_tree(const Forest& forest, const ReshapedTree& tree) {
  depth_.push_back(std::max(1, tree.node(tree.root()).height));
  output_.push_back(forest.output_of(static_cast<int>(tree_)));
  condition_offset_.push_back(static_cast<std::uint32_t>(conditions_.size()));
  operation_offset_.push_back(static_cast<std::uint32_t>(operations_.size()));
  conditions_.resize(conditions_.size() + (std::size_t(1) << depth_.back()) - 1);
  next_temporary_ = 0;
  add_level(forest, tree, tree.root(), 0, 0);
  same_in_level_.push_back(merge_levels());
  ++tree_;
}

// Where all nodes of each level ask the same, as in CatBoost's trees, keeps one condition of each level.
template <class S> bool BlockedForest<S>::merge_levels() {
  const auto first = conditions_.begin() + condition_offset_.back();
  for (int level = 1; level < depth_.back(); ++level) {
    const auto begin = first + (1 << level) - 1, end = begin + (1 << level);
    if (std::adjacent_find(begin, end, std::not_equal_to<>{}) != end) return false;
  }
  for (int level = 1; level < depth_.back(); ++level) first[level] = first[(1 << level) - 1];
  conditions_.resize(condition_offset_.back() + static_cast<std::size_t>(depth_.back()));
  return true;
}

template <class S>
BlockedForest<S>::BlockedForest(const Forest& forest, const Conditions& conditions, int leaves, int most_table_bits) {
  if (!conditions.possible || forest.roots.empty()) return;
  if (leaves > most_leaves || forest.deepest() > most_leaves) return;
  if (!find_slots(conditions) || !fit_trees(forest, conditions, leaves)) return;
  operation_offset_.push_back(static_cast<std::uint32_t>(operations_.size()));
  if (blocks_.bits <= most_table_bits) split_leaves();
  slots_ = {};
  point();
  blocks_.trees = static_cast<std::int32_t>(forest.roots.size());
  blocks_.outputs = forest.outputs, blocks_.width = forest.width;
  blocks_.categories = conditions.sets.columns.data(), blocks_.sets = conditions.sets.tables.data();
  blocks_.category_columns = static_cast<std::int32_t>(conditions.sets.columns.size());
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
  blocks_.same_in_level = same_in_level_.data();
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
