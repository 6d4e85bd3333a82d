// A maxout layer, dense layers that read one input and the Max over all of them, becomes one node
// internal.Maxout(x, w [K, pieces N], bias [pieces N]): one product with the pieces side by side. No sum changes.
#include <algorithm>

#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

// The layers that the Max is taken over, in its order; none if something else is among them.
std::vector<int> pieces_of(const Graph& graph, const GraphNode& largest) {
  const std::vector<int> producers = graph.producers(), uses = graph.uses();
  std::vector<int> pieces;
  for (const int value : largest.inputs) {
    const int n = value < 0 || uses[value] != 1 ? -1 : producers[value];
    if (n < 0) return {};
    const GraphNode& piece = graph.nodes[n];
    if (piece.operator_name != "internal.Dense" || piece.inputs.size() > 3 || piece.attributes.count("activation"))
      return {};
    const GraphNode& first = graph.nodes[pieces.empty() ? n : pieces[0]];
    if (piece.inputs[0] != first.inputs[0] ||
        !(graph.constant(piece.inputs[1])->shape == graph.constant(first.inputs[1])->shape))
      return {};
    pieces.push_back(n);
  }
  return pieces;
}

int bias_of(const GraphNode& layer) { return layer.inputs.size() > 2 ? layer.inputs[2] : -1; }

// Matrices [rows][columns], or lists, where rows is 1, side by side; zeros stand for those that are none.
Constant side_by_side(const Graph& graph, const std::vector<int>& values, std::int64_t rows, std::int64_t columns,
                      int rank) {
  const std::int64_t wide = columns * static_cast<std::int64_t>(values.size());
  std::vector<float> all(static_cast<std::size_t>(rows * wide));
  for (std::size_t v = 0; v < values.size(); ++v) {
    const Constant* constant = graph.constant(values[v]);
    if (!constant) continue;
    const auto* from = reinterpret_cast<const float*>(constant->data.get());
    for (std::int64_t r = 0; r < rows; ++r)
      std::copy_n(from + r * columns, columns, &all[static_cast<std::size_t>(r * wide) + v * std::size_t(columns)]);
  }
  Shape shape;
  if (rank == 2) shape.push(rows);
  shape.push(wide);
  return float_constant(shape, all);
}

GraphNode maxout(Graph& graph, const std::vector<int>& pieces, const GraphNode& largest) {
  GraphNode made = graph.nodes[pieces[0]];
  std::vector<int> weights, biases;
  bool any_bias = false;
  for (const int n : pieces) {
    weights.push_back(graph.nodes[n].inputs[1]), biases.push_back(bias_of(graph.nodes[n]));
    any_bias |= biases.back() >= 0;
    if (n == pieces[0]) continue;
    made.absorbed.push_back(graph.nodes[n].name);
    for (const std::string& name : graph.nodes[n].absorbed) made.absorbed.push_back(name);
  }
  made.absorbed.push_back(largest.name);
  const Shape shape = graph.constant(weights[0])->shape;
  made.operator_name = "internal.Maxout";
  made.attributes = {{"pieces", static_cast<std::int64_t>(pieces.size())}};
  made.inputs.resize(1), made.outputs = largest.outputs;
  Constant w = side_by_side(graph, weights, shape[0], shape[1], 2), b = side_by_side(graph, biases, 1, shape[1], 1);
  made.inputs.push_back(add_constant(graph, made.name + ".w", std::move(w)));
  if (any_bias) made.inputs.push_back(add_constant(graph, made.name + ".b", std::move(b)));
  return made;
}

}  // namespace

void fuse_maxout(Graph& graph) {
  bool found = false;
  for (GraphNode& node : graph.nodes) {
    if (node.operator_name != "Max" || node.inputs.size() < 2) continue;
    const std::vector<int> pieces = pieces_of(graph, node);
    if (pieces.empty()) continue;
    node = maxout(graph, pieces, node);
    found = true;
  }
  if (found) graph.remove_unused();  // the pieces
}

}  // namespace lading
