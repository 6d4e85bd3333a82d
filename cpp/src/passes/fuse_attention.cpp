// Softmax(Q K^T [* or / number] + bias) V, as exporters write it, with a bias that may hide all keys from a query (which
// Attention answers otherwise), becomes internal.BiasedAttention.
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

using Axes = std::vector<std::int64_t>;
// How [n, head, W] is turned to [head, n, W], and to [head, W, n]; there may be entries in front.
constexpr std::int64_t by_head[] = {1, 0, 2}, across[] = {1, 2, 0};

// Whether the node turns what it reads so, `before` axes being in front.
bool turns(const GraphNode* node, const std::int64_t* order, std::size_t before) {
  const Axes* perm = node && node->operator_name == "Transpose" ? integers_attribute(*node, "perm") : nullptr;
  bool same = perm && node->inputs.size() == 1 && perm->size() == 3 + before && (!before || perm->front() == 0);
  for (std::size_t axis = 0; same && axis < 3; ++axis)
    same = (*perm)[before + axis] == order[axis] + static_cast<std::int64_t>(before);
  return same;
}

class Finder {
 public:
  Finder(const Graph& graph, std::size_t last)
      : graph_(graph), by_(graph.producers()), uses_(graph.uses()), last_(graph.nodes[last]) {}

  // Inputs of the fused node, which takes the place of the product with the values; empty if there is none.
  std::vector<int> find() {
    const GraphNode* softmax = last_.inputs.size() == 2 ? inner(last_.inputs[0], "Softmax", 1) : nullptr;
    const GraphNode* add = softmax ? inner(softmax->inputs[0], "Add", 2) : nullptr;
    if (!add) return {};
    for (const int side : {0, 1}) {
      names = {softmax->name, add->name};
      divides = false;
      if (!find_scores(add->inputs[side])) continue;
      const auto axis = integer_attribute(*softmax, "axis", -1);
      const int bias = add->inputs[1 - side], v = turned(last_.inputs[1], by_head);
      if (v < 0 || bias < 0 || !fits_scores(bias) || (axis != -1 && axis != 2 + static_cast<std::int64_t>(before_)))
        return {};
      std::vector<int> inputs = {query_, key_, v, bias};
      if (factor_ >= 0) inputs.push_back(factor_);
      return inputs;
    }
    return {};
  }
  // The next node, which turns the result back and alone reads it; -1 if there is none.
  int turn_back(std::size_t last) const {
    const int next = only_reader(graph_, uses_, last_.outputs[0], last);
    return next >= 0 && turns(&graph_.nodes[static_cast<std::size_t>(next)], by_head, before_) ? next : -1;
  }

  bool divides = false;
  std::vector<std::string> names;  // of the nodes that it does

 private:
  const GraphNode* producer(int value, const char* kind) const {
    const int node = value < 0 ? -1 : by_[static_cast<std::size_t>(value)];
    const GraphNode* found = node < 0 ? nullptr : &graph_.nodes[static_cast<std::size_t>(node)];
    return found && found->operator_name == kind && !found->inputs.empty() ? found : nullptr;
  }
  // What makes of so many inputs a value that nobody else reads.
  const GraphNode* inner(int value, const char* kind, std::size_t inputs) const {
    const GraphNode* node = value >= 0 && uses_[static_cast<std::size_t>(value)] == 1 ? producer(value, kind) : nullptr;
    return node && node->inputs.size() == inputs ? node : nullptr;
  }
  bool find_scores(int value) {
    const GraphNode *product = inner(value, "Mul", 2), *quotient = inner(value, "Div", 2);
    factor_ = -1;
    if (const GraphNode* scaled = product ? product : quotient) {
      float ignored;
      const bool second = one_float(graph_.constant(scaled->inputs[1]), ignored);
      if (!second && (quotient || !one_float(graph_.constant(scaled->inputs[0]), ignored))) return false;
      factor_ = scaled->inputs[second], value = scaled->inputs[!second];
      divides = quotient != nullptr;
      names.push_back(scaled->name);
    }
    const GraphNode* scores = inner(value, "MatMul", 2);
    if (!scores) return false;
    names.push_back(scores->name);
    for (before_ = 0; before_ < 2; ++before_) {
      key_ = turned(scores->inputs[1], across);
      if (key_ >= 0 && is_layer(key_)) return (query_ = turned(scores->inputs[0], by_head)) >= 0;
    }
    return false;
  }
  // What was turned so; -1 if it was not.
  int turned(int value, const std::int64_t* order) {
    const GraphNode* node = inner(value, "Transpose", 1);
    if (!turns(node, order, before_)) return -1;
    names.push_back(node->name);
    return node->inputs[0];
  }
  // The result of a layer, so float32, seen in another shape.
  bool is_layer(int value) const {
    while (const GraphNode* node = producer(value, "Reshape")) value = node->inputs[0];
    return producer(value, "internal.Dense");
  }
  // Has no more axes than the scores, as far as one can see.
  bool fits_scores(int bias) const {
    const GraphNode* node = producer(bias, "Transpose");
    const Axes* perm = node ? integers_attribute(*node, "perm") : nullptr;
    const GraphValue& value = graph_.values[static_cast<std::size_t>(bias)];
    const std::size_t rank = perm             ? perm->size()
                             : value.lengths  ? value.lengths->size()
                             : value.constant ? static_cast<std::size_t>(value.constant->shape.rank)
                                              : max_rank;
    return rank <= 3 + before_;
  }

  const Graph& graph_;
  std::vector<int> by_, uses_;
  const GraphNode& last_;
  std::size_t before_ = 0;
  int query_ = -1, key_ = -1, factor_ = -1;
};

}  // namespace

void fuse_attention(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].operator_name != "MatMul") continue;
    Finder finder(graph, n);
    const std::vector<int> inputs = finder.find();
    const int turn = inputs.empty() ? -1 : finder.turn_back(n);
    if (turn < 0) continue;
    GraphNode& node = graph.nodes[n];
    node.operator_name = "internal.BiasedAttention";
    node.inputs = inputs;
    if (finder.divides) node.attributes["divides"] = std::int64_t(1);
    node.absorbed.assign(finder.names.rbegin(), finder.names.rend());
    node.outputs = graph.nodes[static_cast<std::size_t>(turn)].outputs;
    absorb(graph, node, turn);
  }
}

}  // namespace lading
