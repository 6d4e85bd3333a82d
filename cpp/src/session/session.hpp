// One thread's workspace: slots that are set one by one, or columns that are run as a batch.
#pragma once
#include <memory>
#include <vector>

#include "session/folded_batch.hpp"
#include "session/model.hpp"
#include "session/runner.hpp"

namespace lading {

class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model);

  // ---- one entry at a time
  // Makes room for batches of `entries` and for sequences up to these lengths (per axis of the bundle): runs
  // within that allocate nothing.
  void reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths);
  bool resize(int axis, std::int64_t length);  // false: it is so long already
  std::byte* slots(int column) { return slots_[static_cast<std::size_t>(column)].data; }
  std::int64_t slot_count(int column) const { return slots_[static_cast<std::size_t>(column)].count; }
  // A number as fed, in the handle's unit, for item `item`: compares it with what means missing, then converts.
  template <class T> void set(const Handle& handle, std::int64_t item, T value);
  bool clear();  // forgets what was set, and lengths; false: there were none
  void run();
  // Results of the last run(): items of output o, and how many.
  const std::byte* result(int output) const { return results_[static_cast<std::size_t>(output)].data.get(); }
  std::int64_t result_items(int output) const { return results_[static_cast<std::size_t>(output)].items; }

  // ---- many entries
  void run_batch(const Batch& batch, std::int64_t begin, std::int64_t end);

  const Model& model() const { return *model_; }
  std::size_t memory() const;
  int raised_flags() const { return raised_; }  // FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW met inside runs
  // The graph itself, on tensors that are prepared already; outputs stay valid until the next run.
  void run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs);
  void time_graph(const std::vector<Tensor>& inputs, double* nanoseconds);

 private:
  struct Slots {
    std::byte* data = nullptr;
    HeldMemory own;          // of a sequence; the others stand side by side in row_
    std::int64_t count = 0;  // items
  };
  struct Results {
    HeldMemory data;
    std::int64_t items = 0;
  };
  void make_row();
  bool is_along(std::size_t column, int axis) const;
  void make_room(int axis, std::int64_t items);
  void leave_unset(std::size_t column, std::int64_t items);
  void clear_slots();
  bool anything_unset() const;
  [[gnu::cold]] void refuse_unset() const;  // names what is not set
  void check(const Batch& batch, std::int64_t begin, std::int64_t end) const;
  void refuse_gaps(const Batch& batch) const;
  void size_results();
  Runner& only_runner();
  Runner& runner_of_slots();

  std::shared_ptr<const Model> model_;
  MemoryBudget budget_;                           // of all that follows
  std::vector<std::unique_ptr<Runner>> runners_;  // one, or one for each fold
  std::unique_ptr<FoldedBatch> folded_;           // where there are folds
  std::vector<Slots> slots_;                      // per column
  Marks marks_;
  HeldMemory row_;  // slots of all columns that are no sequences, type after type
  struct Region {
    Type raw;
    std::byte* data;
    std::int64_t numbers, room;  // room: a multiple of what is looked at together
  };
  std::vector<Region> regions_;         // of row_
  std::vector<std::size_t> sequences_;  // columns that are not in row_
  std::vector<int> result_axes_;        // per output: its sequence, or -1
  std::vector<std::int64_t> lengths_;   // per axis of the bundle: of the entry in the slots
  std::vector<std::int64_t> room_;      // per axis: items that its slots can have
  std::vector<Results> results_;        // per output
  std::vector<std::int64_t> offsets_;   // two per axis: the slots as a batch of one
  Batch slots_batch_;
  int raised_ = 0;
};

}  // namespace lading
