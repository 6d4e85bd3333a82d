// The graph as the passes see it: nodes over numbered values. Built from a bundle, rewritten by passes,
// then compiled into a Plan.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"

namespace lading {

// How long an axis is, as the bundle says it.
struct AxisLength {
  std::int64_t number = -1;  // -1: not a number
  int axis = -1;             // of the bundle: as long as all that name it

  bool known() const { return number >= 0 || axis >= 0; }
  bool operator==(const AxisLength& other) const { return number == other.number && axis == other.axis; }
};
using AxisLengths = std::vector<AxisLength>;

struct GraphValue {
  std::string name;
  std::optional<Constant> constant;
  std::optional<AxisLengths> lengths = {};  // of inputs
};

struct GraphNode {
  std::string name, operator_name;
  std::vector<int> inputs, outputs;  // values; -1: omitted
  Attributes attributes;
  std::size_t captured = 0;                // how many of the last inputs are names that subgraphs read
  std::vector<std::string> absorbed = {};  // names of the nodes that passes made part of this one
  std::string written = operator_name;     // the operator as the bundle says it, which messages name
};

struct Graph {
  std::vector<GraphValue> values;
  std::vector<GraphNode> nodes;
  std::vector<int> inputs, outputs;
  std::map<std::string, Graph> subgraphs;  // inputs: its own, then `captured` ones in the order of its node

  int add_value(std::string name);
  const Constant* constant(int value) const {
    return value >= 0 && values[value].constant ? &*values[value].constant : nullptr;
  }
  std::vector<int> uses() const;       // per value: nodes and outputs that read it
  std::vector<int> producers() const;  // per value: index of the node that makes it, or -1
  std::size_t matrix_bytes() const;    // of the constants that somebody reads and that have two axes or more
  void remove_unused();                // nodes whose outputs nobody reads
};

Graph build_graph(const Bundle& bundle);

}  // namespace lading
