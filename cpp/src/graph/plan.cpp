#include "graph/plan.hpp"

#include <algorithm>

#include "error.hpp"
#include "graph/first_fit.hpp"
#include "graph/node_definition.hpp"
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "passes/passes.hpp"

namespace lading {
namespace {

// "; did you mean 'Relu'? Update" of relu, or "; update".
std::string nearest_operator(const std::string& wrong) {
  const std::string text = suggestion(wrong, operator_names());
  const std::size_t at = text.find("; did you mean");
  return at == std::string::npos ? "; update" : text.substr(at) + " Update";
}

// Names of fused operators are for passes alone; a bundle that has one gets what any unknown name gets.
bool is_internal(const std::string& name) { return name.compare(0, 9, "internal.") == 0; }

// One error for all operators that do not exist, so that nobody meets them one at a time.
void refuse_unknown_operators(const Graph& graph) {
  constexpr int listed = 8;
  std::string list, wrong;
  int count = 0;
  for (const GraphNode& node : graph.nodes)
    if (!find_operator(node.operator_name) || is_internal(node.operator_name)) {
      if (count < listed) list += (count ? ", '" : "'") + node.name + "' (" + node.operator_name + ")";
      if (!count++) wrong = node.operator_name;
    }
  if (!count) return;
  throw Error("this version of lading has no operator for " + std::to_string(count) +
                  (count == 1 ? " node: " : " nodes: ") + list +
                  (count > listed ? " and " + std::to_string(count - listed) + " more" : "") + nearest_operator(wrong) +
                  " lading, or rewrite " + (count == 1 ? "it" : "them") + " with operators listed in docs/operators.md",
              Fault::unsupported);
}

// What passes and operators count on, and what they would lose.
void check_node(const GraphNode& node) {
  const auto refuse = [&](const std::string& why) { throw Error(node_text(node.name, node.written) + ": " + why); };
  const Counts counts = counts_of(node.operator_name);
  const int inputs = static_cast<int>(node.inputs.size()), outputs = static_cast<int>(node.outputs.size());
  if (inputs > counts.most_inputs)
    refuse("takes at most " + counted(counts.most_inputs, "input") + ", it has " + std::to_string(inputs));
  // Where any number is taken, all that are named must be there; a Loop may have neither number nor condition.
  const int required =
      counts.most_inputs == any_number && counts.inputs ? std::max(inputs, counts.inputs) : counts.inputs;
  for (int i = 0; i < required; ++i)
    if (i >= inputs || node.inputs[i] < 0) refuse(missing_input(i, required));
  if (outputs < 1 || outputs > counts.most_outputs)
    refuse("gives " + (counts.most_outputs > 1 ? std::string("1 to ") : "") + counted(counts.most_outputs, "output") +
           ", the node asks for " + std::to_string(outputs));
  if (node.attributes.empty()) return;
  const std::vector<std::string> names = attribute_names(node.operator_name);
  for (const auto& [name, value] : node.attributes)
    if (std::find(names.begin(), names.end(), name) == names.end())
      refuse("has no attribute '" + name + "' " + suggestion(name, names));
}

// "Dense" of "internal.Dense", "TreeEnsemble" of "lading.TreeEnsemble".
std::string plain_name(const std::string& name) { return name.substr(name.find('.') + 1); }

}  // namespace

std::shared_ptr<const Plan> Plan::compile(Graph graph, std::size_t memory_limit) {
  refuse_unknown_operators(graph);
  for (const GraphNode& node : graph.nodes) check_node(node);
  run_passes(graph, memory_limit);
  auto plan = std::make_shared<Plan>();
  plan->make_steps(graph, memory_limit);
  plan->drop_packed_constants();
  plan->find_known();
  plan->find_views();
  plan->assign_slots();
  return plan;
}

void Plan::make_steps(const Graph& graph, std::size_t memory_limit) {
  for (const GraphValue& value : graph.values) {
    PlanValue made;
    made.name = value.name;
    if (value.constant) {
      made.tensor = value.constant->tensor();
      made.keep = value.constant->data;
      made.is_constant = true;
    }
    values_.push_back(std::move(made));
  }
  inputs_ = graph.inputs, outputs_ = graph.outputs;
  const std::size_t matrices = graph.matrix_bytes();
  WeightMemory weights(matrices + matrices / 16);  // panels are a little wider than their layers
  for (const GraphNode& node : graph.nodes) {
    PlanStep step;
    NodeDefinition definition(graph, node, memory_limit, weights);
    step.operation = find_operator(node.operator_name)(definition);
    step.operation->where = node_text(node.name, node.written);
    step.nodes = node.name;
    for (const std::string& name : node.absorbed) step.nodes += " + " + name;
    step.operator_name = plain_name(node.operator_name);
    step.inputs = node.inputs, step.outputs = node.outputs;
    step.subplans = definition.subplans();
    memory_ += step.operation->memory();
    for (const auto& subplan : step.subplans) memory_ += subplan->memory();
    steps_.push_back(std::move(step));
  }
  if (memory_ > memory_limit)
    throw Error("the packed weights take " + std::to_string(memory_) + " bytes, more than the memory limit of " +
                    std::to_string(memory_limit),
                Fault::memory);
}

// What operators have packed and nobody else reads: passes made turned and scaled copies of many weights.
void Plan::drop_packed_constants() {
  std::vector<bool> read(values_.size());
  for (const int value : outputs_) read[static_cast<std::size_t>(value)] = true;
  for (const PlanStep& step : steps_) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i)
      if (step.inputs[i] >= 0 && !step.operation->has_packed(static_cast<int>(i)))
        read[static_cast<std::size_t>(step.inputs[i])] = true;
  }
  for (std::size_t value = 0; value < values_.size(); ++value)
    if (!read[value]) values_[value].keep.reset(), values_[value].tensor.data = nullptr;
}

