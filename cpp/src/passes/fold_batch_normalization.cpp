// BatchNormalization after Gemm, Conv or ConvTranspose goes into their weights: y = s (W x + b - mean) + shift with
// s = scale / sqrt(var + epsilon) is W' = s W, b' = s (b - mean) + shift, worked out in float64.
#include <cmath>
#include <cstdlib>

#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

struct Affine {
  std::vector<double> factor, shift;
};

bool read_normalization(const Graph& graph, const GraphNode& node, std::int64_t channels, Affine& affine) {
  if (node.operator_name != "BatchNormalization" || node.inputs.size() != 5) return false;
  if (integer_attribute(node, "training_mode", 0)) return false;
  const float* part[4];
  for (int i = 0; i < 4; ++i) {
    const Constant* constant = graph.constant(node.inputs[static_cast<std::size_t>(i) + 1]);
    if (!is_float32(constant, 1) || constant->shape[0] != channels) return false;
    part[i] = reinterpret_cast<const float*>(constant->data.get());
  }
  const double epsilon = real_attribute(node, "epsilon", 1e-5f);
  for (std::int64_t c = 0; c < channels; ++c) {
    affine.factor.push_back(part[0][c] / std::sqrt(part[3][c] + epsilon));
    affine.shift.push_back(part[1][c] - part[2][c] * affine.factor.back());
  }
  return true;
}

// Where the output channels are in the weights of a layer: element i belongs to channel i / inner % maps of the group
// that is i / group_size.
struct Channels {
  std::int64_t count, maps, inner, group_size;
  std::size_t operator()(std::size_t i) const {
    const auto at = static_cast<std::int64_t>(i);
    return static_cast<std::size_t>(at / group_size * maps + at / inner % maps);
  }
};

// Multiplies the weights of output channel c by factor[c].
Constant scaled(const Constant& weights, const Affine& affine, const Channels& channels) {
  const auto* w = reinterpret_cast<const float*>(weights.data.get());
  std::vector<float> values(static_cast<std::size_t>(weights.shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(w[i] * affine.factor[channels(i)]);
  return float_constant(weights.shape, values);
}

Constant shifted(const Constant* bias, const Affine& affine) {
  std::vector<float> values(affine.factor.size());
  const auto* b = bias ? reinterpret_cast<const float*>(bias->data.get()) : nullptr;
  for (std::size_t c = 0; c < values.size(); ++c)
    values[c] = static_cast<float>((b ? b[bias->shape.size() == 1 ? 0 : c] : 0.f) * affine.factor[c] + affine.shift[c]);
  Shape shape;
  shape.push(static_cast<std::int64_t>(values.size()));
  return float_constant(shape, values);
}

bool is_bias(const Constant* bias, std::int64_t channels, bool broadcast) {
  if (!bias || bias->type != Type::float32) return false;
  const Shape& shape = bias->shape;
  return (broadcast && shape.size() == 1) ||
         (shape.size() == channels && shape.rank > 0 && shape[shape.rank - 1] == channels);
}

bool find_channels(const GraphNode& layer, const Shape& w, Channels& channels) {
  const std::int64_t size = w.size(), groups = integer_attribute(layer, "group", 1);
  if (size == 0) return false;
  if (layer.operator_name == "Conv" || (layer.operator_name == "Gemm" && integer_attribute(layer, "transB", 0)))
    channels = {w[0], w[0], size / w[0], size};
  else if (layer.operator_name == "Gemm") channels = {w[1], w[1], 1, size};
  else if (groups > 0 && w[0] % groups == 0) channels = {w[1] * groups, w[1], w.size(2, w.rank), size / groups};
  else return false;
  return true;
}

bool is_layer(const GraphNode& node) {
  if (node.operator_name == "Conv" || node.operator_name == "ConvTranspose") return true;
  return node.operator_name == "Gemm" && !integer_attribute(node, "transA", 0) &&
         real_attribute(node, "alpha", 1) == 1 && real_attribute(node, "beta", 1) == 1;
}

bool fold(Graph& graph, GraphNode& layer, const GraphNode& normalization) {
  if (!is_layer(layer) || layer.inputs.size() < 2) return false;
  const Constant* weights = graph.constant(layer.inputs[1]);
  if (!weights || weights->type != Type::float32) return false;
  if (layer.operator_name == "Gemm" ? weights->shape.rank != 2 : weights->shape.rank < 3) return false;
  Channels channels{};
  if (!find_channels(layer, weights->shape, channels)) return false;
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] >= 0;
  const Constant* bias = has_bias ? graph.constant(layer.inputs[2]) : nullptr;
  if (has_bias && !is_bias(bias, channels.count, layer.operator_name == "Gemm")) return false;
  Affine affine;
  if (!read_normalization(graph, normalization, channels.count, affine)) return false;
  Constant new_weights = scaled(*weights, affine, channels), new_bias = shifted(bias, affine);
  layer.inputs.resize(3, -1);
  layer.inputs[1] = add_constant(graph, layer.name + ".w", std::move(new_weights));
  layer.inputs[2] = add_constant(graph, layer.name + ".b", std::move(new_bias));
  layer.outputs[0] = normalization.outputs[0];
  return true;
}

}  // namespace

void fold_batch_normalization(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].outputs.empty()) continue;
    const int next = only_reader(graph, graph.uses(), graph.nodes[n].outputs[0], n);
    if (next < 0 || graph.nodes[next].inputs[0] != graph.nodes[n].outputs[0]) continue;
    const GraphNode normalization = graph.nodes[next];
    if (fold(graph, graph.nodes[n], normalization)) absorb(graph, graph.nodes[n], next);
  }
}

}  // namespace lading
