#include "session/ragged_plan.hpp"

#include <algorithm>

namespace lading {
namespace {

constexpr std::int64_t counts[] = {5,
                                   7};  // of rows and entries: two, so that none passes for a length of something else
constexpr std::int64_t first_probe[] = {11, 17, 23, 31}, second_probe[] = {13, 19, 29, 37};  // lengths of sequences

}  // namespace

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

class RaggedPlanner {
 public:
  RaggedPlanner(const Bundle& bundle, Frame& frame)
      : bundle_(bundle), frame_(frame), plan_(frame.plan()), made_(new RaggedPlan) {}

  std::unique_ptr<const RaggedPlan> make() {
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
    return std::move(made_);
  }

 private:
  using Kind = RaggedPlan::Kind;
  using Value = RaggedPlan::Value;
  using Stage = RaggedPlan::Stage;

  // Two lengths for each sequence axis, all of them different.
  bool find_lengths() {
    std::size_t next = 0;
    for (auto& lengths : lengths_) lengths.assign(bundle_.axes.size(), 0);
    for (std::size_t a = 0; a < bundle_.axes.size(); ++a) {
      const Axis& axis = bundle_.axes[a];
      if (axis.kind != Axis::Kind::sequence) continue;
      if (next == std::size(first_probe)) return false;
      lengths_[0][a] = first_probe[next], lengths_[1][a] = second_probe[next++];
      if (axis.max >= 0 && axis.max < lengths_[1][a]) lengths_[0][a] = axis.max - 1, lengths_[1][a] = axis.max;
      if (lengths_[0][a] < std::max<std::int64_t>(axis.min, 2)) return false;
      for (std::size_t before = 0; before < a; ++before)
        for (const auto& lengths : lengths_)
          if (bundle_.axes[before].kind == Axis::Kind::sequence && lengths[before] == lengths[a]) return false;
    }
    return next > 0;
  }

  void resolve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
    for (std::size_t i = 0; i < bundle_.inputs.size(); ++i) {
      const auto& axes = bundle_.inputs[i].axes;
      Shape shape;
      int entry = Entry::none;
      for (std::size_t a = 0; a < axes.size(); ++a) {
        if (axes[a].kind == AxisUse::Kind::entry) entry = static_cast<int>(a);
        shape.push(axes[a].kind == AxisUse::Kind::entry      ? entries
                   : axes[a].kind == AxisUse::Kind::sequence ? lengths[static_cast<std::size_t>(axes[a].axis)]
                                                             : axes[a].size);
      }
      frame_.set_input(static_cast<int>(i), bundle_.inputs[i].type, shape, entry);
    }
    frame_.resolve(entries);
  }

