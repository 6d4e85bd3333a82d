// Stages whose steps see the entries of one bin at a time: all of them together, or one by one.
#include <algorithm>

#include "ragged/frame.hpp"

namespace lading {

// Shapes and memory of an inner stage for the entries of a bin: together, or for any one of them.
bool RaggedFrame::infer_inner(const Stage& stage, std::size_t bin) {
  arena_.reset();
  const std::int64_t entries = ragged_->together() ? bins_[bin].entries : 1;
  for (const int v : stage.values) tensor(v).shape = ragged_->shape(v, entries, lengths(bin));
  std::size_t scratch = 0;
  for (const int n : stage.steps) {
    Step& step = steps_[static_cast<std::size_t>(n)];
    const PlanStep& planned = plan_->steps()[static_cast<std::size_t>(n)];
    step.operands.entries_ = entries;
    step.operation->infer(step.operands);
    const std::size_t own_scratch = step.operation->scratch(step.operands);
    for (const int v : planned.outputs) {
      if (v < 0) continue;
      if (ragged_->wide(v) && !(tensor(v).shape == ragged_->shape(v, entries, lengths(bin)))) return false;
      if (!ragged_->wide(v) && (planned.known || !step.operation->view()))
        tensor(v).data = arena_.take(tensor(v).bytes(), step.operation->where);
    }
    if (!planned.known) {
      scratch = std::max(scratch, own_scratch);
    } else {
      step.operands.scratch_ = own_scratch ? arena_.take(own_scratch, step.operation->where) : nullptr;
      step.operation->evaluate(step.operands);
    }
  }
  std::byte* const room = scratch ? arena_.take(scratch, "") : nullptr;
  for (const int n : stage.steps)
    if (!plan_->steps()[static_cast<std::size_t>(n)].known)
      steps_[static_cast<std::size_t>(n)].operands.scratch_ = room;
  return true;
}

void RaggedFrame::run_inner(const Stage& stage, std::size_t bin) {
  const std::size_t s = static_cast<std::size_t>(&stage - ragged_->stages().data());
  const std::int64_t times = ragged_->together() ? 1 : bins_[bin].entries;
  for (std::int64_t e = 0; e < times; ++e) {
    place_pieces(stage, bin, e);
    for (const int n : runnable_[s]) {
      const Step& step = steps_[static_cast<std::size_t>(n)];
      step.operation->evaluate(step.operands);
    }
  }
}

void RaggedFrame::place_pieces(const Stage& stage, std::size_t bin, std::int64_t e) {
  for (const int v : stage.values)
    tensor(v).data =
        wide_[static_cast<std::size_t>(v)].data + static_cast<std::size_t>(place(v, bin, e)) * piece_bytes(v);
  for (const int n : stage.steps) {
    const PlanStep& step = plan_->steps()[static_cast<std::size_t>(n)];
    if (!step.known && step.operation->view() && !ragged_->wide(step.outputs[0]))
      tensor(step.outputs[0]).data = steps_[static_cast<std::size_t>(n)].inputs[0]->data;
  }
}

}  // namespace lading
