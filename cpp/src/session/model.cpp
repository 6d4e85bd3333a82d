#include "session/model.hpp"

#include <algorithm>

namespace lading {
namespace {

template <class Things> std::vector<std::string> names(const Things& things) {
  std::vector<std::string> list;
  for (const auto& thing : things) list.push_back(thing.name);
  return list;
}

template <class Things>
int find(const Things& things, const std::string& name, const std::string& kind, const std::string& where) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].name == name) return static_cast<int>(i);
  throw Error(kind + " '" + name + "' is not in " + where + " " + suggestion(name, names(things)), Fault::name);
}

std::string model_text(const Bundle& bundle) {
  return bundle.name.empty() ? "the model" : "model '" + bundle.name + "'";
}

// Flat place of a multi-index over the fixed axes of a tensor; `label` stands for that of the label axis if not
// negative. Where there is but one place, no index needs to be given.
std::int64_t place(const std::vector<AxisUse>& axes, const Model::Index& index, const std::string& what,
                   std::int64_t label = -1) {
  std::int64_t flat = 0, places = 1;
  std::size_t used = 0;
  for (const AxisUse& use : axes) {
    if (use.kind == AxisUse::Kind::entry || use.kind == AxisUse::Kind::sequence || use.kind == AxisUse::Kind::variable)
      continue;
    std::int64_t i = label;
    if (use.kind != AxisUse::Kind::label || label < 0) {
      i = used < index.size() ? index[used] : 0;
      ++used, places *= use.size;
    }
    if (i < 0 || i >= use.size)
      throw Error(what + ": index " + std::to_string(i) + " is outside its axis of length " + std::to_string(use.size),
                  Fault::name);
    flat = flat * use.size + i;
  }
  if (index.size() != used && !(index.empty() && places == 1))
    throw Error(what + " takes " + std::to_string(used) + (used == 1 ? " index" : " indices") + ", not " +
                    std::to_string(index.size()),
                Fault::name);
  return flat;
}

}  // namespace

Model::Model(std::shared_ptr<const Bundle> bundle, const Limits& limits)
    : bundle_(std::move(bundle)), limits_(limits), table_(*bundle_) {
  for (const Input& input : bundle_->inputs) batched_ |= entry_axis(input.axes) >= 0;
  if (!bundle_->folds) plan_ = Plan::compile(build_graph(*bundle_), limits.memory);
  else
    for (const auto& member : bundle_->folds->members)
      members_.push_back(std::make_unique<const Model>(member, limits));
  for (const Column& column : table_.columns) texts_.push_back(column_text(*bundle_, column));
  for (const Field& field : table_.fields) {
    const Input& input = bundle_->inputs[static_cast<std::size_t>(field.input)];
    const Column own{field.input, field.variable, input.type, 1, -1};
    const Type raw = table_.columns[static_cast<std::size_t>(field.column)].raw;
    preparations_.emplace_back(variable_of(field), raw, input.type, column_text(*bundle_, own));
  }
  find_neighbours();
}

const Variable* Model::variable_of(const Field& field) const {
  const Input& input = bundle_->inputs[static_cast<std::size_t>(field.input)];
  return field.variable < 0 ? nullptr : &input.variables[static_cast<std::size_t>(field.variable)];
}

void Model::find_neighbours() {
  const auto& fields = table_.fields;
  together_.resize(fields.size());
  for (std::size_t f = 0, end; f < fields.size(); f = end) {
    const Type target = bundle_->inputs[static_cast<std::size_t>(fields[f].input)].type;
    const auto fits = [&](std::size_t i) {
      const Variable* variable = variable_of(fields[i]);
      return variable && variable->from.empty() && PreparedTogether::suits(*variable, target) &&
             fields[i].input == fields[f].input && PreparedTogether::alike(*variable_of(fields[f]), *variable);
    };
    for (end = f; end < fields.size() && fits(end);) ++end;
    if (end < f + 2) {
      end = f + 1;
      continue;
    }
    const Variable* first = variable_of(fields[f]);
    prepared_together_.push_back(std::make_unique<const PreparedTogether>(first, end - f, first->raw, target));
    for (std::size_t i = f; i < end; ++i) together_[i] = {prepared_together_.back().get(), i - f};
  }
}

int Model::find_input(const std::string& name) const {
  return find(bundle_->inputs, name, "input", model_text(*bundle_));
}
int Model::find_output(const std::string& name) const {
  return find(bundle_->outputs, name, "output", model_text(*bundle_));
}

