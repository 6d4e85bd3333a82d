// Makes a RaggedPlan: which values stand in pieces (pieces.cpp), which steps may take all of them at once (ways.cpp), in
// which order they run (stages.cpp), and who shares memory with whom (slots.cpp).
#pragma once
#include "ragged/plan.hpp"

namespace lading {

class RaggedPlanner {
 public:
  RaggedPlanner(const Bundle& bundle, Frame& frame)
      : bundle_(bundle), frame_(frame), plan_(frame.plan()), made_(new RaggedPlan) {}
  std::shared_ptr<const RaggedPlan> make();

 private:
  using Kind = RaggedPlan::Kind;
  using Value = RaggedPlan::Value;
  using Stage = RaggedPlan::Stage;
  // Two lengths for each sequence axis, all of them different.
  bool find_lengths();
  void resolve(std::int64_t entries, const std::vector<std::int64_t>& lengths);
  void find_pieces();
  void set_piece(Value& value, const Shape& one, const Shape& other) const;
  // Where the graph itself has its entries, if all of its nodes are proven to keep them apart.
  void find_entry_axes();
  void find_ways();
  // The kind whose values this step may take all at once, or inner.
  Kind way_of(int n);
  bool keeps_apart(const PlanStep& step, std::int64_t count);
  static Operands operands(const Operator& operation, const std::vector<const Tensor*>& in,
                           const std::vector<Tensor*>& out, const std::vector<int>& entries, std::int64_t count);
  // As many steps as are ready run over everything; then as many as are ready of the others, together.
  bool order_steps();
  void add_to_wide_stage(std::size_t n);
  // What follows from shapes is worked out anew wherever it is read.
  void add_known(Stage& stage, const PlanStep& reader);
  // Inner values stay in their stage; results stand in pieces.
  bool all_ends_meet();
  static void add(std::vector<int>& values, int v);
  void find_roots();
  // As in Plan, over lifetimes.
  void assign_slots();

  Value& at(int v) { return made_->values_[static_cast<std::size_t>(v)]; }
  const Bundle& bundle_;
  Frame& frame_;
  const Plan& plan_;
  std::shared_ptr<RaggedPlan> made_;
  static constexpr std::int64_t counts[] = {5, 7};  // of rows and entries: two, so that none passes for another length

  std::vector<std::int64_t> lengths_[2];
  std::vector<Kind> ways_;
};

}  // namespace lading
