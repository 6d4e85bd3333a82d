// An EdgeConv, as torch.gather writes it: for each point c and each of its k neighbours g a network of [c, g - c], then the mean
// or the maximum over k. Its first layer is linear, c (W_c - W_g) + g W_g, so it runs once for each point and not for each edge:
// one internal.Dense of both halves, and internal.EdgeConvolution for the rest. Nothing of the size of all edges is made.
#include <algorithm>

#include "passes/lengths.hpp"
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

// What is found, from the last node of an edge's features on.
struct EdgeConv {
  int x = -1, places = -1;
  bool centre_first = true, difference = true;  // [c, g - c]; else the other order, or g alone
  std::vector<int> layers;                      // nodes
  int pool = -1;
  std::vector<std::string> nodes;  // names of those that make the features
};

class Finder {
 public:
  explicit Finder(const Graph& graph) : graph_(graph), by_(graph.producers()), uses_(graph.uses()), lengths_(graph) {}

  bool find(std::size_t concat, EdgeConv& found) const {
    const GraphNode& joined = graph_.nodes[concat];
    if (joined.inputs.size() != 2) return false;
    const auto axis = integer_attribute(joined, "axis", 0);
    if (axis != 3 && axis != -1) return false;
    for (const bool first : {true, false}) {
      found.centre_first = first;
      if (!read_features(joined.inputs[first ? 0 : 1], joined.inputs[first ? 1 : 0], found)) continue;
      found.nodes.push_back(joined.name);
      return read_layers(concat, found);
    }
    return false;
  }

 private:
  const GraphNode* producer(int value) const {
    const int node = value < 0 ? -1 : by_[static_cast<std::size_t>(value)];
    return node < 0 ? nullptr : &graph_.nodes[static_cast<std::size_t>(node)];
  }
  const GraphNode* producer(int value, const char* kind) const {
    const GraphNode* node = producer(value);
    return node && node->operator_name == kind ? node : nullptr;
  }
  // Input 0 of what repeats it so often along the last axes, and not at all along those before.
  const GraphNode* repeated(int value, const std::vector<std::int64_t>& times) const {
    const GraphNode* node = producer(value);
    if (!node || (node->operator_name != "Expand" && node->operator_name != "Tile")) return nullptr;
    return list(graph_.constant(node->inputs[1])) == times ? node : nullptr;
  }
  static std::vector<std::int64_t> list(const Constant* constant) {
    if (!constant || constant->type != Type::int64) return {};
    const auto* numbers = constant->tensor().as<std::int64_t>();
    return {numbers, numbers + constant->shape.size()};
  }

