#include "ragged/frame.hpp"

#include <algorithm>

namespace lading {
namespace {

constexpr std::int64_t fewest_rows = 64, most_rows = 4096;

}  // namespace

RaggedFrame::RaggedFrame(std::shared_ptr<const Plan> plan, std::shared_ptr<const RaggedPlan> ragged,
                         const Bundle& bundle, MemoryBudget& budget)
    : plan_(std::move(plan)),
      ragged_(std::move(ragged)),
      axes_(bundle.axes.size()),
      budget_(budget),
      wide_(plan_->value_count()),
      tensors_(plan_->value_count()),
      rows_(axes_),
      slot_bytes_(static_cast<std::size_t>(ragged_->slot_count())),
      arena_(budget) {
  for (const Axis& axis : bundle.axes) is_sequence_.push_back(axis.kind == Axis::Kind::sequence);
  bind_steps();
  find_best_rows();
}

void RaggedFrame::bind_steps() {
  const auto& planned = plan_->steps();
  steps_.resize(planned.size());
  for (const Stage& stage : ragged_->stages()) {
    auto& runnable = runnable_.emplace_back();
    for (const int n : stage.steps) {
      Step& step = steps_[static_cast<std::size_t>(n)];
      const PlanStep& of = planned[static_cast<std::size_t>(n)];
      const bool is_view = of.operation->view() && (stage.kind != Kind::inner || !ragged_->wide(of.outputs[0]) ||
                                                    ragged_->root(of.outputs[0]) != of.outputs[0]);
      if (!is_view && !of.known) runnable.push_back(n);
      if (step.operation) continue;  // known, and worked out in several stages
      auto& seen = stage.kind == Kind::inner ? tensors_ : wide_;
      step.operation = of.operation.get();
      for (const int v : of.inputs) {
        const Tensor* constant = v < 0 ? nullptr : plan_->constant(v);
        step.inputs.push_back(v < 0 ? nullptr : constant ? constant : &seen[static_cast<std::size_t>(v)]);
        step.input_entries.push_back(v < 0 || constant || !ragged_->wide(v) ? int(Entry::none)
                                                                            : ragged_->value(v).axis);
      }
      for (const int v : of.outputs) step.outputs.push_back(v < 0 ? nullptr : &seen[static_cast<std::size_t>(v)]);
      step.operands.input_ = step.inputs.data(), step.operands.inputs_ = static_cast<int>(step.inputs.size());
      step.operands.output_ = step.outputs.data(), step.operands.outputs_ = static_cast<int>(step.outputs.size());
      step.operands.input_entry_ = step.input_entries.data(), step.operands.operator_ = step.operation;
    }
  }
  for (int v = 0; v < static_cast<int>(plan_->value_count()); ++v)
    wide_[static_cast<std::size_t>(v)].type = tensor(v).type = ragged_->value(v).type;
}

// From what sixteen elements an entry take.
void RaggedFrame::find_best_rows() {
  std::vector<std::int64_t> sixteen(axes_, 16);
  clear();
  add(64, sixteen.data());
  if (!resolve() || !needed_) return;
  best_rows_ = static_cast<std::int64_t>(64 * 16 * block_bytes / needed_);
  best_rows_ = std::clamp(best_rows_, fewest_rows, most_rows);
}

void RaggedFrame::reserve(std::int64_t entries, const std::int64_t* longest) {
  const std::int64_t most = std::min(entries, best_rows_);
  std::vector<std::int64_t> shared(longest, longest + axes_);
  bins_.reserve(static_cast<std::size_t>(most));
  lengths_.reserve(static_cast<std::size_t>(most) * axes_), first_rows_.reserve(static_cast<std::size_t>(most) * axes_);
  for (std::int64_t& length : shared) length = std::min(length, (best_rows_ + most - 1) / most);
  clear();
  add(most, shared.data());
  add(1, longest);
  std::int64_t together = best_rows_;
  for (std::size_t a = 0; a < axes_; ++a)
    if (is_sequence_[a] && longest[a])
      together = std::min(together, std::max<std::int64_t>(best_rows_ / longest[a], 1));
  if (!resolve()) return;
  bins_[1].entries = std::min(together, most);
  for (const Stage& stage : ragged_->stages())
    if (stage.kind == Kind::inner)
      for (std::size_t bin = 0; bin < 2; ++bin)
        for (int time = 0; time < 2; ++time) infer_inner(stage, bin);  // twice: the second finds it all in one piece
}

void RaggedFrame::add(std::int64_t entries, const std::int64_t* padded) {
  if (bin_count_ == bins_.size()) {
    bins_.push_back({});
    lengths_.resize(bins_.size() * axes_), first_rows_.resize(bins_.size() * axes_);
  }
  bins_[bin_count_] = {entries_, entries};
  for (std::size_t a = 0; a < axes_; ++a) {
    lengths_[bin_count_ * axes_ + a] = padded[a], first_rows_[bin_count_ * axes_ + a] = rows_[a];
    if (is_sequence_[a]) rows_[a] += entries * padded[a];
  }
  entries_ += entries;
  ++bin_count_;
}

std::size_t RaggedFrame::piece_bytes(int v) const {
  const RaggedPlan::Value& value = ragged_->value(v);
  return static_cast<std::size_t>(value.piece.size()) * size_of(value.type);
}

std::int64_t RaggedFrame::place(int v, std::size_t bin, std::int64_t e) const {
  const RaggedPlan::Value& value = ragged_->value(v);
  if (value.kind == Kind::entries) return bins_[bin].first_entry + e;
  const std::size_t at = bin * axes_ + static_cast<std::size_t>(value.sequence);
  return first_rows_[at] + e * lengths_[at];
}

std::byte* RaggedFrame::piece(int v, std::int64_t e) {
  if (last_bin_ >= bin_count_ || e < bins_[last_bin_].first_entry) last_bin_ = 0;
  while (e >= bins_[last_bin_].first_entry + bins_[last_bin_].entries) ++last_bin_;
  const auto before = static_cast<std::size_t>(place(v, last_bin_, e - bins_[last_bin_].first_entry));
  return wide_[static_cast<std::size_t>(v)].data + before * piece_bytes(v);
}

bool RaggedFrame::resolve() {
  scratch_ = 0;
  for (int v = 0; v < static_cast<int>(plan_->value_count()); ++v)
    if (ragged_->wide(v)) wide_[static_cast<std::size_t>(v)].shape = ragged_->shape(v, count(v));
  for (const Stage& stage : ragged_->stages())
    if (stage.kind != Kind::inner && !infer_wide(stage)) return false;
  lay_out();
  return true;
}

// The proof again, for these very numbers of rows and entries.
bool RaggedFrame::infer_wide(const Stage& stage) {
  for (const int n : stage.steps) {
    Step& step = steps_[static_cast<std::size_t>(n)];
    const auto& outputs = plan_->steps()[static_cast<std::size_t>(n)].outputs;
    step.operands.entries_ = stage.kind == Kind::rows ? rows_[static_cast<std::size_t>(stage.sequence)] : entries_;
    step.operation->infer(step.operands);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const int v = outputs[o];
      if (v < 0) continue;
      if (step.operation->entry(step.operands, static_cast<int>(o)) != ragged_->value(v).axis) return false;
      if (!(step.outputs[o]->shape == ragged_->shape(v, count(v)))) return false;
    }
    scratch_ = std::max(scratch_, step.operation->scratch(step.operands));
  }
  return true;
}

