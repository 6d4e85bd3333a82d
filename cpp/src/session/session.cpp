#include "session/session.hpp"

#include <algorithm>
#include <cstring>

#include "session/float_environment.hpp"

namespace lading {
namespace {

constexpr std::int64_t block_bytes = 1 << 20;  // activations of a block should stay in the second-level cache

}  // namespace

Session::Session(std::shared_ptr<const Model> model)
    : model_(std::move(model)), frame_(model_->plan(), model_->limits().memory) {
  const Bundle& bundle = model_->bundle();
  const std::size_t axes = bundle.axes.size();
  slots_.resize(model_->table().columns.size());
  marks_.resize(model_->table().fields.size());
  results_.resize(bundle.outputs.size());
  written_.resize(bundle.outputs.size());
  lengths_.resize(axes), padded_.resize(axes), spans_.resize(axes), offsets_.resize(2 * axes),
      bound_.resize(axes + 1, -1);
  input_layout_.resize(bundle.inputs.size()), output_layout_.resize(bundle.outputs.size());
  slots_batch_.entries = 1;
  slots_batch_.feeds.resize(slots_.size());
  slots_batch_.offsets.resize(axes);
  slots_batch_.results.resize(results_.size());
  for (std::size_t a = 0; a < axes; ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence) slots_batch_.offsets[a] = &offsets_[2 * a];
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const Column& column = model_->table().columns[c];
    const auto bytes = static_cast<std::int64_t>(size_of(column.raw)) * column.width;
    slots_batch_.feeds[c] = {nullptr, column.raw, bytes, {}, true};
  }
  for (const Field& field : model_->table().fields) pads_ |= field.axis >= 0;
  copy_runs_.reserve(model_->table().fields.size());
  make_row();
}

void Session::reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
  int ignored = 0;
  FloatEnvironment environment(ignored);
  const std::vector<std::int64_t> before = lengths_;
  for (std::size_t a = 0; a < lengths.size(); ++a)
    if (lengths[a] > lengths_[a]) resize(static_cast<int>(a), lengths[a]);
  size_results();
  find_spans(slots_batch_, 0);
  if (entries > 1) bind(std::min(block_size(entries), entries));
  bind(1);
  if (!frame_.plan().settled()) rehearse();
  for (std::size_t a = 0; a < before.size(); ++a)
    if (before[a] < lengths_[a]) resize(static_cast<int>(a), before[a]);
}

// Where shapes wait for numbers, only a run tells how much memory it takes: one on zeros, twice, so that all of it
// ends up in one piece. Zeros may not suit the graph; then the first run takes what it needs.
void Session::rehearse() {
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

// The slots are cleared even if it fails: nothing of this entry may pass for the next one's.
void Session::run() {
  struct Clear {
    Session& session;
    ~Clear() { session.clear_slots(); }
  } const clear{*this};
  if (anything_unset()) refuse_unset();
  size_results();
  FloatEnvironment environment(raised_);
  std::fill(written_.begin(), written_.end(), 0);
  run_block(slots_batch_, 0, 1);
}

// What would otherwise be read from nowhere.
void Session::refuse_gaps(const Batch& batch) const {
  for (std::size_t c = 0; c < batch.feeds.size(); ++c) {
    const Feed& feed = batch.feeds[c];
    const int axis = model_->table().columns[c].axis;
    const std::int64_t* offsets = axis < 0 ? nullptr : batch.offsets[static_cast<std::size_t>(axis)];
    if (!feed.data && (!offsets || offsets[batch.entries] > offsets[0]))
      throw Error(model_->text(static_cast<int>(c)) + " was not given to run_batch", Fault::value);
    if (feed.type > Type::boolean || feed.type == Type::float16 || feed.type == Type::bfloat16)
      throw Error(model_->text(static_cast<int>(c)) + ": numbers of this type cannot be fed", Fault::value);
  }
}

void Session::run_batch(const Batch& batch, std::int64_t begin, std::int64_t end) {
  if (begin < 0 || end > batch.entries)
    throw Error("entries [" + std::to_string(begin) + ", " + std::to_string(end) + ") are not all in the batch of " +
                    std::to_string(batch.entries),
                Fault::value);
  if (begin >= end) return;
  for (std::size_t a = 0; a < spans_.size(); ++a)
    if (model_->bundle().axes[a].kind == Axis::Kind::sequence && !batch.offsets[a])
      throw Error("axis '" + model_->bundle().axes[a].name + "' is a sequence: run_batch needs its offsets",
                  Fault::value);
  refuse_gaps(batch);
  FloatEnvironment environment(raised_);
  runs_of_ = nullptr;  // another batch may stand at the same address
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < written_.size(); ++o) {
    const int axis = sequence_axis(bundle.outputs[o].axes);
    written_[o] = begin;
    if (axis < 0) continue;
    const std::int64_t* offsets = batch.offsets[static_cast<std::size_t>(axis)];
    const std::int64_t most = bundle.axes[static_cast<std::size_t>(axis)].max;
    written_[o] = 0;
    for (std::int64_t e = 0; e < begin; ++e) {
      const std::int64_t n = offsets[e + 1] - offsets[e];
      written_[o] += most < 0 ? n : std::min(n, most);
    }
  }
  const std::int64_t block = block_size(end - begin);
  for (std::int64_t e = begin; e < end; e += block) run_block(batch, e, std::min(block, end - e));
}

