// A plan is what the engine makes of a graph, once: operators in order, constants, and who shares memory
// with whom. It is immutable and shared by all sessions; a Frame is one session's workspace for it.
#pragma once
#include <memory>
#include <vector>

#include "graph/graph.hpp"
#include "operators/operator.hpp"

namespace lading {

struct PlanStep {
  std::string nodes, operator_name;  // "dense_1 + relu_1", "Dense"
  std::unique_ptr<Operator> operation;
  std::vector<int> inputs, outputs;  // values; -1: omitted
  bool known = false;                // depends on shapes alone: run when shapes are resolved
  std::vector<std::shared_ptr<const Plan>> subplans;
};

class Plan {
 public:
  // Runs all passes, then compiles. Throws Error, naming every operator that does not exist.
  static std::shared_ptr<const Plan> compile(Graph graph, std::size_t memory_limit);

  const std::vector<PlanStep>& steps() const { return steps_; }
  const std::vector<int>& inputs() const { return inputs_; }
  const std::vector<int>& outputs() const { return outputs_; }
  std::size_t value_count() const { return values_.size(); }
  const std::string& name(int value) const { return values_[value].name; }
  const Tensor* constant(int value) const { return values_[value].is_constant ? &values_[value].tensor : nullptr; }
  // All shapes follow from the shapes of the inputs: memory is laid out before anything runs.
  bool settled() const { return settled_; }
  // Memory slot of a value; values of one slot are never alive together. -1: constant or known or input.
  int slot(int value) const { return values_[value].slot; }
  int slot_count() const { return slots_; }
  bool known(int value) const { return values_[value].known; }
  int view_of(int value) const { return values_[value].view_of; }  // whose memory this is, or -1
  std::size_t memory() const { return memory_; }                   // bytes of constants and packed weights

 private:
  struct PlanValue {
    std::string name;
    Tensor tensor;
    std::shared_ptr<const std::byte> keep;
    bool is_constant = false, known = false;
    int slot = -1, view_of = -1;
  };
  void make_steps(const Graph& graph, std::size_t memory_limit);
  void drop_packed_constants();
  void find_known();
  void find_views();
  void assign_slots();

  std::vector<PlanValue> values_;
  std::vector<PlanStep> steps_;
  std::vector<int> inputs_, outputs_;
  bool settled_ = true;
  int slots_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace lading
