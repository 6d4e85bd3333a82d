#include "graph/graph.hpp"

#include <algorithm>
#include <set>

#include "operators/operator.hpp"

namespace lading {
namespace {

// Turns the nodes of one graph of a bundle into numbered values.
class Builder {
 public:
  Builder(const Bundle& bundle, Graph& graph) : bundle_(bundle), graph_(graph) {}

  int define(const std::string& name) {
    const int id = graph_.add_value(name);
    ids_[name] = id;
    return id;
  }
  void add(const Node& node) {
    GraphNode made{node.name, node.operator_name, {}, {}, node.attributes, 0};
    for (const NodeInput& input : node.inputs) made.inputs.push_back(operand(input));
    check_graphs(node);
    while (!made.inputs.empty() && made.inputs.back() < 0) made.inputs.pop_back();
    if (node.operator_name == "Loop") made.inputs.resize(std::max<std::size_t>(made.inputs.size(), 2), -1);
    capture(made);
    for (const std::string& output : node.outputs) made.outputs.push_back(output.empty() ? -1 : define(output));
    graph_.nodes.push_back(std::move(made));
  }
  int find(const std::string& name) {
    if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
    const auto weight = bundle_.weights.find(name);
    if (weight == bundle_.weights.end()) return -1;
    const int id = define(name);
    graph_.values[id].constant = weight->second;
    return id;
  }

 private:
  int operand(const NodeInput& input) {
    if (input.constant) {
      const int id = graph_.add_value("");
      graph_.values[id].constant = *input.constant;
      return id;
    }
    if (input.name.empty()) return -1;
    const int id = find(input.name);
    if (id < 0) throw Error(bundle_.where + ": '" + input.name + "' is read before it is made");
    return id;
  }

  // What a graph captures stands behind what the node is given, in whose places nothing else may come.
  static void check_graphs(const Node& node) {
    const bool choice = node.operator_name == "If";
    const std::string where = "node '" + node.name + "' (" + node.operator_name + "): ";
    if (choice && (node.inputs.size() != 1 || (node.inputs[0].name.empty() && !node.inputs[0].constant)))
      throw Error(where + "takes 1 input, the condition; it has " + std::to_string(node.inputs.size()));
    if (choice || node.operator_name == "Loop" || node.operator_name == "Scan" || !find_operator(node.operator_name))
      return;
    for (const auto& [key, attribute] : node.attributes)
      if (std::holds_alternative<Subgraph>(attribute))
        throw Error(where + "attribute '" + key + "' is a graph; only If, Loop and Scan have graphs");
  }

  // Names of this graph that the subgraphs of `node` read become its last inputs.
  void capture(GraphNode& node) {
    std::vector<std::string> names;
    for (const auto& [key, attribute] : node.attributes)
      if (const auto* subgraph = std::get_if<Subgraph>(&attribute)) captured_names(*subgraph, names);
    for (const std::string& name : names) node.inputs.push_back(find(name));
    node.captured = names.size();
    for (const auto& [key, attribute] : node.attributes)
      if (const auto* subgraph = std::get_if<Subgraph>(&attribute)) build(*subgraph, names);
  }
  void captured_names(const Subgraph& subgraph, std::vector<std::string>& names) {
    std::set<std::string> inside(subgraph.inputs.begin(), subgraph.inputs.end());
    const auto outer = [&](const std::string& name) {
      if (name.empty() || inside.count(name) || bundle_.weights.count(name)) return;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const Node& node : bundle_.graphs.at(subgraph.graph)) {
      for (const NodeInput& input : node.inputs)
        if (!input.constant) outer(input.name);
      for (const auto& [key, attribute] : node.attributes)
        if (const auto* nested = std::get_if<Subgraph>(&attribute)) {
          std::vector<std::string> deeper;
          captured_names(*nested, deeper);
          for (const std::string& name : deeper) outer(name);
        }
      inside.insert(node.outputs.begin(), node.outputs.end());
    }
    for (const std::string& name : subgraph.outputs) outer(name);
  }
  void build(const Subgraph& subgraph, const std::vector<std::string>& captured) {
    Graph& inner = graph_.subgraphs[subgraph.graph];
    inner = Graph();
    Builder builder(bundle_, inner);
    for (const std::string& name : subgraph.inputs) inner.inputs.push_back(builder.define(name));
    for (const std::string& name : captured) inner.inputs.push_back(builder.define(name));
    for (const Node& node : bundle_.graphs.at(subgraph.graph)) builder.add(node);
    for (const std::string& name : subgraph.outputs) inner.outputs.push_back(builder.find(name));
  }

  const Bundle& bundle_;
  Graph& graph_;
  std::unordered_map<std::string, int> ids_;
};

}  // namespace

int Graph::add_value(std::string name) {
  values.push_back({std::move(name), std::nullopt, std::nullopt});
  return static_cast<int>(values.size()) - 1;
}

std::size_t Graph::matrix_bytes() const {
  const std::vector<int> count = uses();
  std::size_t bytes = 0;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (count[v] && values[v].constant && values[v].constant->shape.rank > 1)
      bytes += values[v].constant->tensor().bytes();
  return bytes;
}

std::vector<int> Graph::uses() const {
  std::vector<int> count(values.size());
  for (const GraphNode& node : nodes)
    for (const int value : node.inputs)
      if (value >= 0) ++count[value];
  for (const int value : outputs) ++count[value];
  return count;
}

std::vector<int> Graph::producers() const {
  std::vector<int> by(values.size(), -1);
  for (std::size_t n = 0; n < nodes.size(); ++n)
    for (const int value : nodes[n].outputs)
      if (value >= 0) by[value] = static_cast<int>(n);
  return by;
}

void Graph::remove_unused() {
  std::vector<int> count = uses();
  for (std::size_t n = nodes.size(); n-- > 0;) {
    const GraphNode& node = nodes[n];
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(), [&](int v) { return v >= 0 && count[v]; });
    if (used) continue;
    for (const int value : node.inputs)
      if (value >= 0) --count[value];
    nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

namespace {

AxisLengths lengths_of(const Input& input) {
  AxisLengths lengths;
  for (const AxisUse& use : input.axes) {
    const bool varies = use.kind == AxisUse::Kind::entry || use.kind == AxisUse::Kind::sequence;
    lengths.push_back(varies ? AxisLength{-1, use.axis} : AxisLength{use.size, -1});
  }
  return lengths;
}

}  // namespace

Graph build_graph(const Bundle& bundle) {
  Graph graph;
  Builder builder(bundle, graph);
  for (const Input& input : bundle.inputs) {
    graph.inputs.push_back(builder.define(input.name));
    graph.values[graph.inputs.back()].lengths = lengths_of(input);
  }
  for (const Node& node : bundle.graphs.at("main")) builder.add(node);
  for (const Output& output : bundle.outputs) graph.outputs.push_back(builder.find(output.name));
  return graph;
}

}  // namespace lading
