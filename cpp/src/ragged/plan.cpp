#include "ragged/plan.hpp"

#include "ragged/planner.hpp"

namespace lading {
Shape RaggedPlan::shape(int v, std::int64_t count) const {
  Shape shape = value(v).piece;
  if (value(v).axis >= 0) shape[value(v).axis] = count;
  return shape;
}

Shape RaggedPlan::shape(int v, std::int64_t entries, const std::int64_t* lengths) const {
  const Value& seen = value(v);
  Shape shape = seen.piece;
  if (seen.kind == Kind::rows) shape[seen.axis] = lengths[seen.sequence];
  if (together_ && seen.entry_axis >= 0) shape[seen.entry_axis] = entries;
  return shape;
}

std::shared_ptr<const RaggedPlan> RaggedPlan::make(const Bundle& bundle, Frame& frame) {
  try {
    return RaggedPlanner(bundle, frame).make();
  } catch (const Error&) {  // lengths that the graph does not take
    return nullptr;
  }
}

std::shared_ptr<const RaggedPlan> RaggedPlanner::make() {
  if (!plan_.settled() || !find_lengths()) return nullptr;
  for (const PlanStep& step : plan_.steps())
    if (!step.subplans.empty()) return nullptr;
  made_->values_.resize(plan_.value_count());
  for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) made_->roots_.push_back(v);
  find_pieces();
  find_ways();
  if (!order_steps() || !all_ends_meet()) return nullptr;
  find_roots();
  assign_slots();
  return made_;
}

}  // namespace lading
