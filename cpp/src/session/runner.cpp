#include "session/runner.hpp"

#include <algorithm>
#include <cstring>

namespace lading {

Runner::Runner(const Model& model, MemoryBudget& budget)
    : model_(model), budget_(budget), frame_(model.plan(), budget), order_(model.bundle()) {
  const Bundle& bundle = model_.bundle();
  written_.resize(bundle.outputs.size()), place_.resize(bundle.inputs.size());
  padded_.resize(bundle.axes.size()), spans_.resize(bundle.axes.size()), bound_.resize(bundle.axes.size() + 1, unbound);
  input_layout_.resize(bundle.inputs.size()), output_layout_.resize(bundle.outputs.size());
  for (const Axis& axis : bundle.axes) sequences_ |= axis.kind == Axis::Kind::sequence;
  for (std::size_t o = 0; o < bundle.outputs.size(); ++o) {
    const Output& output = bundle.outputs[o];
    output_place_.push_back({sequence_axis(output.axes), model_.item_size(static_cast<int>(o)),
                             static_cast<std::int64_t>(size_of(output.type)), !output.when_empty.empty()});
  }
  field_runs_.reserve(model_.table().fields.size()), whole_bytes_.reserve(bundle.inputs.size());
}

void Runner::reserve(std::int64_t entries, const Batch& slots) {
  find_spans(slots, 0);
  if (sequences_) order_.reserve(entries);
  if (entries > 1) bind_as_many(std::min(block_size(entries), entries));
  if (entries > 1 && sequences_) {
    if (block_size(entries) > 1) frame_.reserve(block_bytes);
    if (make_ragged()) find_spans(slots, 0), reserve_ragged(entries);
    bound_[0] = unbound;
  }
  bind(1);
  if (!frame_.plan().settled()) rehearse();
}

// Where shapes wait for numbers, only a run tells how much memory it takes: one on zeros, twice, so that all of it
// ends up in one piece. Zeros may not suit the graph; then the first run takes what it needs.
void Runner::rehearse() {
  try {
    for (int time = 0; time < 2; ++time) {
      for (std::size_t i = 0; i < input_layout_.size(); ++i) {
        Tensor& input = frame_.input(static_cast<int>(i));
        if (input.bytes()) std::memset(input.data, 0, input.bytes());
      }
      frame_.rehearse();
    }
  } catch (const Error&) {}
}

void Runner::run_one(const Batch& batch) {
  std::fill(written_.begin(), written_.end(), 0);
  find_spans(batch, 0);
  run_block(batch, {0, 1});
}

void Runner::run(const Batch& batch, std::int64_t begin, std::int64_t end) {
  runs_of_ = nullptr;  // another batch may stand at the same address
  for (std::size_t o = 0; o < written_.size(); ++o) written_[o] = model_.items(static_cast<int>(o), batch, 0, begin);
  if (sequences_) return run_sequences(batch, begin, end);
  const std::int64_t block = block_size(end - begin);
  for (std::int64_t e = begin; e < end; e += block) run_block(batch, {e, std::min(block, end - e)});
}

void Runner::run_sequences(const Batch& batch, std::int64_t begin, std::int64_t end) {
  const bool ragged = end - begin > 1 && make_ragged();
  for (std::int64_t first = begin; first < end; first += EntryOrder::together) {
    const std::int64_t entries = std::min(EntryOrder::together, end - first);
    order_.sort(batch, first, entries);
    for (std::int64_t at = 0, some; at < entries; at += some) {
      some = ragged ? gather_bins(batch, at, entries) : entries;
      if (!ragged || some < 2 || !run_bins(batch, {first, some, order_.from(at)}))
        run_in_order(batch, at, at + (some = std::max<std::int64_t>(some, 1)));
    }
    for (std::size_t o = 0; o < written_.size(); ++o)
      written_[o] += order_.items(sequence_axis(model_.bundle().outputs[o].axes));
  }
}

// Entries whose sequences are equally long run together, and the graph meets each length once.
void Runner::run_in_order(const Batch& batch, std::int64_t at, std::int64_t end) {
  for (std::int64_t some; at < end; at += some) {
    find_spans(batch, *order_.from(at));
    const std::int64_t alike = order_.alike(at, std::min(block_size(end - at), end - at));
    some = all_empty() ? alike : bind_as_many(alike);
    run_block(batch, {0, some, order_.from(at)});
  }
}

// How many entries are best run at once: one, if some node is not proven to keep them apart.
std::int64_t Runner::block_size(std::int64_t entries) {
  if (!model_.batched() || entries == 1 || apart_ == Apart::refuted) return 1;
  if (block_) return block_;
  if (apart_ == Apart::unknown && !proven_apart()) return 1;
  block_ = 1;
  for (const PlanStep& step : frame_.plan().steps()) block_ = std::max(block_, step.operation->best_block());
  if (sequences_) return block_;  // how many fit depends on their lengths
  const std::size_t bytes = frame_.memory() / 7;
  while (block_ > smallest_block && static_cast<std::size_t>(block_) * bytes > block_bytes) block_ /= 2;
  return block_;
}

// Tries two numbers of entries, so that none passes for a length of something else. Sequences of no or one element prove
// little: the next lengths are tried, too.
bool Runner::proven_apart() {
  bool apart = true, telling = true;
  for (std::size_t a = 0; a < spans_.size(); ++a)
    telling &= model_.bundle().axes[a].kind != Axis::Kind::sequence || spans_[a].padded > 1;
  try {
    for (const std::int64_t probe : {5, 7}) {
      bind(probe);
      apart &= !frame_.mixed();
      for (std::size_t o = 0; o < output_layout_.size(); ++o) {
        const auto& axes = model_.bundle().outputs[o].axes;
        const int entry = frame_.output_entry(static_cast<int>(o));
        apart &= entry >= 0 && axes[static_cast<std::size_t>(entry)].kind == AxisUse::Kind::entry;
      }
    }
  } catch (const Error&) {  // a shape that fits one entry only
    apart = false;
  }
  if (apart || telling) apart_ = apart ? Apart::proven : Apart::refuted;
  return apart;
}

// Binds so many entries of the lengths at hand, or fewer, so that what they need stays in the cache.
std::int64_t Runner::bind_as_many(std::int64_t entries) {
  for (; entries > 1; entries = (entries + 1) / 2) {
    try {
      bind(entries);
    } catch (const Error&) {  // what one entry meets is its own
      continue;
    }
    if (frame_.mixed()) break;
    if (!sequences_ || entries <= smallest_block || frame_.needed() <= block_bytes) return entries;
  }
  bind(1);
  return 1;
}

void Runner::find_spans(const Batch& batch, std::int64_t entry) {
  const Bundle& bundle = model_.bundle();
  for (std::size_t a = 0; a < spans_.size(); ++a) {
    const Axis& axis = bundle.axes[a];
    if (axis.kind != Axis::Kind::sequence) continue;
    const std::int64_t first = batch.offsets[a][entry], n = length_of(axis, batch.offsets[a], entry);
    Span& span = spans_[a];
    span.kept = axis.kept(n);
    span.first = axis.keep_first ? first : first + n - span.kept;
    span.padded = std::max(span.kept, axis.min);
  }
}

void Runner::run_block(const Batch& batch, const Block& block) {
  if (!all_empty()) {
    bind(block.entries);
    fill_inputs(batch, block);
    frame_.run();
    if (!frame_.plan().settled()) check_outputs();
  }
  take_outputs(batch, block);
}

void Runner::bind(std::int64_t entries) {
  bool same = bound_[0] == entries;
  for (std::size_t a = 0; a < spans_.size(); ++a) same &= bound_[a + 1] == spans_[a].padded;
  if (same) return;
  bound_[0] = unbound;  // until all went well
  for (std::size_t a = 0; a < spans_.size(); ++a) bound_[a + 1] = spans_[a].padded;
  for (std::size_t a = 0; a < spans_.size(); ++a) padded_[a] = spans_[a].padded;
  bind_layouts(entries);
  const Bundle& bundle = model_.bundle();
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Input& input = bundle.inputs[i];
    frame_.set_input(static_cast<int>(i), input.type, input_layout_[i].shape, entry_axis(input.axes));
  }
  frame_.resolve(entries);
  if (frame_.plan().settled()) check_outputs();
  bound_[0] = entries;
}

