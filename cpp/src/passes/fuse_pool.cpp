// A pool of the largest, of places side by side, becomes part of the convolution before it, which then gives it its rows
// while they are in the cache.
#include <algorithm>

#include "passes/passes.hpp"
#include "passes/rewriting.hpp"

namespace lading {
namespace {

std::vector<std::int64_t> list_attribute(const GraphNode& node, const char* name) {
  const auto found = node.attributes.find(name);
  const auto* list = found == node.attributes.end() ? nullptr : std::get_if<std::vector<std::int64_t>>(&found->second);
  return list ? *list : std::vector<std::int64_t>{};
}

bool is(const GraphNode& node, const char* attribute, const char* text) {
  const auto found = node.attributes.find(attribute);
  const auto* value = found == node.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return value && *value == text;
}

// Windows that touch each other and nothing else.
bool is_side_by_side(const GraphNode& pool, std::size_t axes) {
  const std::vector<std::int64_t> kernel = list_attribute(pool, "kernel_shape"), pads = list_attribute(pool, "pads");
  const bool padded = std::any_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad != 0; });
  const bool given =
      !pool.attributes.count("auto_pad") || is(pool, "auto_pad", "NOTSET") || is(pool, "auto_pad", "VALID");
  return is(pool, "pool", "MaxPool") && kernel.size() == axes && list_attribute(pool, "strides") == kernel && !padded &&
         given && !integer_attribute(pool, "ceil_mode", 0);
}

}  // namespace

void fuse_pool(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    GraphNode& layer = graph.nodes[n];
    if (layer.operator_name != "internal.ChannelsLastConvolution") continue;
    const int next = only_reader(graph, graph.uses(), layer.outputs[0], n);
    if (next < 0 || graph.nodes[next].operator_name != "internal.ChannelsLastPool") continue;
    const auto axes = static_cast<std::size_t>(graph.constant(layer.inputs[1])->shape.rank) - 2;
    if (!is_side_by_side(graph.nodes[next], axes)) continue;
    layer.attributes["pool"] = list_attribute(graph.nodes[next], "kernel_shape");
    layer.outputs = graph.nodes[next].outputs;
    absorb(graph, layer, next);
  }
}

}  // namespace lading
