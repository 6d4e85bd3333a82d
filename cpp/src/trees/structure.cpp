#include "trees/structure.hpp"

#include <algorithm>
#include <numeric>

namespace lading::trees {
namespace {

// Goes through all trees, so that no node has two parents, none is its own descendant, and every child exists.
class Walk {
 public:
  Walk(const Definition& definition, const std::vector<double>& weights, Forest& forest)
      : d_(definition),
        weights_(weights),
        f_(forest),
        seen_(forest.splits.size()),
        seen_leaf_(static_cast<std::size_t>(forest.leaves())) {}
  void all() {
    f_.depth.resize(f_.roots.size());
    for (std::size_t t = 0; t < f_.roots.size(); ++t) {
      weight_ = weights_.empty() ? 1 : weights_[t];
      tree_ = t;
      todo_.push_back({f_.roots[t], 0});
      while (!todo_.empty()) visit();
    }
  }

 private:
  struct Todo {
    std::int32_t node, depth;
  };
  void visit() {
    const auto [node, depth] = todo_.back();
    todo_.pop_back();
    f_.depth[tree_] = std::max(f_.depth[tree_], depth);
    if (node < 0) return visit_leaf(-1 - static_cast<std::int64_t>(node));
    if (node >= static_cast<std::int64_t>(seen_.size()))
      fail("leads to node " + std::to_string(node) + "; there are " + std::to_string(seen_.size()) +
           ", counted from 0");
    if (seen_[static_cast<std::size_t>(node)])
      fail("leads to node " + std::to_string(node) + " twice; a node has one parent");
    seen_[static_cast<std::size_t>(node)] = true;
    const Split& split = f_.splits[static_cast<std::size_t>(node)];
    todo_.push_back({split.right, depth + 1});
    todo_.push_back({split.left, depth + 1});
  }
  void visit_leaf(std::int64_t leaf) {
    if (leaf >= f_.leaves())
      fail("leads to leaf " + std::to_string(leaf) + "; there are " + std::to_string(f_.leaves()) + ", counted from 0");
    if (seen_leaf_[static_cast<std::size_t>(leaf)])
      fail("leads to leaf " + std::to_string(leaf) + " twice; a leaf has one parent");
    seen_leaf_[static_cast<std::size_t>(leaf)] = true;
    if (!f_.linear.empty()) f_.linear[static_cast<std::size_t>(leaf)].weight = weight_;
    for (int o = 0; o < f_.width; ++o) {
      double& value = f_.values[static_cast<std::size_t>(leaf * f_.width + o)];
      value = rounded_to(f_.rules.sum_type, rounded_to(f_.rules.sum_type, value) * weight_);
    }
  }
  [[noreturn]] void fail(const std::string& why) const { d_.fail("tree " + std::to_string(tree_) + " " + why); }

  const Definition& d_;
  const std::vector<double>& weights_;
  Forest& f_;
  std::vector<char> seen_, seen_leaf_;  // faster than bits
  std::vector<Todo> todo_;
  double weight_ = 1;
  std::size_t tree_ = 0;
};

}  // namespace

void check_structure(const Definition& definition, const std::vector<double>& weights, Forest& forest) {
  Walk(definition, weights, forest).all();
}

void order_by_output(Forest& forest) {
  if (forest.tree_output.empty()) return;
  std::vector<int> order(forest.roots.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return forest.output_of(a) < forest.output_of(b); });
  const auto ordered = [&](std::vector<std::int32_t>& of) {
    std::vector<std::int32_t> from = of;
    for (std::size_t t = 0; t < order.size(); ++t) of[t] = from[static_cast<std::size_t>(order[t])];
  };
  ordered(forest.roots), ordered(forest.depth), ordered(forest.tree_output);
}

}  // namespace lading::trees