// A number takes a byte at least; what is beyond that may be more than can be counted.
void Runner::refuse_too_many(std::int64_t entries) const {
  const auto most = static_cast<std::int64_t>(std::min(budget_.limit(), std::size_t(1) << 60));
  const auto refuse_if_more = [&](const std::vector<AxisUse>& axes) {
    std::int64_t numbers = 1;
    for (const AxisUse& use : axes) {
      const std::int64_t length = use.kind == AxisUse::Kind::entry      ? entries
                                  : use.kind == AxisUse::Kind::sequence ? padded_[static_cast<std::size_t>(use.axis)]
                                                                        : use.size;
      if (__builtin_mul_overflow(numbers, std::max<std::int64_t>(length, 1), &numbers)) numbers = INT64_MAX;
      if (numbers > most) budget_.refuse(static_cast<std::size_t>(numbers), 0, "");
    }
  };
  for (const Input& input : model_.bundle().inputs) refuse_if_more(input.axes);
  for (const Output& output : model_.bundle().outputs) refuse_if_more(output.axes);
}

// Of tensors of so many entries whose sequences have the padded lengths; and memory to prepare numbers in.
void Runner::bind_layouts(std::int64_t entries) {
  const Bundle& bundle = model_.bundle();
  refuse_too_many(entries);
  std::int64_t most = entries;
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    input_layout_[i].bind(bundle.inputs[i].axes, entries, padded_, true);
    most = std::max(most, input_layout_[i].shape.size() / (sequences_ ? entries : 1));  // sequences: one at a time
  }
  for (std::size_t o = 0; o < bundle.outputs.size(); ++o)
    output_layout_[o].bind(bundle.outputs[o].axes, entries, padded_, false);
  const auto numbers = static_cast<std::size_t>(most);
  budget_.reserve(work_, numbers * 8), budget_.reserve(prepared_, numbers * 8), budget_.reserve(mark_, numbers);
}

}  // namespace lading
