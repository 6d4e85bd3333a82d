// One thread's workspace: slots that are set one by one, or columns that are run as a batch.
#pragma once
#include <memory>
#include <vector>

#include "graph/frame.hpp"
#include "session/feed.hpp"
#include "session/model.hpp"
#include "session/tensor_layout.hpp"

namespace lading {

class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model);

  // ---- one entry at a time
  // Makes room for batches of `entries` and for sequences up to these lengths (per axis of the bundle): runs
  // within that allocate nothing.
  void reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths);
  void resize(int axis, std::int64_t length);
  std::byte* slots(int column) { return slots_[static_cast<std::size_t>(column)].data; }
  std::int64_t slot_count(int column) const { return slots_[static_cast<std::size_t>(column)].count; }
  // A number as fed, in the handle's unit, for item `item`: compares it with what means missing, then converts.
  template <class T> void set(const Handle& handle, std::int64_t item, T value);
  void clear();  // forgets what was set, and lengths
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

 private:
  struct Slots {
    std::byte* data = nullptr;
    Memory own;                            // of a sequence; the others stand side by side in row_
    std::int64_t count = 0, capacity = 0;  // items
  };
  // Fields that are copied as they are, from neighbouring columns to neighbouring places.
  struct CopyRun {
    std::size_t field;
    std::int64_t count;  // fields; 0: one field that is prepared or stands apart
  };
  struct Results {
    Memory data;
    std::int64_t items = 0, capacity = 0;
  };
  struct Span {  // of one entry on one sequence axis
    std::int64_t first = 0, kept = 0, padded = 0;
  };
  void make_row();
  void make_slots(int column, std::int64_t items);
  void find_copy_runs(const Batch& batch);
  bool copies(const Batch& batch, std::size_t field) const;
  void clear_slots();
  bool anything_unset() const;
  [[gnu::cold]] void refuse_unset() const;  // names what is not set
  void refuse_gaps(const Batch& batch) const;
  void rehearse();
  void size_results();
  void run_block(const Batch& batch, std::int64_t first, std::int64_t entries);
  void find_spans(const Batch& batch, std::int64_t entry);
  void bind(std::int64_t entries);
  void check_outputs();
  void fill_inputs(const Batch& batch, std::int64_t first, std::int64_t entries);
  void fill_rows(const Batch& batch, std::int64_t first, std::int64_t at, std::int64_t entries);
  void fill_field(const Batch& batch, std::size_t field, std::int64_t first, std::int64_t at, std::int64_t entries);
  void fill_padding(std::size_t field, std::int64_t entries);
  void fill_mask(int input, std::int64_t entries);
  void take_outputs(const Batch& batch, std::int64_t entries);
  bool all_empty() const;
  const std::vector<double>* when_empty(int output) const;
  std::int64_t block_size(std::int64_t entries);

  std::shared_ptr<const Model> model_;
  Frame frame_;
  std::vector<Slots> slots_;  // per column
  std::vector<std::vector<unsigned char>>
      marks_;   // per field that compares: which numbers of the slots were missing as fed
  Memory row_;  // slots of all columns that are no sequences, type after type
  struct Region {
    Type raw;
    std::byte* data;
    std::int64_t numbers, room;  // room: a multiple of what is looked at together
  };
  std::vector<Region> regions_;         // of row_
  std::vector<std::size_t> sequences_;  // columns that are not in row_
  bool pads_ = false;                   // fields of sequences
  std::vector<CopyRun> copy_runs_;
  const Batch* runs_of_ = nullptr;     // the batch that copy_runs_ was made for
  std::vector<std::int64_t> lengths_;  // per axis of the bundle: of the entry in the slots
  std::vector<std::int64_t> padded_;   // per axis, of the entry being run
  std::vector<Results> results_;       // per output
  std::vector<Span> spans_;            // per axis, of the entry being run
  std::vector<std::int64_t> bound_;    // entries and padded lengths that the frame is resolved for
  std::vector<TensorLayout> input_layout_, output_layout_;
  std::vector<std::int64_t> written_;  // per output: items written so far
  Memory work_, mark_, prepared_;
  std::int64_t work_capacity_ = 0;
  std::vector<std::int64_t> offsets_;  // two per axis: the slots as a batch of one
  Batch slots_batch_;
  std::int64_t block_ = 0;  // entries run at once: 0 not tried yet, 1 entry by entry
  int raised_ = 0;
};

}  // namespace lading
