// Which steps may run over all rows, or all entries, at once.
#include "ragged/planner.hpp"

namespace lading {

void RaggedPlanner::find_ways() {
  for (std::size_t n = 0; n < plan_.steps().size(); ++n) ways_.push_back(way_of(static_cast<int>(n)));
}

// The kind whose values this step may take all at once, or inner.
RaggedPlan::Kind RaggedPlanner::way_of(int n) {
  const PlanStep& step = plan_.steps()[static_cast<std::size_t>(n)];
  if (step.known) return Kind::inner;
  const Value* seen = nullptr;
  for (const int v : step.inputs) {
    if (v < 0 || plan_.constant(v)) continue;
    if (plan_.known(v) || at(v).kind == Kind::inner || at(v).axis < 0) return Kind::inner;
    if (seen && (seen->kind != at(v).kind || seen->sequence != at(v).sequence)) return Kind::inner;
    seen = &at(v);
  }
  if (!seen) return Kind::inner;
  for (const int v : step.outputs)
    if (v >= 0 && (at(v).kind != seen->kind || at(v).sequence != seen->sequence)) return Kind::inner;
  const Kind kind = seen->kind;
  try {
    for (const std::int64_t count : counts)
      if (!keeps_apart(step, count)) return Kind::inner;
  } catch (const Error&) { return Kind::inner; }
  return kind;
}

bool RaggedPlanner::keeps_apart(const PlanStep& step, std::int64_t count) {
  std::vector<Tensor> inputs(step.inputs.size()), outputs(step.outputs.size());
  std::vector<const Tensor*> in(inputs.size());
  std::vector<Tensor*> out(outputs.size());
  std::vector<int> entries(inputs.size(), Entry::none);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int v = step.inputs[i];
    if (v < 0) continue;
    in[i] = plan_.constant(v);
    if (in[i]) continue;
    inputs[i].type = at(v).type, inputs[i].shape = made_->shape(v, count), in[i] = &inputs[i];
    entries[i] = at(v).axis;
  }
  for (std::size_t o = 0; o < out.size(); ++o)
    if (step.outputs[o] >= 0) out[o] = &outputs[o];
  const Operands io = operands(*step.operation, in, out, entries, count);
  step.operation->infer(io);
  for (std::size_t o = 0; o < out.size(); ++o) {
    if (!out[o]) continue;
    Value& value = at(step.outputs[o]);
    const int axis = step.operation->entry(io, static_cast<int>(o));
    if (axis < 0 || value.piece.size(0, axis) != 1 || (value.kind == Kind::rows && axis != value.axis)) return false;
    if (made_->together_ && value.kind == Kind::entries && axis != value.entry_axis) return false;
    value.axis = axis;
    if (!(outputs[o].shape == made_->shape(step.outputs[o], count))) return false;
  }
  return true;
}

Operands RaggedPlanner::operands(const Operator& operation, const std::vector<const Tensor*>& in,
                                 const std::vector<Tensor*>& out, const std::vector<int>& entries, std::int64_t count) {
  Operands io;
  io.input_ = in.data(), io.inputs_ = static_cast<int>(in.size());
  io.output_ = out.data(), io.outputs_ = static_cast<int>(out.size());
  io.input_entry_ = entries.data(), io.entries_ = count, io.operator_ = &operation;
  return io;
}

}  // namespace lading