// Known values follow from shapes alone. A plan is settled unless a shape waits for a number.
void Plan::find_known() {
  for (PlanStep& step : steps_) {
    bool known = step.operation->reads_shape_only() || (!step.inputs.empty() && step.subplans.empty());
    if (!step.operation->reads_shape_only())
      for (const int value : step.inputs)
        if (value >= 0 && !values_[value].known && !values_[value].is_constant) known = false;
    if (step.operation->shape_from_data()) known = false, settled_ = false;
    for (std::size_t i = 0; i < step.inputs.size() && i < 32; ++i) {
      const int value = step.inputs[i];
      if (value >= 0 && (step.operation->shape_inputs() >> i & 1) && !values_[value].known &&
          !values_[value].is_constant)
        settled_ = false;
    }
    step.known = known;
    for (const int value : step.outputs)
      if (value >= 0) values_[value].known = known;
  }
  if (settled_) return;
  for (PlanStep& step : steps_) step.known = false;  // everything then runs in order, shapes as they come
  for (PlanValue& value : values_) value.known = false;
}

void Plan::find_views() {
  for (const PlanStep& step : steps_)
    if (step.operation->view() && !step.known && !values_[step.inputs[0]].known) {
      const int from = step.inputs[0];
      values_[step.outputs[0]].view_of = values_[from].view_of >= 0 ? values_[from].view_of : from;
    }
}

// A view lives in the slot of what it views.
void Plan::assign_slots() {
  const int count = static_cast<int>(steps_.size());
  std::vector<int> last(values_.size(), -1);
  const auto root = [&](int value) { return values_[value].view_of >= 0 ? values_[value].view_of : value; };
  for (int n = 0; n < count; ++n)
    for (const int value : steps_[n].inputs)
      if (value >= 0) last[root(value)] = n;
  for (const int value : outputs_) last[root(value)] = count;
  FirstFit slots;
  for (int n = 0; n < count; ++n) {
    if (steps_[n].known) continue;
    for (const int value : steps_[n].outputs)
      if (value >= 0 && values_[value].view_of < 0) values_[value].slot = slots.take(n, std::max(last[value], n) + 1);
  }
  slots_ = slots.count();
}

}  // namespace lading
