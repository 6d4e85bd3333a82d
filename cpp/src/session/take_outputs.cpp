// From the tensors that the graph gives to results, and what stands in for the outputs of empty sequences.
#include <algorithm>
#include <cstring>

#include "session/exact_conversion.hpp"
#include "session/runner.hpp"

namespace lading {

void Runner::check_outputs() {
  const Bundle& bundle = model_.bundle();
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const Tensor& tensor = frame_.output(static_cast<int>(o));
    const Output& output = bundle.outputs[o];
    if (tensor.type == output.type && tensor.shape == output_layout_[o].shape) continue;
    throw Error(bundle.where + ": output '" + output.name + "' is declared " + std::string(name_of(output.type)) + " " +
                output_layout_[o].shape.text() + ", but the graph gives " + std::string(name_of(tensor.type)) + " " +
                tensor.shape.text());
  }
}

// Of entries that ran along their sequences, in the order of the block.
void Runner::take_pieces(const Batch& batch, const Block& block) {
  for (std::int64_t e = 0; e < block.entries; ++e) {
    find_spans(batch, block.entry(e));
    for (std::size_t o = 0; o < output_layout_.size(); ++o) {
      if (!batch.results[o]) continue;
      const int output = static_cast<int>(o), axis = output_place_[o].axis;
      const std::int64_t items = axis < 0 ? 1 : spans_[static_cast<std::size_t>(axis)].kept;
      const std::int64_t at = written_[o] + order_.items_before(axis, block.entry(e));
      take_output(output, ragged_->output(output, e), items,
                  static_cast<std::byte*>(batch.results[o]) + at * output_place_[o].bytes());
    }
  }
}

bool Runner::all_empty() const {
  bool any = false;
  for (std::size_t o = 0; o < output_place_.size(); ++o) {
    const int axis = output_place_[o].axis;
    const bool none = axis >= 0 && spans_[static_cast<std::size_t>(axis)].kept == 0;
    if (!none && !when_empty(static_cast<int>(o))) return false;
    any = true;
  }
  return any;
}

const std::vector<double>* Runner::when_empty(int output) const {
  if (!output_place_[static_cast<std::size_t>(output)].stands_in) return nullptr;
  const Bundle& bundle = model_.bundle();
  const auto& declared = bundle.outputs[static_cast<std::size_t>(output)].when_empty;
  for (std::size_t a = 0; a < spans_.size(); ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence && spans_[a].kept == 0)
      if (const auto found = declared.find(bundle.axes[a].name); found != declared.end()) return &found->second;
  return nullptr;
}

void Runner::take_outputs(const Batch& batch, const Block& block) {
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const Place& place = output_place_[o];
    const int axis = place.axis;
    const std::int64_t bytes = place.bytes();
    const std::int64_t items = axis < 0 ? 1 : spans_[static_cast<std::size_t>(axis)].kept;
    auto* to = static_cast<std::byte*>(batch.results[o]) + written_[o] * bytes;
    if (!block.chosen) written_[o] += block.entries * items;
    if (!batch.results[o]) continue;
    const TensorLayout& layout = output_layout_[o];
    if (!block.chosen && layout.contiguous && items == 1 && layout.entry_stride == place.width &&
        !when_empty(static_cast<int>(o))) {
      std::memcpy(to, frame_.output(static_cast<int>(o)).data, static_cast<std::size_t>(block.entries * bytes));
      continue;
    }
    const std::byte* from = frame_.output(static_cast<int>(o)).data;
    const std::int64_t step = layout.entry_stride * place.word;
    for (std::int64_t e = 0; e < block.entries; ++e) {
      const std::int64_t before = block.chosen ? order_.items_before(axis, block.chosen[e]) : e * items;
      take_output(static_cast<int>(o), from + e * step, items, to + before * bytes);
    }
  }
}

// The items of one entry, whose part of the tensor begins at `from`.
void Runner::take_output(int o, const std::byte* from, std::int64_t items, std::byte* to) {
  const Output& output = model_.bundle().outputs[static_cast<std::size_t>(o)];
  const std::int64_t width = output_place_[static_cast<std::size_t>(o)].width;
  if (const std::vector<double>* values = when_empty(o)) {
    with_type(output.type, [&](auto zero) {
      for (std::int64_t k = 0; k < items * width; ++k)
        reinterpret_cast<decltype(zero)*>(to)[k] =
            to_target<decltype(zero)>((*values)[static_cast<std::size_t>(k % width)], output.name);
    });
    return;
  }
  const TensorLayout& layout = output_layout_[static_cast<std::size_t>(o)];
  const auto size = static_cast<std::int64_t>(size_of(output.type));
  for (std::int64_t i = 0; i < items; ++i, from += layout.element_stride * size, to += width * size)
    if (layout.contiguous) std::memcpy(to, from, static_cast<std::size_t>(width * size));
    else
      for (std::int64_t k = 0; k < width; ++k)
        std::memcpy(to + k * size, from + layout.inner[static_cast<std::size_t>(k)] * size,
                    static_cast<std::size_t>(size));
}

}  // namespace lading
