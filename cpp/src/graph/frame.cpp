#include "graph/frame.hpp"

#include <algorithm>
#include <chrono>

namespace lading {
namespace {

using Clock = std::chrono::steady_clock;

// What f takes, less what looking at the clock takes.
template <class F> double nanoseconds_of(F&& f) {
  const auto looked = Clock::now(), begin = Clock::now();
  f();
  const auto end = Clock::now();
  const double taken = std::chrono::duration<double, std::nano>((end - begin) - (begin - looked)).count();
  return std::max(taken, 0.0);
}

}  // namespace

Frame::Frame(std::shared_ptr<const Plan> plan, MemoryBudget& budget, TurnCount* turns)
    : plan_(std::move(plan)),
      budget_(budget),
      tensors_(plan_->value_count()),
      entries_of_(plan_->value_count(), Entry::none),
      owned_input_(plan_->inputs().size(), 1),
      slot_bytes_(static_cast<std::size_t>(plan_->slot_count())),
      arena_(budget) {
  steps_.reserve(plan_->steps().size());
  for (const PlanStep& planned : plan_->steps()) {
    Step& step = steps_.emplace_back();
    step.operation = planned.operation.get();
    for (const int value : planned.inputs) step.inputs.push_back(value < 0 ? nullptr : operand(value));
    for (const int value : planned.outputs) step.outputs.push_back(value < 0 ? nullptr : &tensors_[value]);
    step.input_entries.assign(planned.inputs.size(), Entry::none);
    if (!planned.subplans.empty()) step.workspace = std::make_unique<Workspace>(turns ? *turns : turns_, budget_);
    for (const auto& subplan : planned.subplans)
      step.workspace->frames.push_back(std::make_unique<Frame>(subplan, budget_, &step.workspace->count));
    step.known = planned.known;
    step.view = !planned.outputs.empty() && planned.outputs[0] >= 0 && plan_->view_of(planned.outputs[0]) >= 0;
    step.operands.input_ = step.inputs.data(), step.operands.inputs_ = static_cast<int>(step.inputs.size());
    step.operands.output_ = step.outputs.data(), step.operands.outputs_ = static_cast<int>(step.outputs.size());
    step.operands.input_entry_ = step.input_entries.data();
    step.operands.operator_ = step.operation;
    step.operands.workspace_ = step.workspace.get();
  }
  for (const Step& step : steps_)
    if (!step.known && !step.view) runnable_.push_back(&step);
}

void Frame::set_input(int i, Type type, const Shape& shape, int entry, std::byte* data) {
  Tensor& tensor = input(i);
  tensor.type = type, tensor.shape = shape;
  owned_input_[static_cast<std::size_t>(i)] = !data;
  if (data) tensor.data = data;
  entries_of_[static_cast<std::size_t>(plan_->inputs()[i])] = entry;
}

void Frame::resolve(std::int64_t entries) {
  mixed_ = !plan_->settled();
  arena_.reset();
  for (Step& step : steps_) step.operands.entries_ = entries;
  if (plan_->settled()) {
    for (std::size_t n = 0; n < steps_.size(); ++n) {
      infer(n);
      if (entries > 1) infer_entries(n);
      if (steps_[n].known) run_known(steps_[n], plan_->steps()[n]);
    }
  }
  lay_out();
}

void Frame::infer(std::size_t n) {
  Step& step = steps_[n];
  step.operation->infer(step.operands);
  step.scratch = step.operation->scratch(step.operands);
}

void Frame::infer_entries(std::size_t n) {
  const PlanStep& planned = plan_->steps()[n];
  bool any = false;
  for (std::size_t i = 0; i < planned.inputs.size(); ++i) {
    const int value = planned.inputs[i];
    const int entry = value < 0 || plan_->constant(value) ? int(Entry::none) : entries_of_[value];
    steps_[n].input_entries[i] = entry;
    any |= entry != Entry::none;
  }
  for (std::size_t i = 0; i < planned.outputs.size(); ++i) {
    if (planned.outputs[i] < 0) continue;
    const int entry = any ? steps_[n].operation->entry(steps_[n].operands, static_cast<int>(i)) : int(Entry::none);
    entries_of_[planned.outputs[i]] = entry;
    if (entry == Entry::mixed) mixed_ = true;
    if (entry >= 0 && steps_[n].outputs[i]->shape[entry] != steps_[n].operands.entries_) mixed_ = true;
  }
}

void Frame::run_known(Step& step, const PlanStep&) {
  for (Tensor* output : step.outputs)
    if (output) output->data = arena_.take(output->bytes(), step.operation->where);
  step.operands.scratch_ = step.scratch ? arena_.take(step.scratch, step.operation->where) : nullptr;
  step.operation->evaluate(step.operands);
}

void Frame::reserve(std::size_t bytes) { budget_.reserve(memory_, bytes); }

// The node that asks for most memory; none where inputs alone are too large.
std::string Frame::largest_step() const {
  std::size_t most = 0;
  const Step* largest = nullptr;
  for (const Step& step : steps_) {
    std::size_t bytes = step.scratch;
    for (const Tensor* output : step.outputs)
      if (output && !step.view) bytes += output->bytes();
    if (bytes > most) most = bytes, largest = &step;
  }
  return largest ? largest->operation->where : "";
}

// One block of memory: inputs, then slots, then scratch that all steps share.
void Frame::lay_out() {
  const auto& steps = plan_->steps();
  std::fill(slot_bytes_.begin(), slot_bytes_.end(), 0);
  std::size_t scratch = 0, total = 0;
  for (std::size_t i = 0; i < plan_->inputs().size(); ++i)
    if (owned_input_[i]) total += aligned(input(static_cast<int>(i)).bytes() + tail);
  if (plan_->settled()) {
    for (std::size_t n = 0; n < steps.size(); ++n) {
      if (steps_[n].known) continue;
      scratch = std::max(scratch, steps_[n].scratch);
      for (const int value : steps[n].outputs)
        if (value >= 0 && plan_->slot(value) >= 0) {
          std::size_t& bytes = slot_bytes_[static_cast<std::size_t>(plan_->slot(value))];
          bytes = std::max(bytes, aligned(tensors_[value].bytes() + tail));
        }
    }
    for (const std::size_t bytes : slot_bytes_) total += bytes;
    total += aligned(scratch);
  }
  if (!budget_.allows(total, memory_.size())) budget_.refuse(total, memory_.size(), largest_step());
  needed_ = total;
  reserve(total);
  std::byte* at = memory_.get();
  for (std::size_t i = 0; i < plan_->inputs().size(); ++i)
    if (owned_input_[i]) {
      Tensor& tensor = input(static_cast<int>(i));
      tensor.data = at;
      at += aligned(tensor.bytes() + tail);
    }
  if (!plan_->settled()) return;
  std::byte* slots = at;
  for (std::size_t& bytes : slot_bytes_) {  // from now on: offset of the slot
    const std::size_t size = bytes;
    bytes = static_cast<std::size_t>(at - slots);
    at += size;
  }
  for (std::size_t n = 0; n < steps.size(); ++n) {
    if (steps_[n].known) continue;
    steps_[n].operands.scratch_ = at;
    for (const int value : steps[n].outputs)
      if (value >= 0 && plan_->slot(value) >= 0)
        tensors_[value].data = slots + slot_bytes_[static_cast<std::size_t>(plan_->slot(value))];
    follow_views(steps[n]);
  }
}

void Frame::follow_views(const PlanStep& planned) {
  for (const int value : planned.outputs)
    if (value >= 0 && plan_->view_of(value) >= 0) tensors_[value].data = operand(plan_->view_of(value))->data;
}

void Frame::run() {
  if (!plan_->settled()) return run_in_order(false);
  for (const Step* step : runnable_) step->operation->run(step->operands);
}

void Frame::time(double* nanoseconds) {
  if (!plan_->settled()) return run_in_order(false, nanoseconds);
  for (const Step* step : runnable_)
    nanoseconds[step - steps_.data()] += nanoseconds_of([&] { step->operation->run(step->operands); });
}

void Frame::rehearse() {
  if (!plan_->settled()) return run_in_order(true);
  for (const Step* step : runnable_) step->operation->rehearse(step->operands);
}

// Where a shape waits for a number: shape, memory, numbers, one step after the other.
void Frame::run_in_order(bool rehearsing, double* nanoseconds) {
  arena_.reset();
  turns_.all = 0;
  for (std::size_t n = 0; n < steps_.size(); ++n) {
    Step& step = steps_[n];
    infer(n);
    follow_views(plan_->steps()[n]);
    if (step.view) continue;
    for (Tensor* output : step.outputs)
      if (output) output->data = arena_.take(output->bytes(), step.operation->where);
    step.operands.scratch_ = step.scratch ? arena_.take(step.scratch, step.operation->where) : nullptr;
    if (rehearsing) step.operation->rehearse(step.operands);
    else if (nanoseconds) nanoseconds[n] += nanoseconds_of([&] { step.operation->run(step.operands); });
    else step.operation->run(step.operands);
  }
}

std::size_t Frame::subframe_memory() const {
  std::size_t bytes = 0;
  for (const Step& step : steps_)
    if (step.workspace) bytes += step.workspace->memory();
  return bytes;
}

}  // namespace lading
