// The same lines against lwtnn (default) and against lading's header of lwtnn's calls (-DON_LADING).
#include "lwtnn_call.hpp"

#include <cmath>
#include <fstream>
#ifdef ON_LADING
#include <lading/compat/lwtnn.hpp>
#else
#include "lwtnn/InputOrder.hh"
#include "lwtnn/generic/FastGraph.hh"
#include "lwtnn/parse_json.hh"
#endif

namespace {

class FastCall final : public Call {
 public:
  FastCall(const lwt::GraphConfig& config, const Inputs& inputs, const std::string& output)
      : graph_(config, {inputs.scalar, inputs.sequence}, output) {
    for (const Table& table : inputs.scalars) {
      scalars_.emplace_back(std::ptrdiff_t(table.size()));
      for (std::size_t v = 0; v < table.size(); ++v) scalars_.back()(std::ptrdiff_t(v)) = table[v][0];
    }
    for (const Table& table : inputs.sequences) {
      sequences_.emplace_back(std::ptrdiff_t(table.size()), std::ptrdiff_t(table[0].size()));
      for (std::size_t v = 0; v < table.size(); ++v)
        for (std::size_t s = 0; s < table[v].size(); ++s)
          sequences_.back()(std::ptrdiff_t(v), std::ptrdiff_t(s)) = table[v][s];
    }
  }
  void once() override { result_ = graph_.compute(scalars_, sequences_); }
  std::vector<float> result() const override {
    std::vector<float> all;
    for (std::ptrdiff_t i = 0; i < result_.size(); ++i) all.push_back(result_(i));
    return all;
  }

 private:
  lwt::generic::FastGraph<float> graph_;
  std::vector<lwt::VectorX<float>> scalars_;
  std::vector<lwt::MatrixX<float>> sequences_;
  lwt::VectorX<float> result_;
};

}  // namespace

#ifdef ON_LADING
std::unique_ptr<Call> lading_call(const std::string& bundle, const Inputs& inputs, const std::string& output) {
  return std::make_unique<FastCall>(lwt::parse_json_graph(bundle), inputs, output);
}
#else
namespace {

lwt::GraphConfig opened(const std::string& network) {
  std::ifstream file(network);
  return lwt::parse_json_graph(file);
}

// Values like those of the training: lwtnn computes (x + offset) * scale.
void add(const lwt::InputNodeConfig& node, std::size_t steps, decltype(Inputs::scalar)& names,
         std::vector<Table>& tables) {
  names.push_back({node.name, {}}), tables.emplace_back();
  for (const auto& variable : node.variables) {
    names.back().second.push_back(variable.name), tables.back().emplace_back();
    for (std::size_t s = 0; s < steps; ++s) {
      const double wave = std::sin(1.7 * double(tables.back().size()) + 0.6 * double(s));
      tables.back().back().push_back(float(wave / (variable.scale != 0 ? variable.scale : 1) - variable.offset));
    }
  }
}

}  // namespace

Inputs lwtnn_inputs(const std::string& network, std::size_t steps) {
  const lwt::GraphConfig config = opened(network);
  Inputs inputs;
  for (const auto& node : config.inputs) add(node, 1, inputs.scalar, inputs.scalars);
  for (const auto& node : config.input_sequences) add(node, steps, inputs.sequence, inputs.sequences);
  return inputs;
}

std::unique_ptr<Call> lwtnn_call(const std::string& network, const Inputs& inputs, const std::string& output) {
  return std::make_unique<FastCall>(opened(network), inputs, output);
}
#endif
