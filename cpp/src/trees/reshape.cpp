#include "trees/reshape.hpp"

#include <algorithm>

namespace lading::trees {
namespace {

constexpr std::size_t best_cuts = 16;  // that are tried at each step
constexpr int most_tries = 4000;       // of one tree

}  // namespace

ReshapedTree::ReshapedTree(const Forest& forest, std::int32_t root) {
  struct Todo {
    std::int32_t node, parent;
    bool is_left;
  };
  std::vector<Todo> todo{{root, -1, false}};
  while (!todo.empty()) {
    const Todo at = todo.back();
    todo.pop_back();
    std::int32_t here;
    if (at.node < 0) {
      here = add({-1, -1, at.node, {}});
    } else {
      here = add({-1, -1, 0, {at.node + 1}});
      const Split& split = forest.splits[static_cast<std::size_t>(at.node)];
      todo.push_back({split.left, here, true});
      todo.push_back({split.right, here, false});
    }
    if (at.parent >= 0) {
      Node& parent = nodes_[static_cast<std::size_t>(at.parent)];
      (at.is_left ? parent.left : parent.right) = here;
    }
  }
}

std::int32_t ReshapedTree::add(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<std::int32_t>(nodes_.size()) - 1;
}

int ReshapedTree::height(std::int32_t i) const {
  const Node& n = node(i);
  return n.left < 0 ? 0 : 1 + std::max(height(n.left), height(n.right));
}

int ReshapedTree::leaves(std::int32_t i) const {
  const Node& n = node(i);
  return n.left < 0 ? 1 : leaves(n.left) + leaves(n.right);
}

// A copy of the tree below way[at] without the last node of the way.
std::int32_t ReshapedTree::without(const std::vector<std::int32_t>& way, std::size_t at) {
  const Node n = node(way[at]);
  const bool left = n.left == way[at + 1];
  if (at + 2 == way.size()) return left ? n.right : n.left;
  const std::int32_t rest = without(way, at + 1);
  return add({left ? rest : n.left, left ? n.right : rest, n.leaf, n.literals});
}

void ReshapedTree::find_cuts(std::vector<std::int32_t>& way, std::vector<Cut>& cuts) {
  const std::int32_t here = way.back();
  if (way.size() > 1) {
    const std::size_t keep = nodes_.size();
    const std::int32_t rest = without(way, 0);
    cuts.push_back({std::max(height(here), height(rest)), way});
    nodes_.resize(keep);
  }
  if (node(here).left < 0) return;
  for (const std::int32_t child : {node(here).left, node(here).right}) {
    way.push_back(child);
    find_cuts(way, cuts);
    way.pop_back();
  }
}

std::int32_t ReshapedTree::fitted(std::int32_t root, int bits) {
  if (height(root) <= bits) return root;
  if (leaves(root) > 1 << bits || ++tries_ > most_tries) return -1;
  std::vector<Cut> cuts;
  std::vector<std::int32_t> way{root};
  find_cuts(way, cuts);
  std::stable_sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    return a.height != b.height ? a.height < b.height : a.way.size() < b.way.size();
  });
  for (std::size_t c = 0; c < std::min(cuts.size(), best_cuts); ++c) {
    const std::vector<std::int32_t>& to = cuts[c].way;
    std::int32_t pulled = fitted(to.back(), bits - 1);
    if (pulled < 0) continue;
    std::int32_t rest = fitted(without(to, 0), bits - 1);
    if (rest < 0) continue;
    Node top{pulled, rest, 0, {}};
    for (std::size_t i = 0; i + 1 < to.size(); ++i) {
      const std::int32_t literal = node(to[i]).literals[0];
      top.literals.push_back(node(to[i]).left == to[i + 1] ? literal : -literal);
    }
    if (top.literals.size() == 1 && top.literals[0] < 0) {
      top.literals[0] = -top.literals[0];
      std::swap(top.left, top.right);
    }
    return add(std::move(top));
  }
  return -1;
}

bool ReshapedTree::fit(int bits) {
  tries_ = 0;
  const std::int32_t found = fitted(root_, bits);
  if (found >= 0) root_ = found;
  return found >= 0;
}

}  // namespace lading::trees
