// How the nodes of a forest hang together.
#pragma once
#include <vector>

#include "trees/forest.hpp"

namespace lading::trees {

// Goes through all trees: notes how deep they are, and multiplies their leaves by the weights of the trees (none: all
// 1). Throws Error for a child that is not there, and for a node or leaf with two parents or inside itself.
void check_structure(const Definition& definition, const std::vector<double>& weights, Forest& forest);

// Brings the trees of an output together: sums of different outputs do not meet, and each keeps its order.
void order_by_output(Forest& forest);

inline double rounded_to(Type type, double x) { return type == Type::float32 ? static_cast<float>(x) : x; }

}  // namespace lading::trees
