// Small pieces that passes share.
#pragma once
#include "graph/graph.hpp"

namespace lading {

inline bool is_float32(const Constant* constant, int rank) {
  return constant && constant->type == Type::float32 && constant->shape.rank == rank;
}

std::int64_t integer_attribute(const GraphNode& node, const char* name, std::int64_t otherwise);
double real_attribute(const GraphNode& node, const char* name, double otherwise);
const std::vector<std::int64_t>* integers_attribute(const GraphNode& node, const char* name);  // null: none

// The only number of a constant; false if it is no such thing.
bool one_integer(const Constant* constant, std::int64_t& number);
// The same; one with more axes than a matrix, which would give them to what it is multiplied with, is no such thing either.
bool one_float(const Constant* constant, float& number);

Constant float_constant(const Shape& shape, const std::vector<float>& values);
Constant integer_constant(const std::vector<std::int64_t>& values);
int add_constant(Graph& graph, const std::string& name, Constant constant);

// Node `next`, which `into` does now as well, goes.
void absorb(Graph& graph, GraphNode& into, int next);

// The only node that reads `value`, if there is exactly one use; else -1.
int only_reader(const Graph& graph, const std::vector<int>& uses, int value, std::size_t after);

}  // namespace lading