// How many entries may run at once: all of a block if every node is proven to keep them apart, else one.
std::int64_t Session::block_size(std::int64_t entries) {
  if (!model_->batched() || entries == 1) return 1;
  for (const Axis& axis : model_->bundle().axes)
    if (axis.kind == Axis::Kind::sequence) return 1;
  if (block_) return block_;
  block_ = 1;
  try {
    std::size_t bytes = 0;
    for (const std::int64_t probe : {5, 7}) {
      bind(probe);
      if (frame_.mixed()) return block_;
      for (std::size_t o = 0; o < output_layout_.size(); ++o) {
        const auto& axes = model_->bundle().outputs[o].axes;
        const int entry = frame_.output_entry(static_cast<int>(o));
        if (entry < 0 || axes[static_cast<std::size_t>(entry)].kind != AxisUse::Kind::entry) return block_;
      }
      bytes = frame_.memory() / static_cast<std::size_t>(probe);
    }
    for (const PlanStep& step : frame_.plan().steps()) block_ = std::max(block_, step.operation->best_block());
    while (block_ > 8 && block_ * static_cast<std::int64_t>(bytes) > block_bytes) block_ /= 2;
  } catch (const Error&) {  // a shape that fits one entry only
  }
  return block_;
}

void Session::find_spans(const Batch& batch, std::int64_t entry) {
  const Bundle& bundle = model_->bundle();
  for (std::size_t a = 0; a < spans_.size(); ++a) {
    const Axis& axis = bundle.axes[a];
    if (axis.kind != Axis::Kind::sequence) continue;
    const std::int64_t first = batch.offsets[a][entry], n = batch.offsets[a][entry + 1] - first;
    if (n < 0)
      throw Error("axis '" + axis.name + "': the offsets of entry " + std::to_string(entry) + " go backwards",
                  Fault::value);
    Span& span = spans_[a];
    span.kept = axis.max < 0 ? n : std::min(n, axis.max);
    span.first = axis.keep_first ? first : first + n - span.kept;
    span.padded = std::max(span.kept, axis.min);
  }
}

void Session::run_block(const Batch& batch, std::int64_t first, std::int64_t entries) {
  find_spans(batch, first);
  if (!all_empty()) {
    bind(entries);
    fill_inputs(batch, first, entries);
    frame_.run();
    if (!frame_.plan().settled()) check_outputs();
  }
  take_outputs(batch, entries);
}

void Session::bind(std::int64_t entries) {
  bool same = bound_[0] == entries;
  for (std::size_t a = 0; a < spans_.size(); ++a) same &= bound_[a + 1] == spans_[a].padded;
  if (same) return;
  bound_[0] = -1;  // until all went well
  const Bundle& bundle = model_->bundle();
  std::int64_t most = entries;
  for (std::size_t a = 0; a < spans_.size(); ++a) bound_[a + 1] = spans_[a].padded;
  for (std::size_t a = 0; a < spans_.size(); ++a) padded_[a] = spans_[a].padded;
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Input& input = bundle.inputs[i];
    input_layout_[i].bind(input.axes, entries, padded_, true);
    int entry = Entry::none;
    for (std::size_t a = 0; a < input.axes.size(); ++a)
      if (input.axes[a].kind == AxisUse::Kind::entry) entry = static_cast<int>(a);
    frame_.set_input(static_cast<int>(i), input.type, input_layout_[i].shape, entry);
    most = std::max(most, input_layout_[i].shape.size());
  }
  for (std::size_t o = 0; o < bundle.outputs.size(); ++o)
    output_layout_[o].bind(bundle.outputs[o].axes, entries, padded_, false);
  if (most > work_capacity_) {
    work_ = allocate(static_cast<std::size_t>(most) * 8);
    prepared_ = allocate(static_cast<std::size_t>(most) * 8);
    mark_ = allocate(static_cast<std::size_t>(most));
    work_capacity_ = most;
  }
  frame_.resolve(entries);
  if (frame_.plan().settled()) check_outputs();
  bound_[0] = entries;
}

void Session::run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  FloatEnvironment environment(raised_);
  bound_[0] = -1;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    frame_.set_input(static_cast<int>(i), inputs[i].type, inputs[i].shape, Entry::none);
  frame_.resolve();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].bytes()) std::memcpy(frame_.input(static_cast<int>(i)).data, inputs[i].data, inputs[i].bytes());
  frame_.run();
  for (std::size_t o = 0; o < outputs.size(); ++o) outputs[o] = frame_.output(static_cast<int>(o));
}

std::size_t Session::memory() const {
  std::size_t bytes = frame_.memory() + static_cast<std::size_t>(work_capacity_) * 17;
  for (std::size_t c = 0; c < slots_.size(); ++c)
    bytes += static_cast<std::size_t>(slots_[c].capacity * slots_batch_.feeds[c].stride);
  for (const auto& marks : marks_) bytes += marks.size();
  return bytes;
}

}  // namespace lading
