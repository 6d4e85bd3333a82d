// The graph itself, on tensors that are prepared already. Many entries go through it a block at a time, where all nodes are
// proven to keep them apart: what one step hands to the next then stays in the cache.
#include <algorithm>
#include <cstring>

#include "session/runner.hpp"

namespace lading {
namespace {

// Every block reads all weights anew; more in fewer blocks is faster than what would fit into the second-level cache.
constexpr std::size_t most_bytes = 4 * block_bytes;

// Entries of a tensor that has them on its first axis that is not 1; all of it, if it has no such axis.
Tensor part_of(Tensor tensor, int axis, std::int64_t first, std::int64_t entries) {
  if (axis < 0) return tensor;
  tensor.data +=
      static_cast<std::size_t>(first * tensor.shape.size(axis + 1, tensor.shape.rank)) * size_of(tensor.type);
  tensor.shape[axis] = entries;
  return tensor;
}

bool leads(const Shape& shape, int axis) { return axis >= 0 && axis < shape.rank && shape.size(0, axis) == 1; }

}  // namespace

// Entries of all tensors; 1, if they are not those of the bundle or do not stand one after the other.
std::int64_t Runner::graph_entries(const std::vector<Tensor>& inputs) const {
  std::int64_t entries = -1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = model_.bundle().inputs[i];
    const Shape& shape = inputs[i].shape;
    const int axis = entry_axis(input.axes);
    if (inputs[i].type != input.type || shape.rank != static_cast<int>(input.axes.size())) return 1;
    if (axis < 0) continue;
    if (!leads(shape, axis) || (entries >= 0 && shape[axis] != entries)) return 1;
    entries = shape[axis];
  }
  return std::max<std::int64_t>(entries, 1);
}

// How many of them are best run at once.
std::int64_t Runner::graph_block(const std::vector<Tensor>& inputs, std::int64_t entries) {
  if (entries <= smallest_block) return entries;
  bool same = graph_shapes_.size() == inputs.size();
  for (std::size_t i = 0; same && i < inputs.size(); ++i) same = graph_shapes_[i] == inputs[i].shape;
  if (same) return graph_block_;
  graph_block_ = entries;
  try {
    const bool apart = graph_apart(inputs, 7);
    const auto fitting = static_cast<std::int64_t>(7 * most_bytes / std::max<std::size_t>(frame_.needed(), 1));
    const std::int64_t most = std::max(fitting, smallest_block), blocks = (entries + most - 1) / most;
    if (apart && blocks > 1 && graph_apart(inputs, 5)) graph_block_ = (entries + blocks - 1) / blocks;
  } catch (const Error&) {}  // a shape that fits all of them only
  graph_shapes_.clear();
  for (const Tensor& input : inputs) graph_shapes_.push_back(input.shape);
  return graph_block_;
}

bool Runner::graph_apart(const std::vector<Tensor>& inputs, std::int64_t entries) {
  bind_graph(inputs, entries);
  bool apart = !frame_.mixed();
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const int axis = entry_axis(model_.bundle().outputs[o].axes), number = static_cast<int>(o);
    apart &= axis == frame_.output_entry(number) && leads(frame_.output(number).shape, axis);
  }
  return apart;
}

// So many entries of the tensors; 0: the tensors as they are.
void Runner::bind_graph(const std::vector<Tensor>& inputs, std::int64_t entries) {
  const auto entry = [&](std::size_t i) {
    return entries ? entry_axis(model_.bundle().inputs[i].axes) : int(Entry::none);
  };
  bool same = bound_[0] == as_graph;
  const auto shape = [&](std::size_t i) { return part_of(inputs[i], entry(i), 0, entries).shape; };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& before = frame_.input(static_cast<int>(i));
    same &= before.type == inputs[i].type && before.shape == shape(i);
  }
  if (same) return;
  bound_[0] = unbound;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    frame_.set_input(static_cast<int>(i), inputs[i].type, shape(i), entry(i));
  frame_.resolve(std::max<std::int64_t>(entries, 1));
  bound_[0] = as_graph;
}

// The tensors look like those of the last call, which took them whole.
bool Runner::bound_to(const std::vector<Tensor>& inputs) {
  if (bound_[0] != as_graph || whole_bytes_.size() != inputs.size()) return false;
  bool same = true;
  for (std::size_t i = 0; same && i < inputs.size(); ++i) {
    const Tensor& before = frame_.input(static_cast<int>(i));
    same = before.type == inputs[i].type && before.shape == inputs[i].shape;
  }
  return same;
}

// Memory for the results of all entries, which look like those that the frame has at hand.
void Runner::make_graph_results(std::int64_t entries, std::vector<Tensor>& outputs) {
  std::size_t total = 0;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    outputs[o] = frame_.output(static_cast<int>(o));
    outputs[o].shape[entry_axis(model_.bundle().outputs[o].axes)] = entries;
    total += aligned(outputs[o].bytes());
  }
  budget_.reserve(graph_results_, total);
  std::byte* at = graph_results_.get();
  for (Tensor& output : outputs) output.data = at, at += aligned(output.bytes());
}

void Runner::run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs, double* nanoseconds) {
  const std::int64_t entries = graph_entries(inputs), block = graph_block(inputs, entries);
  const bool whole = block >= entries;
  whole_bytes_.clear();
  for (std::int64_t first = 0; first < entries; first += block) {
    const std::int64_t some = std::min(block, entries - first);
    bind_graph(inputs, whole ? 0 : some);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Tensor part = part_of(inputs[i], whole ? -1 : entry_axis(model_.bundle().inputs[i].axes), first, some);
      if (part.bytes()) std::memcpy(frame_.input(static_cast<int>(i)).data, part.data, part.bytes());
    }
    if (nanoseconds) frame_.time(nanoseconds);
    else frame_.run();
    if (!first && !whole) make_graph_results(entries, outputs);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const Tensor& found = frame_.output(static_cast<int>(o));
      const int axis = entry_axis(model_.bundle().outputs[o].axes);
      if (whole) outputs[o] = found;
      else if (found.bytes()) std::memcpy(part_of(outputs[o], axis, first, some).data, found.data, found.bytes());
    }
  }
  for (std::size_t i = 0; whole && i < inputs.size(); ++i) whole_bytes_.push_back(inputs[i].bytes());
}

void Runner::run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  if (!bound_to(inputs)) return run_graph(inputs, outputs, nullptr);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (whole_bytes_[i]) std::memcpy(frame_.input(static_cast<int>(i)).data, inputs[i].data, whole_bytes_[i]);
  frame_.run();
  for (std::size_t o = 0; o < outputs.size(); ++o) outputs[o] = frame_.output(static_cast<int>(o));
}

void Runner::time_graph(const std::vector<Tensor>& inputs, double* nanoseconds) {
  std::vector<Tensor> outputs(output_layout_.size());
  run_graph(inputs, outputs, nanoseconds);
}

}  // namespace lading
