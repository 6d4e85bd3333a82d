// BatchNormalization after Gemm or Conv goes into their weights: y = s (W x + b - mean) + shift with
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

// Multiplies the weights of output channel c by factor[c]; `channel` tells the channel of element i.
template <class Channel> Constant scaled(const Constant& weights, const Affine& affine, Channel channel) {
  const auto* w = reinterpret_cast<const float*>(weights.data.get());
  std::vector<float> values(static_cast<std::size_t>(weights.shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(w[i] * affine.factor[channel(i)]);
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

bool is_bias(const Constant* bias, std::int64_t channels) {
  if (!bias || bias->type != Type::float32) return false;
  const Shape& shape = bias->shape;
  return shape.size() == 1 || (shape.size() == channels && shape.rank > 0 && shape[shape.rank - 1] == channels);
}

bool fold(Graph& graph, GraphNode& layer, const GraphNode& normalization) {
  const bool gemm = layer.operator_name == "Gemm", conv = layer.operator_name == "Conv";
  if ((!gemm && !conv) || layer.inputs.size() < 2) return false;
  const Constant* weights = graph.constant(layer.inputs[1]);
  if (!weights || weights->type != Type::float32 || weights->shape.rank < 2) return false;
  if (gemm && (integer_attribute(layer, "transA", 0) || real_attribute(layer, "alpha", 1) != 1 ||
               real_attribute(layer, "beta", 1) != 1 || weights->shape.rank != 2))
    return false;
  const bool rows = conv || integer_attribute(layer, "transB", 0);   // weights are [channel][...]
  const std::int64_t channels = weights->shape[rows ? 0 : 1];
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] >= 0;
  const Constant* bias = has_bias ? graph.constant(layer.inputs[2]) : nullptr;
  Affine affine;
  if ((has_bias && !is_bias(bias, channels)) || !read_normalization(graph, normalization, channels, affine)) return false;
  const auto inner = static_cast<std::size_t>(weights->shape.size(1, weights->shape.rank));
  const auto columns = static_cast<std::size_t>(channels);
  Constant new_weights = rows ? scaled(*weights, affine, [&](std::size_t i) { return inner ? i / inner : 0; })
                              : scaled(*weights, affine, [&](std::size_t i) { return i % columns; });
  Constant new_bias = shifted(bias, affine);
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
    if (fold(graph, graph.nodes[n], normalization)) graph.nodes.erase(graph.nodes.begin() + next);
  }
}

}  // namespace lading
