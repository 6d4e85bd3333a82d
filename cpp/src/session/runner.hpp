// One graph at work: takes blocks of entries of a batch through preparation, graph and results.
#pragma once
#include <memory>
#include <vector>

#include "graph/frame.hpp"
#include "ragged/entry_order.hpp"
#include "ragged/frame.hpp"
#include "session/feed.hpp"
#include "session/model.hpp"
#include "session/tensor_layout.hpp"

namespace lading {

class Runner {
 public:
  Runner(const Model& model, MemoryBudget& budget);

  // Makes room for blocks of `entries`, and for one entry as it stands in `slots`.
  void reserve(std::int64_t entries, const Batch& slots);
  // All entries of a batch from `begin` to `end`, block by block.
  void run(const Batch& batch, std::int64_t begin, std::int64_t end);
  // One entry; results are written from the first item on.
  void run_one(const Batch& batch);
  // The graph itself, on tensors that are prepared already; outputs stay valid until the next run.
  void run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs);
  // What each step takes of one run, added to nanoseconds[step].
  void time_graph(const std::vector<Tensor>& inputs, double* nanoseconds);
  std::size_t order_memory() const { return order_.memory(); }

 private:
  // Fields that go at once from neighbouring columns to neighbouring places, or one that goes alone.
  enum class Way { alone, copied, prepared };
  struct FieldRun {
    std::size_t field;
    std::int64_t count;  // fields
    Way way;
  };
  struct Span {  // of one entry on one sequence axis
    std::int64_t first = 0, kept = 0, padded = 0;
  };
  struct Place {               // of an output among results
    int axis;                  // its sequence, or -1
    std::int64_t width, word;  // numbers of an item, and bytes of a number
    bool stands_in;            // it has something to give where a sequence is empty
    std::int64_t bytes() const { return width * word; }
  };
  // What runs at once: entries one after the other, or those chosen, whose sequences are equally long.
  struct Block {
    std::int64_t first, entries;
    const std::int64_t* chosen = nullptr;
    std::int64_t entry(std::int64_t i) const { return chosen ? chosen[i] : first + i; }
  };
  void find_field_runs(const Batch& batch);
  Way way_of(const Batch& batch, std::size_t field) const;
  bool continues(const Batch& batch, const FieldRun& run, std::size_t field) const;
  void rehearse();
  void run_sequences(const Batch& batch, std::int64_t begin, std::int64_t end);
  void run_in_order(const Batch& batch, std::int64_t at, std::int64_t end);
  bool make_ragged();
  bool fits(const RaggedPlan& plan);
  void reserve_ragged(std::int64_t entries);
  std::int64_t gather_bins(const Batch& batch, std::int64_t at, std::int64_t end);
  bool run_bins(const Batch& batch, const Block& block);
  void run_block(const Batch& batch, const Block& block);
  void find_spans(const Batch& batch, std::int64_t entry);
  void bind(std::int64_t entries);
  void refuse_too_many(std::int64_t entries) const;
  void bind_layouts(std::int64_t entries);
  std::int64_t graph_entries(const std::vector<Tensor>& inputs) const;
  std::int64_t graph_block(const std::vector<Tensor>& inputs, std::int64_t entries);
  bool graph_apart(const std::vector<Tensor>& inputs, std::int64_t entries);
  void bind_graph(const std::vector<Tensor>& inputs, std::int64_t entries);
  bool bound_to(const std::vector<Tensor>& inputs);
  void make_graph_results(std::int64_t entries, std::vector<Tensor>& outputs);
  void run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs, double* nanoseconds);
  void check_outputs();
  void fill_inputs(const Batch& batch, const Block& block);
  void fill_entry(const Batch& batch, std::int64_t entry);
  void fill_rows(const Batch& batch, std::int64_t first, std::int64_t entries);
  bool fill_run(const Batch& batch, const FieldRun& run, std::int64_t first, std::int64_t entries);
  void fill_field(const Batch& batch, std::size_t field, std::int64_t first, std::int64_t entries);
  void fill_padding(std::size_t field);
  void fill_mask(int input);
  void take_outputs(const Batch& batch, const Block& block);
  void take_output(int output, const std::byte* from, std::int64_t items, std::byte* to);
  void take_pieces(const Batch& batch, const Block& block);
  bool all_empty() const;
  const std::vector<double>* when_empty(int output) const;
  std::int64_t block_size(std::int64_t entries);
  bool proven_apart();
  std::int64_t bind_as_many(std::int64_t entries);

  const Model& model_;
  MemoryBudget& budget_;
  Frame frame_;
  EntryOrder order_;
  std::unique_ptr<RaggedFrame> ragged_;
  bool tried_ragged_ = false;
  bool sequences_ = false;  // some axis is one
  std::vector<FieldRun> field_runs_;
  const Batch* runs_of_ = nullptr;     // the batch that field_runs_ was made for
  std::vector<std::int64_t> padded_;   // per axis, of the entry being run
  std::vector<Span> spans_;            // per axis, of the entry being run
  std::vector<std::int64_t> longest_;  // per axis, of the entries being run along their sequences
  // What the frame is resolved for: entries and padded lengths, or tensors of any shapes.
  static constexpr std::int64_t unbound = -1, as_graph = -2;
  static constexpr std::int64_t smallest_block = 8;  // entries: fewer at once are not worth what a run costs
  std::vector<std::int64_t> bound_;
  std::vector<TensorLayout> input_layout_, output_layout_;
  std::vector<Place> output_place_;
  std::vector<std::int64_t> written_;  // per output: items written so far
  std::vector<std::byte*> place_;      // per input: where what is being filled in begins
  HeldMemory work_, mark_, prepared_;
  enum class Apart { unknown, proven, refuted } apart_ = Apart::unknown;  // are entries kept apart by every node
  std::int64_t block_ = 0;           // entries run at once where there are no sequences; 0: not tried yet
  std::vector<Shape> graph_shapes_;  // of the tensors that graph_block_ was found for
  std::int64_t graph_block_ = 0;
  std::vector<std::size_t> whole_bytes_;  // of the tensors of a call, if the last one took them whole; else none
  HeldMemory graph_results_;              // of all blocks, where there are several
};

}  // namespace lading
