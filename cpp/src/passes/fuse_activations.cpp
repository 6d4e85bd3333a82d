// An activation of which a dense layer is the only source becomes part of the layer. Relu does so earlier, since kernels do it
// on their way.
#include <algorithm>

#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

constexpr const char* activations[] = {"LeakyRelu", "ThresholdedRelu", "Elu",  "Celu",     "Selu",
                                       "Sigmoid",   "HardSigmoid",     "Tanh", "Softplus", "Softsign",
                                       "HardSwish", "Swish",           "Mish", "Gelu",     "Erf"};

bool is_activation(const std::string& name) {
  return std::find(std::begin(activations), std::end(activations), name) != std::end(activations);
}

}  // namespace

void fuse_activations(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    GraphNode& dense = graph.nodes[n];
    if (dense.operator_name != "internal.Dense" || dense.attributes.count("activation")) continue;
    const int next = only_reader(graph, graph.uses(), dense.outputs[0], n);
    if (next < 0) continue;
    const GraphNode& following = graph.nodes[next];
    if (!is_activation(following.operator_name)) continue;
    dense.attributes = following.attributes;
    dense.attributes["activation"] = following.operator_name;
    dense.outputs = following.outputs;
    absorb(graph, dense, next);
  }
}

}  // namespace lading
