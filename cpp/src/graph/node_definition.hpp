// A node of a graph, shown to the operator that is made for it.
#pragma once
#include "graph/memory.hpp"
#include "graph/plan.hpp"
#include "kernels/kernels.hpp"

namespace lading {

class NodeDefinition final : public Definition {
 public:
  NodeDefinition(const Graph& graph, const GraphNode& node, std::size_t memory_limit, WeightMemory& weights)
      : graph_(graph), node_(node), memory_limit_(memory_limit), weights_(weights) {
    for (const int value : node.inputs) {
      tensors_.emplace_back();
      if (const Constant* constant = graph.constant(value)) tensors_.back() = constant->tensor();
    }
  }
  const std::string& node() const override { return node_.name; }
  const std::string& operator_name() const override { return node_.written; }
  int input_count() const override { return static_cast<int>(node_.inputs.size()); }
  int output_count() const override { return static_cast<int>(node_.outputs.size()); }
  bool has_input(int i) const override { return i < input_count() && node_.inputs[i] >= 0; }
  bool has_output(int i) const override { return i < output_count() && node_.outputs[i] >= 0; }
  const Tensor* constant(int i) const override {
    return has_input(i) && graph_.constant(node_.inputs[i]) ? &tensors_[i] : nullptr;
  }
  const Attributes& attributes() const override { return node_.attributes; }
  const Kernels& kernels() const override { return lading::kernels(); }
  std::shared_ptr<std::byte> weight_memory(std::size_t bytes) const override { return weights_.take(bytes); }
  std::shared_ptr<const Plan> subgraph(const std::string& attribute) const override {
    const auto found = node_.attributes.find(attribute);
    const auto* named = found == node_.attributes.end() ? nullptr : std::get_if<Subgraph>(&found->second);
    if (found == node_.attributes.end()) fail("attribute '" + attribute + "' is missing");
    if (!named) fail(wrong_kind(attribute.c_str(), "a graph", found->second));
    subplans_.push_back(Plan::compile(graph_.subgraphs.at(named->graph), memory_limit_));
    return subplans_.back();
  }
  int captured() const override { return static_cast<int>(node_.captured); }
  const std::vector<std::shared_ptr<const Plan>>& subplans() const { return subplans_; }

 private:
  const Graph& graph_;
  const GraphNode& node_;
  std::size_t memory_limit_;
  WeightMemory& weights_;
  std::vector<Tensor> tensors_;
  mutable std::vector<std::shared_ptr<const Plan>> subplans_;
};

}  // namespace lading