  // The centres [.., n, k, F], repeated for every neighbour, and the neighbours themselves or less the centres.
  bool read_features(int centres, int others, EdgeConv& found) const {
    const GraphNode* difference = producer(others, "Sub");
    found.difference = difference != nullptr;
    const GraphNode* picked = producer(difference ? difference->inputs[0] : others, "Reshape");
    const GraphNode* gather = picked ? producer(picked->inputs[0], "GatherElements") : nullptr;
    if (!gather || integer_attribute(*gather, "axis", 0) != 1) return false;
    found.x = gather->inputs[0];
    const AxisLengths* x = lengths_.of(found.x);
    if (!x || x->size() != 3 || !(*x)[0].known() || !(*x)[1].known() || (*x)[2].number < 1) return false;
    if (!read_places(gather->inputs[1], *x, found)) return false;
    const std::int64_t k = (*lengths_.of(found.places))[2].number;
    const GraphNode* repeat = repeated(centres, {1, 1, k, 1});
    const GraphNode* spread = repeat ? producer(repeat->inputs[0], "Unsqueeze") : nullptr;
    std::int64_t axis = 0;
    if (!spread || spread->inputs[0] != found.x || !one_integer(graph_.constant(spread->inputs[1]), axis)) return false;
    if (axis != 2 && axis != -2) return false;
    if (difference && difference->inputs[1] != centres && difference->inputs[1] != repeat->inputs[0]) return false;
    for (const GraphNode* node : {gather, picked, spread, repeat, difference})
      if (node) found.nodes.push_back(node->name);
    return true;
  }
  // Places [B, n, k] of these very points, as [B, n k, 1] repeated for every feature.
  bool read_places(int indices, const AxisLengths& x, EdgeConv& found) const {
    const GraphNode* repeat = repeated(indices, {1, 1, x[2].number});
    const GraphNode* flat = repeat ? producer(repeat->inputs[0], "Reshape") : nullptr;
    if (!flat) return false;
    found.places = flat->inputs[0];
    const AxisLengths* places = lengths_.of(found.places);
    if (!places || places->size() != 3 || !((*places)[0] == x[0]) || !((*places)[1] == x[1])) return false;
    if ((*places)[2].number < 1 || !keeps_entries_apart(flat->inputs[1], x[0])) return false;
    found.nodes = {flat->name, repeat->name};
    return true;
  }
  // A shape [entries, something, 1].
  bool keeps_entries_apart(int shape, const AxisLength& entries) const {
    if (const Constant* constant = graph_.constant(shape)) {
      const auto numbers = list(constant);
      return numbers.size() == 3 && numbers[0] == entries.number && numbers[2] == 1;
    }
    const GraphNode* joined = producer(shape, "Concat");
    std::int64_t last = 0;
    if (!joined || joined->inputs.size() != 3 || !one_integer(graph_.constant(joined->inputs[2]), last) || last != 1)
      return false;
    const GraphNode* first = producer(joined->inputs[0], "Shape");
    if (!first || integer_attribute(*first, "start", 0) != 0 || integer_attribute(*first, "end", 0) != 1) return false;
    const AxisLengths* of = lengths_.of(first->inputs[0]);
    return of && !of->empty() && (*of)[0] == entries;
  }

  // The layers behind the features, and the mean or maximum over the neighbours.
  bool read_layers(std::size_t concat, EdgeConv& found) const {
    int value = graph_.nodes[concat].outputs[0];
    for (std::size_t at = concat;;) {
      const int next = only_reader(graph_, uses_, value, at);
      if (next < 0) return false;
      const GraphNode& node = graph_.nodes[static_cast<std::size_t>(next)];
      if (node.operator_name != "internal.Dense") return read_pool(next, found);
      if (node.inputs.size() > 3 || node.inputs[0] != value) return false;
      found.layers.push_back(next);
      at = static_cast<std::size_t>(next), value = node.outputs[0];
    }
  }
  bool read_pool(int n, EdgeConv& found) const {
    const GraphNode& node = graph_.nodes[static_cast<std::size_t>(n)];
    const bool pools = node.operator_name == "ReduceMean" || node.operator_name == "ReduceMax";
    std::int64_t axis = 0;
    if (!pools || found.layers.empty() || node.inputs.size() != 2 || integer_attribute(node, "keepdims", 1) != 0 ||
        !one_integer(graph_.constant(node.inputs[1]), axis))
      return false;
    found.pool = n;
    const Constant* w = graph_.constant(graph_.nodes[static_cast<std::size_t>(found.layers[0])].inputs[1]);
    return (axis == 2 || axis == -2) && w->shape[0] == 2 * (*lengths_.of(found.x))[2].number;
  }

  const Graph& graph_;
  std::vector<int> by_, uses_;
  Lengths lengths_;
};

bool relu(const GraphNode& dense) { return dense.attributes.count("activation") > 0; }

// The names of a layer's nodes, without that of its activation.
std::vector<std::string> linear_nodes(const GraphNode& dense) {
  std::vector<std::string> names{dense.name};
  names.insert(names.end(), dense.absorbed.begin(), dense.absorbed.end());
  if (relu(dense)) names.pop_back();
  return names;
}

