// Which nodes have a form for images whose channels stand last.
#pragma once
#include "graph/graph.hpp"

namespace lading {

// The weights of a convolution that does: constant, of one group, along one or two axes; null of any other node.
const Constant* channels_last_weights(const Graph& graph, const GraphNode& node);
// A largest or an average of windows without dilation.
bool is_channels_last_pool(const GraphNode& node);
// An operator that takes each element by itself, with operands that are broadcast.
bool is_elementwise(const std::string& operator_name);
// Whether a constant of that shape, broadcast to images [entry, channel, spatial...], has a number for each channel.
bool is_one_per_channel(const Shape& shape, int rank);

}  // namespace lading
