// The nodes as a whole: every name given once, every value made before it is read, every weight and graph used.
#include <algorithm>
#include <unordered_set>

#include "bundle/decode.hpp"

namespace lading {
namespace {

constexpr int deepest_graph = 16;

class GraphCheck {
 public:
  GraphCheck(const Place& file, const Bundle& bundle) : file_(file), bundle_(bundle), graphs_(file.at("graphs")) {}

  void run();

 private:
  using Names = std::unordered_set<std::string_view>;

  const Place& file_;
  const Bundle& bundle_;
  const Place graphs_;
  Names taken_, nodes_, read_, used_graphs_;  // of the whole file, as far as it was walked
  Names visible_;                             // what a node may read where the walk stands,
  std::vector<std::string_view> in_order_;    // in the order in which it came
  int depth_ = 0;

  void give(const Place& place, const std::string& name);
  void read(const Place& place, const std::string& name);
  void forget_after(std::size_t count);
  bool is_made_somewhere(const std::string& name) const;

  void check_inputs_and_weights();
  void check_graph(const std::string& name);
  void check_node(const Place& place, const Node& node);
  void check_subgraph(const Place& place, const Subgraph& subgraph);
  void check_outputs(const std::string& graph);
  void check_main(const std::string& graph);
  void check_all_used() const;
};

void GraphCheck::give(const Place& place, const std::string& name) {
  if (!taken_.insert(name).second) place.fail("the name '" + name + "' stands twice");
  visible_.insert(name);
  in_order_.push_back(name);
}

void GraphCheck::forget_after(std::size_t count) {
  for (std::size_t i = count; i < in_order_.size(); ++i) visible_.erase(in_order_[i]);
  in_order_.resize(count);
}

bool GraphCheck::is_made_somewhere(const std::string& name) const {
  return std::any_of(bundle_.graphs.begin(), bundle_.graphs.end(), [&](const auto& graph) {
    return std::any_of(graph.second.begin(), graph.second.end(), [&](const Node& node) {
      return std::find(node.outputs.begin(), node.outputs.end(), name) != node.outputs.end();
    });
  });
}

void GraphCheck::read(const Place& place, const std::string& name) {
  read_.insert(name);
  if (visible_.count(name)) return;
  if (is_made_somewhere(name))
    place.fail("'" + name +
               "' is read before it is made, or outside its graph; nodes stand in the order in "
               "which they run");
  place.fail("no value '" + name + "' " + suggestion(name, {in_order_.begin(), in_order_.end()}));
}

void GraphCheck::check_inputs_and_weights() {
  const Place inputs = file_.at("inputs");
  for (std::size_t i = 0; i < bundle_.inputs.size(); ++i) {
    const Place place = inputs[i];
    give(place, bundle_.inputs[i].name);
  }
  std::vector<const std::string*> weights;
  for (const auto& [name, weight] : bundle_.weights) weights.push_back(&name);
  std::sort(weights.begin(), weights.end(), [](auto* a, auto* b) { return *a < *b; });
  for (const std::string* name : weights) {
    if (taken_.count(*name)) file_.fail("the weight '" + *name + "' has the name of an input");
    give(file_, *name);
  }
}

void GraphCheck::check_graph(const std::string& name) {
  const Place list = graphs_.at(name);
  const std::vector<Node>& nodes = bundle_.graphs.at(name);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Place place = list[i];
    check_node(place, nodes[i]);
  }
}

void GraphCheck::check_node(const Place& place, const Node& node) {
  const Place name = place.at("node"), inputs = place.at("inputs"), outputs = place.at("outputs");
  if (!nodes_.insert(node.name).second) name.fail("the name '" + node.name + "' stands twice");
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Place operand = inputs[i];
    if (!node.inputs[i].name.empty()) read(operand, node.inputs[i].name);
  }
  const auto attributes = place.find("attributes");
  for (std::size_t i = 0; attributes && i < attributes->size(); ++i) {
    const Place attribute = attributes->member(i);
    const auto* subgraph = std::get_if<Subgraph>(&node.attributes.at(attributes->key(i)));
    if (subgraph) check_subgraph(attribute, *subgraph);
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    const Place output = outputs[i];
    if (!node.outputs[i].empty()) give(output, node.outputs[i]);
  }
}

