// A node that reads constants only is evaluated once, here, by its own operator.
#include <algorithm>

#include "graph/memory.hpp"
#include "graph/node_definition.hpp"
#include "passes/passes.hpp"

namespace lading {
namespace {

// A folded value may not be much larger than what it is made of: ConstantOfShape of a huge shape waits for run time.
constexpr std::size_t most_bytes = std::size_t(64) << 20;

bool holds_graphs(const GraphNode& node) {
  return std::any_of(node.attributes.begin(), node.attributes.end(),
                     [](const auto& attribute) { return std::holds_alternative<Subgraph>(attribute.second); });
}

bool reads_constants_only(const Graph& graph, const GraphNode& node) {
  return !node.inputs.empty() && !node.captured && !holds_graphs(node) &&
         std::all_of(node.inputs.begin(), node.inputs.end(), [&](int v) { return v < 0 || graph.constant(v); });
}

std::shared_ptr<const std::byte> shared(Memory memory) {
  return std::shared_ptr<const std::byte>(memory.release(),
                                          [](const std::byte* p) { std::free(const_cast<std::byte*>(p)); });
}

// Evaluates one node on constant tensors; false if its result is too large to keep. `room` is what all of them may take.
bool evaluate(Graph& graph, const GraphNode& node, std::size_t& room) {
  WeightMemory weights(0);
  NodeDefinition definition(graph, node, most_bytes, weights);
  const auto operation = find_operator(node.operator_name)(definition);
  operation->where = node_text(node.name, node.written);
  if (operation->shape_from_data()) return false;
  std::vector<Tensor> in(node.inputs.size()), out(node.outputs.size());
  std::vector<const Tensor*> in_pointers(in.size());
  std::vector<Tensor*> out_pointers(out.size());
  for (std::size_t i = 0; i < in.size(); ++i)
    if (node.inputs[i] >= 0) in[i] = graph.constant(node.inputs[i])->tensor(), in_pointers[i] = &in[i];
  for (std::size_t i = 0; i < out.size(); ++i) out_pointers[i] = &out[i];
  Operands io;
  io.input_ = in_pointers.data(), io.inputs_ = static_cast<int>(in.size());
  io.output_ = out_pointers.data(), io.outputs_ = static_cast<int>(out.size());
  io.operator_ = operation.get();
  operation->infer(io);
  const std::size_t scratch_bytes = operation->scratch(io);
  std::size_t bytes = 0;
  for (const Tensor& tensor : out) bytes += tensor.bytes();
  if (bytes > most_bytes || scratch_bytes > most_bytes || bytes > room) return false;
  room -= bytes;
  std::vector<Memory> memory;
  for (Tensor& tensor : out) {
    memory.push_back(allocate(tensor.bytes()));
    tensor.data = memory.back().get();
  }
  const Memory scratch = allocate(scratch_bytes);
  io.scratch_ = scratch.get();
  operation->evaluate(io);
  for (std::size_t i = 0; i < out.size(); ++i)
    if (node.outputs[i] >= 0)
      graph.values[node.outputs[i]].constant = Constant{out[i].type, out[i].shape, shared(std::move(memory[i]))};
  return true;
}

}  // namespace

void fold_constants(Graph& graph, std::size_t memory_limit) {
  std::vector<GraphNode> kept;
  std::size_t room = memory_limit;
  for (GraphNode& node : graph.nodes)
    if (!reads_constants_only(graph, node) || !evaluate(graph, node, room)) kept.push_back(std::move(node));
  graph.nodes = std::move(kept);
}

}  // namespace lading
