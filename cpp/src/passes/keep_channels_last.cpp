// Convolutions with constant weights read images whose channels stand last, and so do activations, sums and pools that
// follow them: each becomes the same step on such images. An image is turned only where a chain of them begins or ends,
// and one of a single channel not at all.
#include <algorithm>
#include <iterator>
#include <map>

#include "passes/channels_last.hpp"
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

class ChannelsLast {
 public:
  explicit ChannelsLast(Graph& graph) : graph_(graph) {}

  void rewrite() {
    std::vector<GraphNode> nodes;
    nodes.swap(graph_.nodes);
    for (GraphNode& node : nodes)
      if (!take_convolution(node) && !take_pool(node) && !take_elements(node)) {
        for (const int value : node.inputs) turn_back(value);
        graph_.nodes.push_back(std::move(node));
      }
    for (const int value : graph_.outputs) turn_back(value);
  }

 private:
  struct Image {
    int value;  // with channels last
    int rank;
    bool as_it_stands;    // whether there is the value in the graph's own order, too
    bool made_last;       // by a step of a chain
    std::string made_by;  // node
  };
  const Image* image(int value) const {
    const auto found = images_.find(value);
    return found == images_.end() ? nullptr : &found->second;
  }
  const Image* chained(int value) const {
    const Image* found = image(value);
    return found && found->made_last ? found : nullptr;
  }

  // ---- steps of a chain
  bool take_convolution(GraphNode& node) {
    const Constant* weights = channels_last_weights(graph_, node);
    if (!weights) return false;
    const bool pointwise = weights->shape.size(2, weights->shape.rank) == 1;
    if (pointwise && !chained(node.inputs[0])) return false;
    const int rank = weights->shape.rank;
    node.inputs[0] = last(node, node.inputs[0], rank, weights->shape[1]);
    if (node.operator_name == "internal.Convolution") node.attributes["relu"] = std::int64_t(1);
    add(std::move(node), "internal.ChannelsLastConvolution", rank);
    return true;
  }
  bool take_pool(GraphNode& node) {
    if (!is_channels_last_pool(node)) return false;
    const Image* x = chained(node.inputs[0]);
    if (!x) return false;
    node.attributes["pool"] = node.operator_name;
    node.inputs[0] = x->value;
    add(std::move(node), "internal.ChannelsLastPool", x->rank);
    return true;
  }
  bool take_elements(GraphNode& node) {
    if (!is_elementwise(node.operator_name) || node.outputs.size() != 1) return false;
    const auto found = std::find_if(node.inputs.begin(), node.inputs.end(), [&](int v) { return chained(v); });
    if (found == node.inputs.end()) return false;
    const int rank = chained(*found)->rank;
    std::vector<int> inputs;
    for (const int value : node.inputs) {
      const int turned = operand(value, rank);
      if (value >= 0 && turned < 0) return false;
      inputs.push_back(turned);
    }
    node.inputs = std::move(inputs);
    const std::string name = node.operator_name;
    add(std::move(node), name, rank);
    return true;
  }
  // An operand of an elementwise step with channels last; -1 if there is none.
  int operand(int value, int rank) {
    if (const Image* found = image(value)) return found->rank == rank ? found->value : -1;
    const Constant* constant = graph_.constant(value);
    if (!constant) return -1;
    if (constant->shape.size() == 1 && constant->shape.rank <= rank) return value;
    if (!is_one_per_channel(constant->shape, rank)) return -1;
    Constant flat = *constant;
    flat.shape = Shape();
    flat.shape.push(constant->shape.size());
    return add_constant(graph_, graph_.values[value].name, std::move(flat));
  }

  // ---- images
  void add(GraphNode node, const std::string& operator_name, int rank) {
    const int first = node.outputs[0];
    node.operator_name = operator_name;
    node.outputs = {graph_.add_value(graph_.values[first].name)};
    images_[first] = {node.outputs[0], rank, false, true, node.name};
    graph_.nodes.push_back(std::move(node));
  }
  int last(const GraphNode& reader, int value, int rank, std::int64_t channels) {
    if (const Image* found = image(value)) return found->value;
    turn_back(value);
    std::vector<std::int64_t> order{0};
    for (int axis = 2; axis < rank; ++axis) order.push_back(axis);
    order.push_back(1);
    const std::string name = reader.name + ".channels_last";
    int turned = value;
    if (channels == 1) {
      turned = add_step(name, "Squeeze", {turned, numbers({1})});
      turned = add_step(name, "Unsqueeze", {turned, numbers({rank - 1})});
    } else {
      turned = add_step(name, "Transpose", {turned}, order);
    }
    images_[value] = {turned, rank, true, false, ""};
    return turned;
  }
  // The value in the graph's own order, for a reader that is no step of a chain.
  void turn_back(int value) {
    const auto found = images_.find(value);
    if (found == images_.end() || found->second.as_it_stands) return;
    Image& made = found->second;
    made.as_it_stands = true;
    std::vector<std::int64_t> order{0, made.rank - 1};
    for (int axis = 1; axis < made.rank - 1; ++axis) order.push_back(axis);
    add_step(made.made_by + ".channels_first", "Transpose", {made.value}, order);
    graph_.nodes.back().outputs[0] = value;
  }
  int add_step(const std::string& name, const char* operator_name, std::vector<int> inputs,
               const std::vector<std::int64_t>& order = {}) {
    GraphNode node{name, operator_name, std::move(inputs), {graph_.add_value(name)}, {}, 0};
    if (!order.empty()) node.attributes["perm"] = order;
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs[0];
  }
  int numbers(const std::vector<std::int64_t>& list) { return add_constant(graph_, "", integer_constant(list)); }

  Graph& graph_;
  std::map<int, Image> images_;  // by the value that they stand for
};

}  // namespace

void keep_channels_last(Graph& graph) { ChannelsLast(graph).rewrite(); }

}  // namespace lading
