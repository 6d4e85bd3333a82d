// A dense layer as exporters write it (Gemm, or MatMul and Add, then an activation) becomes one node
// internal.Dense(x, w [K, N], bias [N]) with the activation as its attribute.
#include <algorithm>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

constexpr const char* activations[] = {"Relu"};

Constant transposed(const Constant& w, WeightMemory& turned) {
  const std::int64_t n = w.shape[0], k = w.shape[1];
  Shape shape;
  shape.push(k), shape.push(n);
  const std::shared_ptr<std::byte> memory = turned.take(w.tensor().bytes());
  kernels().transpose(w.tensor().as<float>(), k, n, k, reinterpret_cast<float*>(memory.get()), n);
  return {Type::float32, shape, memory};
}

// A constant that adds one number to each of N outputs, whatever leading ones its shape has.
bool is_bias(const Constant* c, std::int64_t outputs, int most_rank) {
  return c && c->type == Type::float32 && c->shape.rank >= 1 && c->shape.rank <= most_rank &&
         c->shape.size() == outputs && c->shape[c->shape.rank - 1] == outputs;
}

int flat_bias(Graph& graph, int value, std::int64_t outputs) {
  Constant bias = *graph.constant(value);
  bias.shape = Shape();
  bias.shape.push(outputs);
  return add_constant(graph, graph.values[value].name, std::move(bias));
}

bool from_gemm(Graph& graph, GraphNode& node, WeightMemory& turned) {
  const Constant* w = node.inputs.size() > 1 ? graph.constant(node.inputs[1]) : nullptr;
  if (!is_float32(w, 2) || integer_attribute(node, "transA", 0) || real_attribute(node, "alpha", 1) != 1 ||
      real_attribute(node, "beta", 1) != 1)
    return false;
  const bool transpose = integer_attribute(node, "transB", 0);
  const std::int64_t outputs = w->shape[transpose ? 0 : 1];
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] >= 0;
  if (has_bias && !is_bias(graph.constant(node.inputs[2]), outputs, 2)) return false;
  if (transpose) { node.inputs[1] = add_constant(graph, graph.values[node.inputs[1]].name, transposed(*w, turned)); }
  if (has_bias) node.inputs[2] = flat_bias(graph, node.inputs[2], outputs);
  return true;
}

bool from_matmul(const Graph& graph, const GraphNode& node) {
  return node.inputs.size() == 2 && is_float32(graph.constant(node.inputs[1]), 2);
}

// Add(dense, bias) in either order.
bool take_bias(Graph& graph, GraphNode& dense, const GraphNode& next) {
  if (next.operator_name != "Add" || dense.inputs.size() > 2 || next.inputs.size() != 2) return false;
  const int other = next.inputs[next.inputs[0] == dense.outputs[0] ? 1 : 0];
  const std::int64_t outputs = graph.constant(dense.inputs[1])->shape[1];
  if (!is_bias(graph.constant(other), outputs, 1)) return false;
  dense.inputs.push_back(flat_bias(graph, other, outputs));
  return true;
}

bool take_activation(GraphNode& dense, const GraphNode& next) {
  if (dense.attributes.count("activation")) return false;
  if (std::find(std::begin(activations), std::end(activations), next.operator_name) == std::end(activations))
    return false;
  dense.attributes["activation"] = next.operator_name;
  return true;
}

}  // namespace

void fuse_dense(Graph& graph) {
  WeightMemory turned(graph.matrix_bytes());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const std::string kind = graph.nodes[n].operator_name;
    if (kind == "Gemm" ? !from_gemm(graph, graph.nodes[n], turned)
                       : kind != "MatMul" || !from_matmul(graph, graph.nodes[n]))
      continue;
    GraphNode& dense = graph.nodes[n];
    dense.operator_name = "internal.Dense";
    dense.attributes = {};
    while (true) {
      const int next = only_reader(graph, graph.uses(), dense.outputs[0], n);
      if (next < 0) break;
      const GraphNode following = graph.nodes[next];
      if (!take_bias(graph, dense, following) && !take_activation(dense, following)) break;
      dense.outputs[0] = following.outputs[0];
      absorb(graph, dense, next);
      if (dense.attributes.count("activation")) break;
    }
  }
}

}  // namespace lading
