// How long the axes of values are, as far as it follows from the bundle alone: lengths that are equal here are equal in
// every run. Passes that join nodes across a Reshape need that.
#pragma once
#include <optional>
#include <vector>

#include "graph/graph.hpp"

namespace lading {

class Lengths {
 public:
  explicit Lengths(const Graph& graph);
  // Of all axes, or null. Single ones may be unknown.
  const AxisLengths* of(int value) const {
    return value >= 0 && found_[static_cast<std::size_t>(value)] ? &*found_[static_cast<std::size_t>(value)] : nullptr;
  }

 private:
  std::optional<AxisLengths> result_of(const GraphNode& node) const;
  std::optional<AxisLengths> broadcast(const GraphNode& node) const;
  std::optional<AxisLengths> joined(const GraphNode& node) const;
  // Those of input 0 with another last one.
  std::optional<AxisLengths> with_last(const GraphNode& node, std::int64_t last) const;

  const Graph& graph_;
  std::vector<std::optional<AxisLengths>> found_;
};

}  // namespace lading
