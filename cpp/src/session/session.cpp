#include "session/session.hpp"

#include <algorithm>
#include <cstring>

#include "session/float_environment.hpp"

namespace lading {

Session::Session(std::shared_ptr<const Model> model) : model_(std::move(model)) {
  for (const auto& member : model_->members()) runners_.push_back(std::make_unique<Runner>(*member));
  if (runners_.empty()) runners_.push_back(std::make_unique<Runner>(*model_));
  else folded_ = std::make_unique<FoldedBatch>(*model_);
  const Bundle& bundle = model_->bundle();
  const std::size_t axes = bundle.axes.size();
  slots_.resize(model_->table().columns.size());
  marks_.resize(model_->table().fields.size());
  results_.resize(bundle.outputs.size());
  lengths_.resize(axes), offsets_.resize(2 * axes);
  slots_batch_.entries = 1;
  slots_batch_.feeds.resize(slots_.size());
  slots_batch_.offsets.resize(axes);
  slots_batch_.results.resize(results_.size());
  slots_batch_.marks = &marks_;
  for (std::size_t a = 0; a < axes; ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence) slots_batch_.offsets[a] = &offsets_[2 * a];
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const Column& column = model_->table().columns[c];
    const auto bytes = static_cast<std::int64_t>(size_of(column.raw)) * column.width;
    slots_batch_.feeds[c] = {nullptr, column.raw, bytes, {}, true};
  }
  for (const Output& output : bundle.outputs) result_axes_.push_back(sequence_axis(output.axes));
  make_row();
}

void Session::reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
  int ignored = 0;
  FloatEnvironment environment(ignored);
  const std::vector<std::int64_t> before = lengths_;
  for (std::size_t a = 0; a < lengths.size(); ++a)
    if (lengths[a] > lengths_[a]) resize(static_cast<int>(a), lengths[a]);
  size_results();
  for (const auto& runner : runners_) runner->reserve(entries, slots_batch_);
  if (folded_) folded_->reserve(entries, lengths_);
  for (std::size_t a = 0; a < before.size(); ++a)
    if (before[a] < lengths_[a]) resize(static_cast<int>(a), before[a]);
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
  runner_of_slots().run_one(slots_batch_);
}

// That of the fold which the key in the slots says.
Runner& Session::runner_of_slots() {
  if (!folded_) return *runners_[0];
  std::int64_t key;
  std::memcpy(&key, slots_[static_cast<std::size_t>(folded_->key_column())].data, sizeof key);
  return *runners_[static_cast<std::size_t>(model_->bundle().folds->pick(key))];
}

void Session::size_results() {
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < results_.size(); ++o) {
    const int axis = result_axes_[o];
    Results& results = results_[o];
    results.items = 1;
    if (axis >= 0) {
      const auto a = static_cast<std::size_t>(axis);
      results.items = bundle.axes[a].kept(lengths_[a]);
    }
    if (results.items > results.capacity || !results.data) {
      const std::int64_t size =
          model_->item_size(static_cast<int>(o)) * static_cast<std::int64_t>(size_of(bundle.outputs[o].type));
      results.data = allocate(static_cast<std::size_t>(results.items * size));
      results.capacity = results.items;
      slots_batch_.results[o] = results.data.get();
    }
  }
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
  for (std::size_t a = 0; a < model_->bundle().axes.size(); ++a)
    if (model_->bundle().axes[a].kind == Axis::Kind::sequence && !batch.offsets[a])
      throw Error("axis '" + model_->bundle().axes[a].name + "' is a sequence: run_batch needs its offsets",
                  Fault::value);
  refuse_gaps(batch);
  FloatEnvironment environment(raised_);
  if (folded_) folded_->run(batch, begin, end, runners_);
  else runners_[0]->run(batch, begin, end);
}

Runner& Session::only_runner() {
  if (folded_) throw Error(model_->bundle().where + ": has a graph for each fold; run that of a member");
  return *runners_[0];
}

void Session::run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  FloatEnvironment environment(raised_);
  only_runner().run_graph(inputs, outputs);
}

void Session::time_graph(const std::vector<Tensor>& inputs, double* nanoseconds) {
  FloatEnvironment environment(raised_);
  only_runner().time_graph(inputs, nanoseconds);
}

std::size_t Session::memory() const {
  std::size_t bytes = folded_ ? folded_->memory() : 0;
  for (const auto& runner : runners_) bytes += runner->memory();
  for (std::size_t c = 0; c < slots_.size(); ++c)
    bytes += static_cast<std::size_t>(slots_[c].capacity * slots_batch_.feeds[c].stride);
  for (const auto& marks : marks_) bytes += marks.size();
  return bytes;
}

}  // namespace lading
