// One session's workspace for a RaggedPlan: entries in bins of equal lengths, the pieces of all of them, and the steps
// bound to those.
#pragma once
#include <vector>

#include "graph/memory_budget.hpp"
#include "ragged/plan.hpp"

namespace lading {

class RaggedFrame {
 public:
  RaggedFrame(std::shared_ptr<const Plan> plan, std::shared_ptr<const RaggedPlan> ragged, const Bundle& bundle,
              MemoryBudget& budget);
  RaggedFrame(const RaggedFrame&) = delete;
  RaggedFrame& operator=(const RaggedFrame&) = delete;

  // Entries and elements of a sequence that are best taken at once.
  std::int64_t best_rows() const { return best_rows_; }
  // Makes room for so many, of which one sequence may be as long as `lengths` says.
  void reserve(std::int64_t entries, const std::int64_t* lengths);

  void clear() { bin_count_ = 0, entries_ = 0, rows_.assign(rows_.size(), 0); }
  // Adds entries whose sequences are so long (per axis of the bundle, padded).
  void add(std::int64_t entries, const std::int64_t* lengths);
  std::int64_t entries() const { return entries_; }
  std::int64_t rows(std::size_t axis) const { return rows_[axis]; }
  // Lays out memory for the bins; false: they do not suit the plan, and must run otherwise.
  bool resolve();
  // Where entry e (in the order of adding) has its piece of input i or output o.
  std::byte* input(int i, std::int64_t e) { return piece(plan_->inputs()[static_cast<std::size_t>(i)], e); }
  const std::byte* output(int o, std::int64_t e) { return piece(plan_->outputs()[static_cast<std::size_t>(o)], e); }
  // False, as for resolve(): nothing was given out then.
  bool run();

 private:
  struct Step {
    const Operator* operation = nullptr;
    Operands operands;
    std::vector<const Tensor*> inputs;
    std::vector<Tensor*> outputs;
    std::vector<int> input_entries;
  };
  struct Bin {
    std::int64_t first_entry, entries;
  };
  using Kind = RaggedPlan::Kind;
  using Stage = RaggedPlan::Stage;

  void bind_steps();
  void find_best_rows();
  const std::int64_t* lengths(std::size_t bin) const { return &lengths_[bin * axes_]; }
  std::int64_t count(int v) const {
    const RaggedPlan::Value& value = ragged_->value(v);
    return value.kind == Kind::rows ? rows_[static_cast<std::size_t>(value.sequence)] : entries_;
  }
  std::size_t piece_bytes(int v) const;
  // First piece, or row, of entry e of a bin.
  std::int64_t place(int v, std::size_t bin, std::int64_t e) const;
  std::byte* piece(int v, std::int64_t e);
  bool infer_wide(const Stage& stage);
  void lay_out();
  bool infer_inner(const Stage& stage, std::size_t bin);
  void run_inner(const Stage& stage, std::size_t bin);
  void place_pieces(const Stage& stage, std::size_t bin, std::int64_t e);
  Tensor& tensor(int v) { return tensors_[static_cast<std::size_t>(v)]; }

  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const RaggedPlan> ragged_;
  std::size_t axes_;
  MemoryBudget& budget_;
  std::vector<char> is_sequence_;  // per axis of the bundle
  std::vector<Tensor> wide_;       // per value: all pieces
  std::vector<Tensor> tensors_;    // per value: what an inner stage sees
  std::vector<Step> steps_;
  std::vector<std::vector<int>> runnable_;  // per stage: steps that are not views of pieces, nor known
  std::vector<Bin> bins_;
  std::vector<std::int64_t> lengths_, first_rows_;  // per bin and axis
  std::size_t bin_count_ = 0, last_bin_ = 0;
  std::int64_t entries_ = 0, best_rows_ = 1;
  std::vector<std::int64_t> rows_;  // per axis
  std::vector<std::size_t> slot_bytes_;
  HeldMemory memory_;
  std::size_t needed_ = 0, scratch_ = 0;
  Arena arena_;  // of an inner stage
};

}  // namespace lading