std::shared_ptr<const RaggedPlan> Model::ragged(Frame& frame) const {
  const std::lock_guard lock(mutex_);
  if (!tried_ragged_) ragged_ = RaggedPlan::make(*bundle_, frame);
  tried_ragged_ = true;
  return ragged_;
}

Handle Model::variable(const std::string& input, const std::string& name, const std::string& unit,
                       const Index& index) const {
  const int i = find_input(input);
  const Input& in = bundle_->inputs[static_cast<std::size_t>(i)];
  const int v = find(in.variables, name, "variable", "input '" + input + "'");
  const Variable& variable = in.variables[static_cast<std::size_t>(v)];
  const int column = table_.find(i, v);
  if (column < 0)
    throw Error(
        "variable '" + name + "' of input '" + input + "' is taken from '" + variable.from + "': set that one instead",
        Fault::name);
  const std::string what = "variable '" + name + "' of input '" + input + "'";
  Handle handle{column, index.empty() ? 0 : place(in.axes, index, what), {}};
  if (unit != variable.unit) {
    handle.conversion = unit_conversion(unit, variable.unit, what);
    if (variable.raw == Type::int64)
      throw Error(what + " holds integers: feed it in '" + variable.unit + "'", Fault::unit);
  }
  return handle;
}

Handle Model::element(const std::string& input, const Index& index) const {
  const int i = find_input(input);
  const Input& in = bundle_->inputs[static_cast<std::size_t>(i)];
  if (!in.variables.empty())
    throw Error(
        "input '" + input + "' has named variables, such as '" + in.variables[0].name + "': look them up by name",
        Fault::name);
  if (in.mask) throw Error("input '" + input + "' is a mask that the engine makes; it is not fed", Fault::name);
  return {table_.find(i, -1), place(in.axes, index, "input '" + input + "'"), {}};
}

int Model::axis(const std::string& name) const {
  std::vector<std::string> sequences;
  for (std::size_t a = 0; a < bundle_->axes.size(); ++a) {
    if (bundle_->axes[a].kind != Axis::Kind::sequence) continue;
    if (bundle_->axes[a].name == name) return static_cast<int>(a);
    sequences.push_back(bundle_->axes[a].name);
  }
  throw Error("sequence axis '" + name + "' is not in " + model_text(*bundle_) + " " + suggestion(name, sequences),
              Fault::name);
}

// Without an entry axis in the graph, a leading fixed 1 gives way to the entries.
std::vector<AxisUse> Model::own_axes(const Output& output) const {
  const auto& axes = output.axes;
  const bool replaced = !batched_ && !axes.empty() && axes[0].kind == AxisUse::Kind::number && axes[0].size == 1;
  return {axes.begin() + replaced, axes.end()};
}

OutputHandle Model::label(const std::string& output, const std::string& name, const Index& index) const {
  const int o = find_output(output);
  const Output& out = bundle_->outputs[static_cast<std::size_t>(o)];
  const int l = find(out.labels, name, "label", "output '" + output + "'");
  return {o, place(own_axes(out), index, "label '" + name + "' of output '" + output + "'", l)};
}

OutputHandle Model::output_element(const std::string& output, const Index& index) const {
  const int o = find_output(output);
  return {o, place(own_axes(bundle_->outputs[static_cast<std::size_t>(o)]), index, "output '" + output + "'")};
}

std::int64_t Model::item_size(int output) const {
  return fixed_size(bundle_->outputs[static_cast<std::size_t>(output)].axes, true);
}

std::size_t Model::memory() const {
  std::size_t bytes = plan_ ? plan_->memory() : 0;
  for (const auto& member : members_) bytes += member->memory();
  return bytes;
}

std::int64_t Model::items(int output, const Batch& batch, std::int64_t begin, std::int64_t end) const {
  const int axis = sequence_axis(bundle_->outputs[static_cast<std::size_t>(output)].axes);
  if (axis < 0) return end - begin;
  const std::int64_t* offsets = batch.offsets[static_cast<std::size_t>(axis)];
  const Axis& along = bundle_->axes[static_cast<std::size_t>(axis)];
  if (along.max < 0) return offsets[end] - offsets[begin];
  std::int64_t items = 0;
  for (std::int64_t e = begin; e < end; ++e) items += along.kept(offsets[e + 1] - offsets[e]);
  return items;
}

}  // namespace lading
