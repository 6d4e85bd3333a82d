// lwtnn as its users call it: lwtnn KIND BUNDLE
#include <lading/compat/lwtnn.hpp>

#include "rows.hpp"

namespace {

void print_map(const lwt::ValueMap& values) {
  for (const auto& [name, value] : values) print(value);
}
void print_map(const lwt::VectorMap& values) {
  for (const auto& [name, steps] : values) print_all(steps);
}

// Numbers that the test makes too: by variable, and by step.
double value_of(std::size_t variable, std::size_t step = 0) { return 0.5 * double(variable) - 1 + 0.25 * double(step); }

lwt::ValueMap values_of(const std::vector<lwt::Input>& inputs) {
  lwt::ValueMap values{{"not an input", 1}};
  for (std::size_t i = 0; i < inputs.size(); ++i) values[inputs[i].name] = value_of(i);
  return values;
}
lwt::VectorMap steps_of(const std::vector<lwt::Input>& inputs, std::size_t steps) {
  lwt::VectorMap values;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (std::vector<double>& each = values[inputs[i].name]; each.size() < steps;)
      each.push_back(value_of(i, each.size()));
  return values;
}

void sequential(const std::string& path) {
  const lwt::JSONConfig config = lwt::parse_json(path);
  const lwt::LightweightNeuralNetwork network(config.inputs, config.layers, config.outputs);
  print_map(network.compute(values_of(config.inputs)));
  end_line();
}
void recurrent(const std::string& path) {
  const lwt::JSONConfig config = lwt::parse_json(path);
  const lwt::LightweightRNN network(config.inputs, config.layers, config.outputs);
  print_map(network.reduce(steps_of(config.inputs, 4)));
  std::vector<lwt::ValueMap> steps(4);
  for (std::size_t step = 0; step < 4; ++step)
    for (std::size_t i = 0; i < config.inputs.size(); ++i) steps[step][config.inputs[i].name] = value_of(i, step);
  print_map(network.reduce(steps));
  end_line();
}

struct Fed {
  lwt::LightweightGraph::NodeMap nodes;
  lwt::LightweightGraph::SeqNodeMap sequences;
  explicit Fed(const lwt::GraphConfig& config, std::size_t steps = 3) {
    for (const auto& input : config.inputs) nodes[input.name] = values_of(input.variables);
    for (const auto& input : config.input_sequences) sequences[input.name] = steps_of(input.variables, steps);
  }
};

void graph(const std::string& path) {
  const lwt::GraphConfig config = lwt::parse_json_graph(path);
  const lwt::LightweightGraph network(config, "vector");
  for (const std::size_t steps : {3, 0}) {
    const Fed fed(config, steps);
    print_map(network.compute(fed.nodes, fed.sequences));
    print_map(network.compute(fed.nodes, fed.sequences, "both"));
    print_map(network.scan(fed.nodes, fed.sequences, "both"));
    print_map(network.scan(fed.nodes, fed.sequences, "each"));
    end_line();
  }
}

// The graph again, with variables and nodes the other way round.
// Vectors and matrices of a graph, in the order of the file or in the reverse of it.
template <class T> struct FastFed {
  lwt::InputOrder order;
  lwt::generic::NodeVec<T> nodes;
  lwt::generic::SeqNodeVec<T> sequences;

  FastFed(const lwt::GraphConfig& config, std::size_t steps, bool reversed) {
    for (std::size_t n = 0, count = config.inputs.size(); n < count; ++n)
      add_node(config.inputs[reversed ? count - 1 - n : n], reversed);
    for (const auto& input : config.input_sequences) add_sequence(input, steps);
  }

 private:
  void add_node(const lwt::InputNodeConfig& input, bool reversed) {
    const std::size_t count = input.variables.size();
    order.scalar.push_back({input.name, {}});
    nodes.emplace_back(std::ptrdiff_t(count));
    for (std::size_t at = 0; at < count; ++at) {
      const std::size_t i = reversed ? count - 1 - at : at;
      nodes.back()(std::ptrdiff_t(at)) = T(value_of(i));
      order.scalar.back().second.push_back(input.variables[i].name);
    }
  }
  void add_sequence(const lwt::InputNodeConfig& input, std::size_t steps) {
    order.sequence.push_back({input.name, {}});
    sequences.emplace_back(std::ptrdiff_t(input.variables.size()), std::ptrdiff_t(steps));
    for (std::size_t i = 0; i < input.variables.size(); ++i) {
      order.sequence.back().second.push_back(input.variables[i].name);
      for (std::size_t s = 0; s < steps; ++s)
        sequences.back()(std::ptrdiff_t(i), std::ptrdiff_t(s)) = T(value_of(i, s));
    }
  }
};

template <class T> void print_all(const lwt::VectorX<T>& result) {
  for (std::ptrdiff_t i = 0; i < result.size(); ++i) print(double(result(i)));
}

template <class T> void fast(const std::string& path) {
  const lwt::GraphConfig config = lwt::parse_json_graph(path);
  const FastFed<T> fed(config, 3, true);
  const lwt::generic::FastGraph<T> network(config, fed.order, "vector");
  print_all(network.compute(fed.nodes, fed.sequences));
  print_all(network.compute(fed.nodes, fed.sequences, config.outputs.at("both").node_index));
  end_line();
}

// One graph meets lengths that change, and calls that it refuses; each call is on its own.
template <class T> void fast_again(const std::string& path) {
  const lwt::GraphConfig config = lwt::parse_json_graph(path);
  const lwt::generic::FastGraph<T> network(config, FastFed<T>(config, 0, false).order, "vector");
  for (const std::size_t steps : {3, 0, 5, 3}) {
    FastFed<T> fed(config, steps, false);
    print_all(network.compute(fed.nodes, fed.sequences));
    end_line();
    const auto whole = fed.nodes[0];
    fed.nodes[0] = lwt::VectorX<T>(std::ptrdiff_t(1));
    refusal([&] { network.compute(fed.nodes, fed.sequences); });
    fed.nodes[0] = whole;
    refusal([&] { network.compute(fed.nodes, {}); });
    fed.nodes[0](std::ptrdiff_t(1)) = T(NAN);
    network.compute(fed.nodes, fed.sequences);
  }
}

void refusals(const std::string& path) {
  const lwt::GraphConfig config = lwt::parse_json_graph(path);
  refusal([&] { lwt::LightweightGraph network(config); });
  refusal([&] { lwt::LightweightGraph network(config, "vektor"); });
  const lwt::LightweightGraph network(config, "vector");
  Fed fed(config);
  refusal([&] { network.scan(fed.nodes, fed.sequences); });
  refusal([&] { network.compute({{"node_0", {{"a", 1}}}}, fed.sequences); });
  refusal([&] { network.compute({}, fed.sequences); });
  fed.sequences["node_0"]["x"].push_back(1);
  refusal([&] { network.compute(fed.nodes, fed.sequences); });
  refusal([&] { lwt::generic::FastGraph<float> fast(config, {{{"node_0", {"a", "b", "c"}}}, {}}, "vector"); });
  const lwt::LightweightNeuralNetwork wrong({}, config.layers, {});
  refusal([&] { wrong.compute({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}}); });
  const lwt::NanReplacer replacer({{"a", -1}, {"b", -2}}, lwt::rep::all);
  for (const auto& [name, value] : replacer.replace({{"a", NAN}, {"b", -INFINITY}, {"c", 3}, {"d", 0.5}})) print(value);
  end_line();
}

}  // namespace

int main(int, char** argv) {
  const std::string kind = argv[1], path = argv[2];
  if (kind == "sequential") sequential(path);
  if (kind == "recurrent") recurrent(path);
  if (kind == "graph") graph(path);
  if (kind == "fast_float") fast<float>(path);
  if (kind == "fast_double") fast<double>(path);
  if (kind == "fast_again_float") fast_again<float>(path);
  if (kind == "fast_again_double") fast_again<double>(path);
  if (kind == "refusals") refusals(path);
}
