#include "session/session.hpp"

#include <algorithm>
#include <cstring>

#include "session/float_environment.hpp"

namespace lading {

Session::Session(std::shared_ptr<const Model> model) : model_(std::move(model)), budget_(model_->limits().memory) {
  for (const auto& member : model_->members()) runners_.push_back(std::make_unique<Runner>(*member, budget_));
  if (runners_.empty()) runners_.push_back(std::make_unique<Runner>(*model_, budget_));
  else folded_ = std::make_unique<FoldedBatch>(*model_);
  const Bundle& bundle = model_->bundle();
  const std::size_t axes = bundle.axes.size();
  slots_.resize(model_->table().columns.size());
  marks_.resize(model_->table().fields.size());
  results_.resize(bundle.outputs.size());
  lengths_.resize(axes), room_.resize(axes, -1), offsets_.resize(2 * axes);
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
  struct Lengths {  // come back, also if it fails
    Session& session;
    std::vector<std::int64_t> before = session.lengths_;
    ~Lengths() {
      for (std::size_t a = 0; a < before.size(); ++a)
        if (before[a] < session.lengths_[a]) session.resize(static_cast<int>(a), before[a]);
    }
  } const restored{*this};
  if (entries < 0) throw Error("there is no room for " + std::to_string(entries) + " entries", Fault::value);
  for (std::size_t a = 0; a < lengths.size(); ++a)
    if (lengths[a] > lengths_[a] || lengths[a] < 0) resize(static_cast<int>(a), lengths[a]);
  size_results();
  for (const auto& runner : runners_) runner->reserve(entries, slots_batch_);
  if (folded_) folded_->reserve(entries, lengths_);
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
    const std::size_t bytes = bytes_of(results.items, model_->item_size(static_cast<int>(o)), bundle.outputs[o].type);
    budget_.reserve(results.data, bytes);
    slots_batch_.results[o] = results.data.get();
  }
}

void Session::run_batch(const Batch& batch, std::int64_t begin, std::int64_t end) {
  check(batch, begin, end);
  if (begin == end) return;
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
  std::size_t bytes = budget_.used() + (folded_ ? folded_->memory() : 0);
  for (const auto& runner : runners_) bytes += runner->order_memory();
  for (const auto& marks : marks_) bytes += marks.size();
  return bytes;
}

}  // namespace lading
