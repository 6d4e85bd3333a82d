#include "passes/rewriting.hpp"

#include <cstring>

#include "error.hpp"
#include "graph/memory.hpp"
#include "operators/operator.hpp"

namespace lading {
namespace {

template <class T> const T* attribute(const GraphNode& node, const char* name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

template <class T> Constant constant_of(Type type, const Shape& shape, const std::vector<T>& values) {
  const std::size_t bytes = values.size() * sizeof(T);
  std::shared_ptr<std::byte> data(allocate(bytes).release(), FreeMemory());
  std::memcpy(data.get(), values.data(), bytes);
  return {type, shape, data};
}

}  // namespace

// What a pass reads is checked as the operator itself would have done.
[[noreturn]] static void refuse(const GraphNode& node, const char* name, const char* kind) {
  const std::string why = wrong_kind(name, kind, node.attributes.find(name)->second);
  throw Error(node_text(node.name, node.written) + ": " + why);
}

std::int64_t integer_attribute(const GraphNode& node, const char* name, std::int64_t otherwise) {
  if (const auto* value = attribute<std::int64_t>(node, name)) return *value;
  if (node.attributes.count(name)) refuse(node, name, "an integer");
  return otherwise;
}

double real_attribute(const GraphNode& node, const char* name, double otherwise) {
  if (const auto* real = attribute<double>(node, name)) return static_cast<float>(*real);
  if (const auto* integer = attribute<std::int64_t>(node, name)) return static_cast<double>(*integer);
  if (node.attributes.count(name)) refuse(node, name, "a number");
  return otherwise;
}

const std::vector<std::int64_t>* integers_attribute(const GraphNode& node, const char* name) {
  return attribute<std::vector<std::int64_t>>(node, name);
}

bool one_integer(const Constant* constant, std::int64_t& number) {
  if (!constant || constant->shape.size() != 1) return false;
  if (constant->type == Type::int64) number = constant->tensor().as<std::int64_t>()[0];
  else if (constant->type == Type::int32) number = constant->tensor().as<std::int32_t>()[0];
  else return false;
  return true;
}

bool one_float(const Constant* constant, float& number) {
  if (!constant || constant->type != Type::float32 || constant->shape.size() != 1 || constant->shape.rank > 2)
    return false;
  number = constant->tensor().as<float>()[0];
  return true;
}

Constant float_constant(const Shape& shape, const std::vector<float>& values) {
  return constant_of(Type::float32, shape, values);
}

Constant integer_constant(const std::vector<std::int64_t>& values) {
  Shape shape;
  shape.push(static_cast<std::int64_t>(values.size()));
  return constant_of(Type::int64, shape, values);
}

int add_constant(Graph& graph, const std::string& name, Constant constant) {
  const int value = graph.add_value(name);
  graph.values[value].constant = std::move(constant);
  return value;
}

void absorb(Graph& graph, GraphNode& into, int next) {
  const GraphNode& gone = graph.nodes[static_cast<std::size_t>(next)];
  into.absorbed.push_back(gone.name);
  into.absorbed.insert(into.absorbed.end(), gone.absorbed.begin(), gone.absorbed.end());
  graph.nodes.erase(graph.nodes.begin() + next);
}

int only_reader(const Graph& graph, const std::vector<int>& uses, int value, std::size_t after) {
  if (value < 0 || uses[value] != 1) return -1;
  for (std::size_t n = after + 1; n < graph.nodes.size(); ++n)
    for (const int input : graph.nodes[n].inputs)
      if (input == value) return static_cast<int>(n);
  return -1;
}

}  // namespace lading