// [W_c - W_g, W_g] for [c, g - c], [W_c, W_g] for [c, g]: [F, 2 N] of [2 F, N].
Constant split_weights(const Constant& w, const EdgeConv& found) {
  const std::int64_t features = w.shape[0] / 2, n = w.shape[1];
  const auto* all = w.tensor().as<float>();
  const float *centre = all + (found.centre_first ? 0 : features * n),
              *other = all + (found.centre_first ? features * n : 0);
  std::vector<float> split(static_cast<std::size_t>(2 * features * n));
  for (std::int64_t f = 0; f < features; ++f)
    for (std::int64_t j = 0; j < n; ++j) {
      const float c = centre[f * n + j], g = other[f * n + j];
      split[static_cast<std::size_t>(2 * f * n + j)] = found.difference ? c - g : c;
      split[static_cast<std::size_t>((2 * f + 1) * n + j)] = g;
    }
  Shape shape;
  shape.push(features), shape.push(2 * n);
  return float_constant(shape, split);
}

// The bias goes to the centre.
Constant split_bias(const Constant* bias, std::int64_t n) {
  std::vector<float> split(static_cast<std::size_t>(2 * n));
  if (bias) std::copy_n(bias->tensor().as<float>(), n, split.begin());
  Shape shape;
  shape.push(2 * n);
  return float_constant(shape, split);
}

const Constant* bias_of(const Graph& graph, const GraphNode& dense) {
  return dense.inputs.size() > 2 ? graph.constant(dense.inputs[2]) : nullptr;
}
int full_bias(Graph& graph, const GraphNode& dense, std::int64_t n) {
  if (bias_of(graph, dense)) return dense.inputs[2];
  Shape shape;
  shape.push(n);
  return add_constant(graph, dense.name + ".b", float_constant(shape, std::vector<float>(static_cast<std::size_t>(n))));
}

// The first layer, once for each point, in place of the features of the edges.
GraphNode point_layer(Graph& graph, const EdgeConv& found) {
  const GraphNode first = graph.nodes[static_cast<std::size_t>(found.layers[0])];
  const std::int64_t n = graph.constant(first.inputs[1])->shape[1];
  Constant w = split_weights(*graph.constant(first.inputs[1]), found), b = split_bias(bias_of(graph, first), n);
  std::vector<std::string> names = linear_nodes(first);
  GraphNode made{first.name, "internal.Dense", {found.x}, {graph.add_value(first.name)}, {}, 0, {}, first.written};
  made.inputs.push_back(add_constant(graph, first.name + ".w", std::move(w)));
  made.inputs.push_back(add_constant(graph, first.name + ".b", std::move(b)));
  made.absorbed.assign(names.begin() + 1, names.end());
  return made;
}

GraphNode edge_layers(Graph& graph, const EdgeConv& found, int points) {
  const GraphNode pool = graph.nodes[static_cast<std::size_t>(found.pool)];
  GraphNode made{pool.name,   "internal.EdgeConvolution", {points, found.places}, pool.outputs, {}, 0, found.nodes,
                 pool.written};
  std::vector<std::int64_t> relus;
  std::int64_t width = 0, outputs = 0;
  for (const int layer : found.layers) {
    const GraphNode node = graph.nodes[static_cast<std::size_t>(layer)];
    const std::vector<std::string> names = linear_nodes(node);
    outputs = graph.constant(node.inputs[1])->shape[1];
    relus.push_back(relu(node));
    if (layer == found.layers[0]) width = outputs;
    else {
      made.inputs.insert(made.inputs.end(), {node.inputs[1], full_bias(graph, node, outputs)});
      made.absorbed.insert(made.absorbed.end(), names.begin(), names.end());
    }
    if (relu(node)) made.absorbed.push_back(node.absorbed.back());
  }
  made.attributes = {{"relu", relus},
                     {"width", width},
                     {"outputs", outputs},
                     {"pool", std::string(pool.operator_name == "ReduceMax" ? "max" : "mean")}};
  return made;
}

}  // namespace

void fuse_edges(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    EdgeConv found;
    if (graph.nodes[n].operator_name != "Concat" || !Finder(graph).find(n, found)) continue;
    GraphNode points = point_layer(graph, found);
    GraphNode edges = edge_layers(graph, found, points.outputs[0]);
    graph.nodes[static_cast<std::size_t>(found.pool)] = std::move(edges);
    graph.nodes[n] = std::move(points);
    graph.remove_unused();
    n = 0;
  }
}

}  // namespace lading
