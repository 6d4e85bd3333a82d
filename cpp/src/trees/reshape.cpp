#include "trees/reshape.hpp"

#include <algorithm>
#include <limits>

namespace lading::trees {
namespace {

constexpr std::size_t best_cuts = 16;  // that are tried at each step
constexpr int most_tries = 4000;       // of one tree

}  // namespace

std::int32_t ReshapedTree::add_leaf(std::int32_t leaf) {
  nodes_.push_back({-1, -1, leaf, 0, 0, 0, 1});
  return static_cast<std::int32_t>(nodes_.size()) - 1;
}

std::int32_t ReshapedTree::add(std::int32_t left, std::int32_t right, std::int32_t literal, std::int32_t literals) {
  const Node &a = node(left), &b = node(right);
  nodes_.push_back({left, right, 0, literal, literals, 1 + std::max(a.height, b.height), a.leaves + b.leaves});
  return static_cast<std::int32_t>(nodes_.size()) - 1;
}

// Trees here have few leaves: they are not deep.
std::int32_t ReshapedTree::grow(const Forest& forest, std::int32_t node) {
  if (node < 0) return add_leaf(node);
  const Split& split = forest.splits[static_cast<std::size_t>(node)];
  const std::int32_t left = grow(forest, split.left), right = grow(forest, split.right);
  literals_.push_back(node + 1);
  return add(left, right, static_cast<std::int32_t>(literals_.size()) - 1, 1);
}

// A copy of the tree below way[at] without the last node of the way.
std::int32_t ReshapedTree::without(const std::vector<std::int32_t>& way, std::size_t at) {
  const Node n = node(way[at]);
  const bool left = n.left == way[at + 1];
  if (at + 2 == way.size()) return left ? n.right : n.left;
  const std::int32_t rest = without(way, at + 1);
  return add(left ? rest : n.left, left ? n.right : rest, n.literal, n.literals);
}

// `outside`: levels of the tree without all that is below this node. The sibling of a subtree that is cut takes the
// place of their parent.
void ReshapedTree::find_cuts(std::int32_t at, const Cut& here, std::int32_t outside, std::vector<Cut>& cuts) const {
  const Node& split = node(at);
  if (split.left < 0) return;
  const auto above = static_cast<std::int32_t>(cuts.size()) - 1;
  for (const bool left : {true, false}) {
    const std::int32_t child = left ? split.left : split.right, beside = node(left ? split.right : split.left).height;
    const Cut cut{std::max({node(child).height, outside, here.way + beside}), child, here.way + 1,
                  here.way ? above : -1};
    cuts.push_back(cut);
    find_cuts(child, cut, std::max(outside, cut.way + beside), cuts);
  }
}

// The tree with the end of the way pulled to the top, or -1 if its two halves do not fit.
std::int32_t ReshapedTree::pull(const std::vector<std::int32_t>& way, int bits) {
  std::int32_t pulled = fitted(way.back(), bits - 1);
  std::int32_t rest = pulled < 0 ? -1 : fitted(without(way, 0), bits - 1);
  if (rest < 0) return -1;
  const auto first = static_cast<std::int32_t>(literals_.size()), count = static_cast<std::int32_t>(way.size()) - 1;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    const std::int32_t literal = literals_[static_cast<std::size_t>(node(way[i]).literal)];
    literals_.push_back(node(way[i]).left == way[i + 1] ? literal : -literal);
  }
  if (count == 1 && literals_.back() < 0) {
    literals_.back() = -literals_.back();
    std::swap(pulled, rest);
  }
  return add(pulled, rest, first, count);
}

std::int32_t ReshapedTree::fitted(std::int32_t root, int bits) {
  if (node(root).height <= bits) return root;
  if (node(root).leaves > 1 << bits || ++tries_ > most_tries) return -1;
  std::vector<Cut> cuts;
  cuts.reserve(static_cast<std::size_t>(2 * node(root).leaves));
  find_cuts(root, {0, root, 0, -1}, 0, cuts);
  const auto better = [](const Cut& a, const Cut& b) {
    return a.height != b.height ? a.height < b.height : a.way < b.way;
  };
  std::vector<std::int32_t> way;
  for (std::size_t tried = 0; tried < std::min(cuts.size(), best_cuts); ++tried) {
    Cut& best = *std::min_element(cuts.begin(), cuts.end(), better);
    way.assign(1, best.node);
    for (std::int32_t above = best.above; above >= 0; above = cuts[static_cast<std::size_t>(above)].above)
      way.push_back(cuts[static_cast<std::size_t>(above)].node);
    way.push_back(root);
    std::reverse(way.begin(), way.end());
    if (const std::int32_t found = pull(way, bits); found >= 0) return found;
    best.height = std::numeric_limits<std::int32_t>::max();  // not again
  }
  return -1;
}

bool ReshapedTree::fit(const Forest& forest, std::int32_t root, int bits) {
  nodes_.clear(), literals_.clear(), tries_ = 0;
  root_ = fitted(grow(forest, root), bits);
  return root_ >= 0;
}

}  // namespace lading::trees