// One block of memory: inputs, then slots, then scratch that all steps share.
void RaggedFrame::lay_out() {
  const auto bytes = [&](int v) { return aligned(static_cast<std::size_t>(count(v)) * piece_bytes(v) + tail); };
  const auto wide = [&](int v) -> Tensor& { return wide_[static_cast<std::size_t>(v)]; };
  std::fill(slot_bytes_.begin(), slot_bytes_.end(), 0);
  const int values = static_cast<int>(plan_->value_count());
  for (int v = 0; v < values; ++v)
    if (const int slot = ragged_->slot(v); slot >= 0) {
      auto& most = slot_bytes_[static_cast<std::size_t>(slot)];
      most = std::max(most, bytes(v));
    }
  std::size_t total = aligned(scratch_);
  for (const int v : plan_->inputs()) total += bytes(v);
  for (const std::size_t each : slot_bytes_) total += each;
  budget_.reserve(memory_, total);
  needed_ = total;
  std::byte* at = memory_.get();
  for (const int v : plan_->inputs()) wide(v).data = at, at += bytes(v);
  std::byte* slots = at;
  for (std::size_t& each : slot_bytes_) {  // from now on: offset of the slot
    const std::size_t size = each;
    each = static_cast<std::size_t>(at - slots);
    at += size;
  }
  for (const Stage& stage : ragged_->stages())
    for (const int n : stage.steps) {
      steps_[static_cast<std::size_t>(n)].operands.scratch_ = at;
      for (const int v : plan_->steps()[static_cast<std::size_t>(n)].outputs)
        if (ragged_->wide(v))
          wide(v).data = ragged_->root(v) == v ? slots + slot_bytes_[static_cast<std::size_t>(ragged_->slot(v))]
                                               : wide(ragged_->root(v)).data;
    }
}

bool RaggedFrame::run() {
  for (std::size_t s = 0; s < ragged_->stages().size(); ++s) {
    const Stage& stage = ragged_->stages()[s];
    if (stage.kind != Kind::inner)
      for (const int n : runnable_[s])
        steps_[static_cast<std::size_t>(n)].operation->run(steps_[static_cast<std::size_t>(n)].operands);
    else
      for (std::size_t bin = 0; bin < bin_count_; ++bin)
        if (infer_inner(stage, bin)) run_inner(stage, bin);
        else return false;
  }
  return true;
}

}  // namespace lading
