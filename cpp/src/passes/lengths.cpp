#include "passes/lengths.hpp"

#include <algorithm>

#include "passes/rewriting.hpp"

namespace lading {
namespace {

// Operators whose result is as long as what they are given, along every axis.
constexpr const char* keep_lengths[] = {"BatchNormalization", "Clip",      "Dropout", "Elu",  "Gelu", "Identity",
                                        "LayerNormalization", "LeakyRelu", "Neg",     "Relu", "Selu", "Sigmoid",
                                        "Softplus",           "Swish",     "Tanh"};
constexpr const char* broadcasting[] = {"Add", "Div", "Mul", "Sub"};

template <std::size_t n> bool is_one_of(const char* const (&names)[n], const std::string& name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

AxisLength joined(const AxisLength& a, const AxisLength& b) {
  if (a == b || b.number == 1) return a;
  return a.number == 1 ? b : AxisLength{};
}

}  // namespace

Lengths::Lengths(const Graph& graph) : graph_(graph), found_(graph.values.size()) {
  for (std::size_t v = 0; v < graph.values.size(); ++v) {
    found_[v] = graph.values[v].lengths;
    if (!graph.values[v].constant) continue;
    const Shape& shape = graph.values[v].constant->shape;
    found_[v].emplace();
    for (int axis = 0; axis < shape.rank; ++axis) found_[v]->push_back({shape[axis], -1});
  }
  for (const GraphNode& node : graph.nodes)
    if (!node.outputs.empty() && node.outputs[0] >= 0)
      found_[static_cast<std::size_t>(node.outputs[0])] = result_of(node);
}

std::optional<AxisLengths> Lengths::result_of(const GraphNode& node) const {
  if (node.inputs.empty()) return std::nullopt;
  const auto* given = of(node.inputs[0]);
  if (!given) return std::nullopt;
  if (is_one_of(keep_lengths, node.operator_name)) return *given;
  if (is_one_of(broadcasting, node.operator_name)) return broadcast(node);
  if (node.operator_name == "Concat") return joined(node);
  if (node.operator_name == "internal.Dense") return with_last(node, graph_.constant(node.inputs[1])->shape[1]);
  if (node.operator_name == "internal.Neighbours" && integer_attribute(node, "columns", 0) == 0)
    return with_last(node, integer_attribute(node, "count", 0) - integer_attribute(node, "skipped", 0));
  if (node.operator_name == "internal.EdgeConvolution") return with_last(node, integer_attribute(node, "outputs", 0));
  return std::nullopt;
}

std::optional<AxisLengths> Lengths::with_last(const GraphNode& node, std::int64_t last) const {
  AxisLengths lengths = *of(node.inputs[0]);
  if (lengths.empty()) return std::nullopt;
  lengths.back() = {last, -1};
  return lengths;
}

std::optional<AxisLengths> Lengths::broadcast(const GraphNode& node) const {
  const auto *a = of(node.inputs[0]), *b = node.inputs.size() == 2 ? of(node.inputs[1]) : nullptr;
  if (!a || !b) return std::nullopt;
  const auto &longer = a->size() < b->size() ? *b : *a, &shorter = a->size() < b->size() ? *a : *b;
  AxisLengths lengths = longer;
  const std::size_t more = longer.size() - shorter.size();
  for (std::size_t axis = more; axis < longer.size(); ++axis)
    lengths[axis] = lading::joined(longer[axis], shorter[axis - more]);
  return lengths;
}

// One after the other along the last axis; all others are equal.
std::optional<AxisLengths> Lengths::joined(const GraphNode& node) const {
  AxisLengths lengths = *of(node.inputs[0]);
  const auto axis = integer_attribute(node, "axis", 0), rank = static_cast<std::int64_t>(lengths.size());
  if (rank == 0 || (axis != -1 && axis != rank - 1)) return std::nullopt;
  std::int64_t total = 0;
  for (const int value : node.inputs) {
    const auto* part = of(value);
    if (!part || part->size() != lengths.size() || part->back().number < 0) return std::nullopt;
    total += part->back().number;
  }
  lengths.back() = {total, -1};
  return lengths;
}

}  // namespace lading
