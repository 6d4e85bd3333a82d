// lwt::LightweightNeuralNetwork, LightweightRNN, LightweightGraph and generic::FastGraph of lwtnn, on a bundle:
// parse_json and parse_json_graph take the bundle where they took a stream of JSON; what follows stays. See
// docs/replace/lwtnn.md.
//
// Any number of threads may use one object at once. Mistakes throw lading::Error, which lwtnn's exceptions are here.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "lading/compat/lwtnn_network.hpp"
#if __has_include(<Eigen/Dense>)
#include <Eigen/Dense>
#endif

#if defined(LIGHTWEIGHT_NETWORK_CONFIG_HH) || defined(NN_LAYER_CONFIG_HH)
#error "lading/compat/lwtnn.hpp replaces the headers of lwtnn: include one or the other"
#endif

namespace lwt {
inline namespace lading_compat {  // other symbols than those of liblwtnn: both may be in one program

using ValueMap = std::map<std::string, double>;
using VectorMap = std::map<std::string, std::vector<double>>;

using LightweightNNException = lading::Error;
using NNConfigurationException = lading::Error;
using NNEvaluationException = lading::Error;

// ---- what parse_json gives: names, and the model inside

struct Input {
  std::string name;
};
struct LayerConfig {
  std::shared_ptr<const lading::compat::LwtnnNetwork> model;
};
struct JSONConfig {
  std::vector<LayerConfig> layers;
  std::vector<Input> inputs;
  std::vector<std::string> outputs;
  ValueMap defaults;  // empty: the bundle replaces missing values itself
  std::map<std::string, std::string> miscellaneous;
};
struct InputNodeConfig {
  std::string name;
  std::vector<Input> variables;
  ValueMap defaults;
};
struct OutputNodeConfig {
  std::vector<std::string> labels;
  std::size_t node_index = 0;
};
struct GraphConfig {
  std::vector<InputNodeConfig> inputs, input_sequences;
  std::vector<LayerConfig> layers;
  std::map<std::string, OutputNodeConfig> outputs;
};

// `path`: the folder of a bundle, or one .lading file.
inline JSONConfig parse_json(const std::string& path) {
  const auto model = std::make_shared<const lading::compat::LwtnnNetwork>(path);
  JSONConfig config{{{model}}, {}, {}, {}, {}};
  for (const auto& column : model->columns()) config.inputs.push_back({column.variable});
  config.outputs = model->find("").labels;
  return config;
}
inline GraphConfig parse_json_graph(const std::string& path) {
  const auto model = std::make_shared<const lading::compat::LwtnnNetwork>(path);
  GraphConfig config;
  config.layers = {{model}};
  for (const auto& column : model->columns()) {
    auto& side = column.axis < 0 ? config.inputs : config.input_sequences;
    if (side.empty() || side.back().name != column.node) side.push_back({column.node, {}, {}});
    side.back().variables.push_back({column.variable});
  }
  for (const auto& output : model->outputs()) config.outputs[output.asked] = {output.labels, output.node};
  return config;
}

// ---- missing values

namespace rep {
constexpr int nan = 1, inf = 2, ninf = 4, all = nan | inf | ninf;
}
class NanReplacer {
 public:
  explicit NanReplacer(ValueMap defaults, int flags = rep::nan) : defaults_(std::move(defaults)), flags_(flags) {}
  ValueMap replace(ValueMap values) const {
    for (auto& [name, value] : values) {
      const int kind = std::isnan(value) ? rep::nan : !std::isinf(value) ? 0 : value > 0 ? rep::inf : rep::ninf;
      const auto found = defaults_.find(name);
      if ((kind & flags_) && found != defaults_.end()) value = found->second;
    }
    return values;
  }

 private:
  ValueMap defaults_;
  int flags_;
};

// ---- networks

class LightweightGraph {
 public:
  using NodeMap = std::map<std::string, ValueMap>;
  using SeqNodeMap = std::map<std::string, VectorMap>;

  explicit LightweightGraph(const GraphConfig& config, std::string default_output = "")
      : model_(config.layers.at(0).model), default_(std::move(default_output)) {
    model_->find(default_);  // says what there is
  }
  ValueMap compute(const NodeMap& nodes, const SeqNodeMap& sequences = {}) const {
    return compute(nodes, sequences, default_);
  }
  ValueMap compute(const NodeMap& nodes, const SeqNodeMap& sequences, const std::string& output) const {
    const auto& found = model_->find(output, lading::compat::Form::vector);
    return model_->vector(*run(nodes, sequences), found);
  }
  VectorMap scan(const NodeMap& nodes, const SeqNodeMap& sequences = {}) const {
    return scan(nodes, sequences, default_);
  }
  VectorMap scan(const NodeMap& nodes, const SeqNodeMap& sequences, const std::string& output) const {
    const auto& found = model_->find(output, lading::compat::Form::sequence);
    return model_->sequence(*run(nodes, sequences), found);
  }

 private:
  lading::SessionPool::Lease run(const NodeMap& nodes, const SeqNodeMap& sequences) const {
    return model_->run(
        [&](const auto& column) { return lading::compat::number_of(nodes, column.node, column.variable); },
        [&](const auto& column) -> const std::vector<double>& {
          return lading::compat::number_of(sequences, column.node, column.variable);
        });
  }
  std::shared_ptr<const lading::compat::LwtnnNetwork> model_;
  std::string default_;
};

class LightweightNeuralNetwork {
 public:
  LightweightNeuralNetwork(const std::vector<Input>&, const std::vector<LayerConfig>& layers,
                           const std::vector<std::string>&)
      : model_(layers.at(0).model) {}
  ValueMap compute(const ValueMap& values) const {
    const auto session =
        model_->run([&](const auto& column) { return lading::compat::number_of(values, column.node, column.variable); },
                    [](const auto& column) -> const std::vector<double>& { return column.refuse_sequence(); });
    return model_->vector(*session, model_->find("", lading::compat::Form::vector));
  }

 private:
  std::shared_ptr<const lading::compat::LwtnnNetwork> model_;
};

class LightweightRNN {
 public:
  LightweightRNN(const std::vector<Input>&, const std::vector<LayerConfig>& layers, const std::vector<std::string>&)
      : model_(layers.at(0).model) {}
  ValueMap reduce(const VectorMap& sequences) const {
    const auto session = model_->run([](const auto& column) { return column.refuse_vector(); },
                                     [&](const auto& column) -> const std::vector<double>& {
                                       return lading::compat::number_of(sequences, column.node, column.variable);
                                     });
    return model_->vector(*session, model_->find("", lading::compat::Form::vector));
  }
  ValueMap reduce(const std::vector<ValueMap>& steps) const {
    VectorMap sequences;
    for (const auto& column : model_->columns()) {
      std::vector<double>& sequence = sequences[column.variable];
      for (const ValueMap& step : steps)
        sequence.push_back(lading::compat::number_of(step, column.node, column.variable));
    }
    return reduce(sequences);
  }

 private:
  std::shared_ptr<const lading::compat::LwtnnNetwork> model_;
};

}  // namespace lading_compat
}  // namespace lwt

#include "lading/compat/lwtnn_fast_graph.hpp"
