// A Conv with constant weights and a Relu that nobody else sees becomes one node, internal.Convolution.
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {

void fuse_convolution(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    GraphNode& layer = graph.nodes[n];
    if (layer.operator_name != "Conv" || layer.inputs.size() < 2 || layer.outputs.size() != 1) continue;
    const Constant* weights = graph.constant(layer.inputs[1]);
    if (!weights || weights->type != Type::float32) continue;
    const int next = only_reader(graph, graph.uses(), layer.outputs[0], n);
    if (next < 0 || graph.nodes[next].operator_name != "Relu" || graph.nodes[next].inputs.size() != 1) continue;
    layer.operator_name = "internal.Convolution";
    layer.outputs = graph.nodes[next].outputs;
    absorb(graph, layer, next);
  }
}

}  // namespace lading
