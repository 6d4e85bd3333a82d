#include "passes/channels_last.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "passes/rewriting.hpp"

namespace lading {
namespace {

// With fewer outputs too many lanes of a vector would be idle.
constexpr std::int64_t fewest_outputs = 12;
// More would make long lists of what windows at the border are made of.
constexpr std::int64_t most_elements = 64;

constexpr const char* elementwise[] = {"Abs",       "Add",   "Celu",    "Clip",           "Div",       "Elu",
                                       "Erf",       "Exp",   "Gelu",    "HardSigmoid",    "HardSwish", "Identity",
                                       "LeakyRelu", "Max",   "Min",     "Mish",           "Mul",       "Neg",
                                       "Relu",      "Selu",  "Sigmoid", "Softplus",       "Softsign",  "Sqrt",
                                       "Sub",       "Swish", "Tanh",    "ThresholdedRelu"};

std::int64_t most_along(const GraphNode& node, const char* attribute) {
  const auto found = node.attributes.find(attribute);
  const auto* list = found == node.attributes.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&found->second);
  return list && !list->empty() ? *std::max_element(list->begin(), list->end()) : 1;
}

// Zeros of the padding are left out of the sums: that changes nothing but an infinity's product, and a sum that begins
// at -0.
bool allows_to_leave_out_zeros(const Constant& weights, const Constant* bias) {
  const auto* w = reinterpret_cast<const float*>(weights.data.get());
  if (!std::all_of(w, w + weights.shape.size(), [](float x) { return std::isfinite(x); })) return false;
  if (!bias) return true;
  const auto* b = reinterpret_cast<const float*>(bias->data.get());
  return std::none_of(b, b + bias->shape.size(), [](float x) { return x == 0 && std::signbit(x); });
}

}  // namespace

const Constant* channels_last_weights(const Graph& graph, const GraphNode& node) {
  if (node.operator_name != "Conv" && node.operator_name != "internal.Convolution") return nullptr;
  if (node.inputs.size() < 2 || node.outputs.size() != 1 || integer_attribute(node, "group", 1) != 1) return nullptr;
  const Constant* weights = graph.constant(node.inputs[1]);
  if (!weights || weights->type != Type::float32 || (weights->shape.rank != 3 && weights->shape.rank != 4))
    return nullptr;
  const Shape& shape = weights->shape;
  if (shape[0] < fewest_outputs || shape[1] < 1) return nullptr;
  const std::int64_t elements = shape.size(2, shape.rank);
  if (elements < 1 || elements > most_elements) return nullptr;
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] >= 0;
  const Constant* bias = has_bias ? graph.constant(node.inputs[2]) : nullptr;
  if (has_bias && (!bias || bias->type != Type::float32 || bias->shape.rank != 1 || bias->shape[0] != shape[0]))
    return nullptr;
  return allows_to_leave_out_zeros(*weights, bias) ? weights : nullptr;
}

bool is_channels_last_pool(const GraphNode& node) {
  if (node.operator_name != "MaxPool" && node.operator_name != "AveragePool") return false;
  return node.inputs.size() == 1 && node.outputs.size() == 1 && most_along(node, "dilations") == 1;
}

bool is_elementwise(const std::string& operator_name) {
  return std::find(std::begin(elementwise), std::end(elementwise), operator_name) != std::end(elementwise);
}

bool is_one_per_channel(const Shape& shape, int rank) {
  const int channel = 1 - (rank - shape.rank);
  return channel >= 0 && shape[channel] == shape.size();
}

}  // namespace lading
