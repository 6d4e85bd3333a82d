// One evaluation of a plan: the shapes of the moment, the memory they need, and the steps bound to it.
#pragma once
#include <memory>
#include <vector>

#include "graph/plan.hpp"
#include "graph/workspace.hpp"

namespace lading {

class Frame {
 public:
  // `turns` counts those of loops around it; null: it is the outermost.
  Frame(std::shared_ptr<const Plan> plan, MemoryBudget& budget, TurnCount* turns = nullptr);
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // Shape of input i for the next resolve(). With `data` its memory is the caller's, else the frame's.
  void set_input(int i, Type type, const Shape& shape, int entry = Entry::none, std::byte* data = nullptr);
  // Works out every shape and lays out memory; allocates only beyond what was needed before.
  void resolve(std::int64_t entries = 1);
  void run();
  // The same, and adds to nanoseconds[step] what each step took.
  void time(double* nanoseconds);
  // A run that takes memory for all that could happen: both branches of an If, a turn of a loop.
  void rehearse();

  Tensor& input(int i) { return tensors_[plan_->inputs()[i]]; }
  const Tensor& output(int i) const { return *operand(plan_->outputs()[i]); }
  // After resolve(): the Entry of output i (mixed where shapes wait for numbers).
  int output_entry(int i) const { return plan_->settled() ? entries_of_[plan_->outputs()[i]] : int(Entry::mixed); }
  // Type and shape of any value, after resolve(); its Entry, after one of several entries.
  const Tensor& value(int v) const { return *operand(v); }
  int entry_of(int v) const { return entries_of_[static_cast<std::size_t>(v)]; }
  // Some node cannot be proven to keep entries apart.
  bool mixed() const { return mixed_; }
  std::size_t memory() const { return memory_.size() + arena_.capacity() + subframe_memory(); }
  // Bytes that the shapes of the last resolve() take.
  std::size_t needed() const { return needed_; }
  // Room for any shapes that need no more than this.
  void reserve(std::size_t bytes);
  const Plan& plan() const { return *plan_; }

 private:
  struct Step {
    const Operator* operation;
    Operands operands;
    std::vector<const Tensor*> inputs;
    std::vector<Tensor*> outputs;
    std::vector<int> input_entries;
    std::unique_ptr<Workspace> workspace;  // of a node that holds graphs
    std::size_t scratch = 0;
    bool known = false, view = false;
  };
  const Tensor* operand(int value) const {
    const Tensor* constant = plan_->constant(value);
    return constant ? constant : &tensors_[value];
  }
  void infer(std::size_t n);
  void infer_entries(std::size_t n);
  void run_known(Step& step, const PlanStep& planned);
  void lay_out();
  std::string largest_step() const;
  void run_in_order(bool rehearsing, double* nanoseconds = nullptr);
  void follow_views(const PlanStep& planned);
  std::size_t subframe_memory() const;

  std::shared_ptr<const Plan> plan_;
  MemoryBudget& budget_;
  TurnCount turns_;
  std::vector<Tensor> tensors_;
  std::vector<int> entries_of_;
  std::vector<char> owned_input_;  // memory of this input is the frame's
  std::vector<Step> steps_;
  std::vector<std::size_t> slot_bytes_;
  std::vector<const Step*> runnable_;
  HeldMemory memory_;
  std::size_t needed_ = 0;
  Arena arena_;  // known values; every value where shapes wait for numbers
  bool mixed_ = false;
};

}  // namespace lading
