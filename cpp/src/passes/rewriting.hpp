// Small pieces that passes share.
#pragma once
#include <cstring>

#include "graph/graph.hpp"

namespace lading {

inline bool is_float32(const Constant* constant, int rank) {
  return constant && constant->type == Type::float32 && constant->shape.rank == rank;
}

inline std::int64_t integer_attribute(const GraphNode& node, const char* name, std::int64_t otherwise) {
  const auto found = node.attributes.find(name);
  const auto* value = found == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return value ? *value : otherwise;
}

inline double real_attribute(const GraphNode& node, const char* name, double otherwise) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return otherwise;
  if (const auto* real = std::get_if<double>(&found->second)) return static_cast<float>(*real);
  if (const auto* integer = std::get_if<std::int64_t>(&found->second)) return static_cast<double>(*integer);
  return otherwise;
}

inline Constant float_constant(const Shape& shape, const std::vector<float>& values) {
  const std::size_t bytes = values.size() * sizeof(float);
  std::shared_ptr<std::byte> data(static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)),
                                  [](std::byte* p) { std::free(p); });
  std::memcpy(data.get(), values.data(), bytes);
  return {Type::float32, shape, data};
}

inline Constant integer_constant(const std::vector<std::int64_t>& values) {
  std::shared_ptr<std::byte> data(static_cast<std::byte*>(std::aligned_alloc(64, (values.size() * 8 + 127) / 64 * 64)),
                                  [](std::byte* p) { std::free(p); });
  std::memcpy(data.get(), values.data(), values.size() * 8);
  Shape shape;
  shape.push(static_cast<std::int64_t>(values.size()));
  return {Type::int64, shape, data};
}

inline int add_constant(Graph& graph, const std::string& name, Constant constant) {
  const int value = graph.add_value(name);
  graph.values[value].constant = std::move(constant);
  return value;
}

// Node `next`, which `into` does now as well, goes.
inline void absorb(Graph& graph, GraphNode& into, int next) {
  const GraphNode& gone = graph.nodes[static_cast<std::size_t>(next)];
  into.absorbed.push_back(gone.name);
  into.absorbed.insert(into.absorbed.end(), gone.absorbed.begin(), gone.absorbed.end());
  graph.nodes.erase(graph.nodes.begin() + next);
}

// The only node that reads `value`, if there is exactly one use; else -1.
inline int only_reader(const Graph& graph, const std::vector<int>& uses, int value, std::size_t after) {
  if (value < 0 || uses[value] != 1) return -1;
  for (std::size_t n = after + 1; n < graph.nodes.size(); ++n)
    for (const int input : graph.nodes[n].inputs)
      if (input == value) return static_cast<int>(n);
  return -1;
}

}  // namespace lading
