// In which order the steps run.
#include <algorithm>

#include "ragged/planner.hpp"

namespace lading {

// As many steps as are ready run over everything; then as many as are ready of the others, together.
bool RaggedPlanner::order_steps() {
  const auto& steps = plan_.steps();
  std::vector<char> done(steps.size()), has(plan_.value_count());
  for (const int v : plan_.inputs()) has[static_cast<std::size_t>(v)] = 1;
  std::size_t left = 0;
  for (const PlanStep& step : steps) left += !step.known;
  const auto ready = [&](std::size_t n) {
    return !done[n] && !steps[n].known && std::all_of(steps[n].inputs.begin(), steps[n].inputs.end(), [&](int v) {
      return v < 0 || plan_.constant(v) || plan_.known(v) || has[static_cast<std::size_t>(v)];
    });
  };
  const auto finish = [&](std::size_t n) {
    done[n] = 1, --left;
    for (const int v : steps[n].outputs)
      if (v >= 0) has[static_cast<std::size_t>(v)] = 1;
  };
  while (left) {
    const std::size_t before = left;
    for (std::size_t n = 0; n < steps.size(); ++n)
      if (ways_[n] != Kind::inner && ready(n)) add_to_wide_stage(n), finish(n);
    Stage stage;
    for (std::size_t n = 0; n < steps.size(); ++n)
      if (ways_[n] == Kind::inner && ready(n)) {
        add_known(stage, steps[n]);
        stage.steps.push_back(static_cast<int>(n)), finish(n);
      }
    if (!stage.steps.empty()) made_->stages_.push_back(std::move(stage));
    if (left == before) return false;
  }
  return true;
}

void RaggedPlanner::add_to_wide_stage(std::size_t n) {
  const int first = plan_.steps()[n].outputs[0];
  auto& stages = made_->stages_;
  if (stages.empty() || stages.back().kind != ways_[n] || stages.back().sequence != at(first).sequence)
    stages.push_back({ways_[n], at(first).sequence, {}, {}});
  stages.back().steps.push_back(static_cast<int>(n));
}

// What follows from shapes is worked out anew wherever it is read.
void RaggedPlanner::add_known(Stage& stage, const PlanStep& reader) {
  for (const int v : reader.inputs) {
    if (v < 0 || !plan_.known(v)) continue;
    for (std::size_t n = 0; n < plan_.steps().size(); ++n) {
      const PlanStep& step = plan_.steps()[n];
      const auto& outputs = step.outputs;
      const int number = static_cast<int>(n);
      if (std::find(outputs.begin(), outputs.end(), v) == outputs.end()) continue;
      if (std::find(stage.steps.begin(), stage.steps.end(), number) != stage.steps.end()) continue;
      add_known(stage, step);
      stage.steps.push_back(number);
    }
  }
}

// Inner values stay in their stage; results stand in pieces.
bool RaggedPlanner::all_ends_meet() {
  for (Stage& stage : made_->stages_) {
    std::vector<int> own;
    for (const int n : stage.steps) {
      const PlanStep& step = plan_.steps()[static_cast<std::size_t>(n)];
      for (const int v : step.inputs) {
        if (v < 0 || plan_.constant(v)) continue;
        if (made_->wide(v)) add(stage.values, v);
        else if (std::find(own.begin(), own.end(), v) == own.end()) return false;
      }
      for (const int v : step.outputs)
        if (v >= 0) add(made_->wide(v) ? stage.values : own, v);
    }
  }
  for (const int v : plan_.inputs())
    if (!made_->wide(v)) return false;
  return std::all_of(plan_.outputs().begin(), plan_.outputs().end(), [&](int v) { return made_->wide(v); });
}

void RaggedPlanner::add(std::vector<int>& values, int v) {
  if (std::find(values.begin(), values.end(), v) == values.end()) values.push_back(v);
}

}  // namespace lading
