// Which values share memory.
#include "graph/first_fit.hpp"
#include "ragged/planner.hpp"

namespace lading {

void RaggedPlanner::find_roots() {
  for (const Stage& stage : made_->stages_)
    for (const int n : stage.steps) {
      const PlanStep& step = plan_.steps()[static_cast<std::size_t>(n)];
      if (!step.operation->view() || !made_->wide(step.inputs[0]) || !made_->wide(step.outputs[0])) continue;
      const Value &from = at(step.inputs[0]), &to = at(step.outputs[0]);
      if (from.kind == to.kind && from.sequence == to.sequence && from.piece.size() == to.piece.size())
        made_->roots_[static_cast<std::size_t>(step.outputs[0])] = made_->root(step.inputs[0]);
    }
}

// Everything in an inner stage is alive for as long as it lasts.
void RaggedPlanner::assign_slots() {
  std::vector<int> born(plan_.value_count(), -1), last(plan_.value_count(), -1);
  int now = 0;
  for (const Stage& stage : made_->stages_) {
    const int end = now + static_cast<int>(stage.steps.size());
    for (const int n : stage.steps) {
      const PlanStep& step = plan_.steps()[static_cast<std::size_t>(n)];
      const bool inner = stage.kind == Kind::inner;
      const int from = inner ? end - static_cast<int>(stage.steps.size()) : now, until = inner ? end : now;
      for (const int v : step.inputs)
        if (made_->wide(v)) last[static_cast<std::size_t>(made_->root(v))] = until;
      for (const int v : step.outputs)
        if (made_->wide(v) && made_->root(v) == v) {
          born[static_cast<std::size_t>(v)] = from;
          last[static_cast<std::size_t>(v)] = until;
        }
      ++now;
    }
    now = end + 1;
  }
  for (const int v : plan_.outputs()) last[static_cast<std::size_t>(made_->root(v))] = now;
  FirstFit slots;
  made_->slots_.assign(plan_.value_count(), -1);
  for (const Stage& stage : made_->stages_)
    for (const int n : stage.steps)
      for (const int v : plan_.steps()[static_cast<std::size_t>(n)].outputs) {
        if (!made_->wide(v) || made_->root(v) != v) continue;
        const auto value = static_cast<std::size_t>(v);
        made_->slots_[value] = slots.take(born[value], last[value] + 1);
      }
  made_->slot_count_ = slots.count();
}

}  // namespace lading