// Walked where the node stands: it sees what is visible there; what it makes stays inside.
void GraphCheck::check_subgraph(const Place& place, const Subgraph& subgraph) {
  const Place graph = place.at("graph"), outputs = place.at("outputs");
  const auto found = bundle_.graphs.find(subgraph.graph);
  if (found == bundle_.graphs.end()) {
    std::vector<std::string> names;
    for (const auto& [name, nodes] : bundle_.graphs) names.push_back(name);
    graph.fail("no graph '" + subgraph.graph + "' " + suggestion(subgraph.graph, names));
  }
  if (!used_graphs_.insert(found->first).second)
    graph.fail("the graph '" + subgraph.graph + "' belongs to another node");
  if (++depth_ > deepest_graph) graph.fail("graphs within graphs more than 16 deep");
  const std::size_t before = in_order_.size();
  const auto inputs = place.find("inputs");
  for (std::size_t i = 0; i < subgraph.inputs.size(); ++i) {
    const Place input = (*inputs)[i];
    give(input, subgraph.inputs[i]);
  }
  check_graph(subgraph.graph);
  for (std::size_t i = 0; i < subgraph.outputs.size(); ++i) {
    const Place output = outputs[i];
    read(output, subgraph.outputs[i]);
  }
  forget_after(before);
  --depth_;
}

// An output is what some node of `main` makes, so that no input's or weight's memory goes out under another name.
void GraphCheck::check_outputs(const std::string& graph) {
  const Place list = file_.at("outputs"), nodes = graphs_.at(graph);
  std::vector<std::string> made;
  for (const Node& node : bundle_.graphs.at(graph)) {
    std::copy_if(node.outputs.begin(), node.outputs.end(), std::back_inserter(made),
                 [](auto& name) { return !name.empty(); });
  }
  const Names known(made.begin(), made.end());
  for (std::size_t i = 0; i < bundle_.outputs.size(); ++i) {
    const Place place = list[i];
    const std::string& name = bundle_.outputs[i].name;
    if (known.count(name)) continue;
    if (visible_.count(name)) place.fail("'" + name + "' is an input or a weight; put an Identity node between");
    place.fail("no node of " + nodes.path() + " gives '" + name + "' " + suggestion(name, made));
  }
}

void GraphCheck::check_all_used() const {
  std::set<std::string_view> unread;
  for (const auto& [name, weight] : bundle_.weights) {
    if (!read_.count(name)) unread.insert(name);
  }
  if (!unread.empty()) file_.fail("no node reads the weight '" + std::string(*unread.begin()) + "'; remove it");
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    const Place place = graphs_.member(i);
    if (!used_graphs_.count(graphs_.key(i))) place.fail("no node uses this graph; remove it");
  }
}

// Names of values that one of several graphs gives are its own.
void GraphCheck::check_main(const std::string& graph) {
  const Names taken = taken_;
  const std::size_t before = in_order_.size();
  check_graph(graph);
  check_outputs(graph);
  forget_after(before);
  taken_ = taken;
}

void GraphCheck::run() {
  check_inputs_and_weights();
  if (bundle_.folds) {
    used_graphs_.insert(bundle_.folds->graphs.begin(), bundle_.folds->graphs.end());
    for (const std::string& graph : bundle_.folds->graphs) check_main(graph);
  } else {
    used_graphs_.insert("main");
    check_main("main");
  }
  check_all_used();
}

}  // namespace

void check_graphs(const Place& file, const Bundle& bundle) { GraphCheck(file, bundle).run(); }

}  // namespace lading