  void find_pieces() {
    std::vector<Shape> shapes[2];
    for (int probe = 0; probe < 2; ++probe) {
      resolve(1, lengths_[probe]);
      for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) shapes[probe].push_back(frame_.value(v).shape);
    }
    for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) {
      Value& value = at(v);
      value.type = frame_.value(v).type;
      if (!plan_.constant(v) && !plan_.known(v))
        set_piece(value, shapes[0][static_cast<std::size_t>(v)], shapes[1][static_cast<std::size_t>(v)]);
    }
    find_entry_axes();
  }

  void set_piece(Value& value, const Shape& one, const Shape& other) const {
    if (one.rank != other.rank) return;
    int along = -1;
    for (int a = 0; a < one.rank; ++a)
      if (one[a] != other[a]) {
        if (along >= 0) return;
        along = a;
      }
    value.piece = one;
    value.kind = Kind::entries;
    if (along < 0) return;
    value.kind = Kind::inner;
    for (std::size_t s = 0; s < lengths_[0].size(); ++s)
      if (lengths_[0][s] && one[along] == lengths_[0][s] && other[along] == lengths_[1][s] && one.size(0, along) == 1) {
        value.kind = Kind::rows, value.sequence = static_cast<int>(s), value.axis = along;
        value.piece[along] = 1;
      }
  }

  // Where the graph itself has its entries, if all of its nodes are proven to keep them apart.
  void find_entry_axes() {
    made_->together_ = true;
    try {
      for (const std::int64_t entries : counts) {
        resolve(entries, lengths_[0]);
        made_->together_ &= !frame_.mixed();
      }
    } catch (const Error&) { made_->together_ = false; }
    for (const Input& input : bundle_.inputs)
      made_->together_ &= std::any_of(input.axes.begin(), input.axes.end(),
                                      [](const AxisUse& use) { return use.kind == AxisUse::Kind::entry; });
    for (int v = 0; v < static_cast<int>(plan_.value_count()); ++v) {
      Value& value = at(v);
      if (value.kind == Kind::inner) continue;
      if (made_->together_) value.entry_axis = frame_.entry_of(v);
      const int axis = made_->together_ ? value.entry_axis : 0;
      bool begins = axis >= 0 && axis < value.piece.rank && value.piece.size(0, axis + 1) == 1;
      if (value.kind == Kind::rows && axis > value.axis) begins = false;  // the graph has its sequence first
      if (made_->together_ && !begins) value.kind = Kind::inner;
      else if (begins && value.kind == Kind::entries) value.axis = axis;
    }
  }

  void find_ways() {
    for (std::size_t n = 0; n < plan_.steps().size(); ++n) ways_.push_back(way_of(static_cast<int>(n)));
  }

  // The kind whose values this step may take all at once, or inner.
  Kind way_of(int n) {
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

  bool keeps_apart(const PlanStep& step, std::int64_t count) {
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

  static Operands operands(const Operator& operation, const std::vector<const Tensor*>& in,
                           const std::vector<Tensor*>& out, const std::vector<int>& entries, std::int64_t count) {
    Operands io;
    io.input_ = in.data(), io.inputs_ = static_cast<int>(in.size());
    io.output_ = out.data(), io.outputs_ = static_cast<int>(out.size());
    io.input_entry_ = entries.data(), io.entries_ = count, io.operator_ = &operation;
    return io;
  }

  // As many steps as are ready run over everything; then as many as are ready of the others, together.
  bool order_steps() {
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

  void add_to_wide_stage(std::size_t n) {
    const int first = plan_.steps()[n].outputs[0];
    auto& stages = made_->stages_;
    if (stages.empty() || stages.back().kind != ways_[n] || stages.back().sequence != at(first).sequence)
      stages.push_back({ways_[n], at(first).sequence, {}, {}});
    stages.back().steps.push_back(static_cast<int>(n));
  }

  // What follows from shapes is worked out anew wherever it is read.
  void add_known(Stage& stage, const PlanStep& reader) {
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
  bool all_ends_meet() {
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
  static void add(std::vector<int>& values, int v) {
    if (std::find(values.begin(), values.end(), v) == values.end()) values.push_back(v);
  }

  void find_roots() {
    for (const Stage& stage : made_->stages_)
      for (const int n : stage.steps) {
        const PlanStep& step = plan_.steps()[static_cast<std::size_t>(n)];
        if (!step.operation->view() || !made_->wide(step.inputs[0]) || !made_->wide(step.outputs[0])) continue;
        const Value &from = at(step.inputs[0]), &to = at(step.outputs[0]);
        if (from.kind == to.kind && from.sequence == to.sequence && from.piece.size() == to.piece.size())
          made_->roots_[static_cast<std::size_t>(step.outputs[0])] = made_->root(step.inputs[0]);
      }
  }

  // First fit over lifetimes, as in Plan. Everything in an inner stage is alive for as long as it lasts.
  void assign_slots() {
    std::vector<int> born(plan_.value_count(), -1), last(plan_.value_count(), -1), free_from;
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
    made_->slots_.assign(plan_.value_count(), -1);
    for (const Stage& stage : made_->stages_)
      for (const int n : stage.steps)
        for (const int v : plan_.steps()[static_cast<std::size_t>(n)].outputs) {
          if (!made_->wide(v) || made_->root(v) != v) continue;
          const int from = born[static_cast<std::size_t>(v)];
          std::size_t slot = 0;
          while (slot < free_from.size() && free_from[slot] > from) ++slot;
          if (slot == free_from.size()) free_from.push_back(0);
          free_from[slot] = last[static_cast<std::size_t>(v)] + 1;
          made_->slots_[static_cast<std::size_t>(v)] = static_cast<int>(slot);
        }
    made_->slot_count_ = static_cast<int>(free_from.size());
  }

  Value& at(int v) { return made_->values_[static_cast<std::size_t>(v)]; }

  const Bundle& bundle_;
  Frame& frame_;
  const Plan& plan_;
  std::unique_ptr<RaggedPlan> made_;
  std::vector<std::int64_t> lengths_[2];
  std::vector<Kind> ways_;
};

std::unique_ptr<const RaggedPlan> RaggedPlan::make(const Bundle& bundle, Frame& frame) {
  try {
    return RaggedPlanner(bundle, frame).make();
  } catch (const Error&) {  // lengths that the graph does not take
    return nullptr;
  }
}

}  // namespace lading
