// Dense layers of which each reads the one before and nobody else does become one node internal.DenseChain, and so does the
// softmax of what the last one makes: rows go through all of them a block at a time.
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

// Without what is added to its sums.
bool is_layer(const GraphNode& node) { return node.operator_name == "internal.Dense" && node.inputs.size() <= 3; }

// The node that alone reads `dense` and is a layer itself; -1 if there is none.
int next_layer(const Graph& graph, std::size_t dense) {
  const int value = graph.nodes[dense].outputs[0];
  const int next = only_reader(graph, graph.uses(), value, dense);
  if (next < 0) return -1;
  const GraphNode& node = graph.nodes[static_cast<std::size_t>(next)];
  return is_layer(node) && node.inputs[0] == value ? next : -1;
}

void append_layer(const GraphNode& layer, GraphNode& chain) {
  chain.inputs.push_back(layer.inputs[1]);
  chain.inputs.push_back(layer.inputs.size() > 2 ? layer.inputs[2] : -1);
  std::get<std::vector<std::int64_t>>(chain.attributes["relu"]).push_back(layer.attributes.count("activation"));
  chain.outputs = layer.outputs;
}

// A softmax along the last axis, whatever the rank is.
bool is_softmax(const GraphNode& node) {
  return (node.operator_name == "Softmax" || node.operator_name == "LogSoftmax") &&
         integer_attribute(node, "axis", -1) == -1;
}

// The softmax of the chain at node n, if nobody else reads what it takes, is done by the chain.
void append_softmax(Graph& graph, std::size_t n, GraphNode& chain) {
  const int next = only_reader(graph, graph.uses(), chain.outputs[0], n);
  if (next < 0) return;
  const GraphNode& node = graph.nodes[static_cast<std::size_t>(next)];
  if (!is_softmax(node)) return;
  chain.attributes["softmax"] = std::int64_t{node.operator_name == "Softmax" ? 1 : 2};
  graph.nodes[n].outputs = chain.outputs = node.outputs;
  absorb(graph, chain, next);
}

}  // namespace

void fuse_chains(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!is_layer(graph.nodes[n]) || next_layer(graph, n) < 0) continue;
    GraphNode chain = graph.nodes[n];
    chain.operator_name = "internal.DenseChain";
    chain.inputs.resize(1);
    chain.attributes = {{"relu", std::vector<std::int64_t>{}}};
    append_layer(graph.nodes[n], chain);
    for (int next; (next = next_layer(graph, n)) >= 0;) {
      append_layer(graph.nodes[static_cast<std::size_t>(next)], chain);
      graph.nodes[n].outputs = chain.outputs;
      absorb(graph, chain, next);
    }
    append_softmax(graph, n, chain);
    graph.nodes[n] = std::move(chain);
  }
}

}  // namespace lading
