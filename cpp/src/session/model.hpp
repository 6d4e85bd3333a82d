// A loaded model: the bundle, its plan, and the names that users look up. Immutable, shared by sessions. A model of folds
// has no plan of its own but members that have; all have the same columns and outputs.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"
#include "graph/plan.hpp"
#include "ragged/plan.hpp"
#include "session/columns.hpp"
#include "session/feed.hpp"
#include "session/preparation.hpp"
#include "session/prepared_together.hpp"

namespace lading {

// What a name and a unit resolve to: a slot, and how a number fed to it becomes one in the model's unit.
struct Handle {
  int column = 0;
  std::int64_t element = 0;  // place within the item
  Conversion conversion;
};

struct OutputHandle {
  int output = 0;
  std::int64_t element = 0;  // place within the item
};

class Model {
 public:
  explicit Model(std::shared_ptr<const Bundle> bundle, const Limits& limits = {});

  const Bundle& bundle() const { return *bundle_; }
  const std::shared_ptr<const Plan>& plan() const { return plan_; }
  // How entries of many lengths run along their sequences, worked out when first asked for, with a frame of plan(); null if
  // they cannot.
  std::shared_ptr<const RaggedPlan> ragged(Frame& frame) const;
  const ColumnTable& table() const { return table_; }
  const Preparation& preparation(std::size_t field) const { return preparations_[field]; }
  // Where a field is one of neighbours that are prepared together: with whom, and which of them it is; else null.
  struct Together {
    const PreparedTogether* all = nullptr;
    std::size_t place = 0;
  };
  const Together& together(std::size_t field) const { return together_[field]; }
  const Limits& limits() const { return limits_; }
  // Models of which each takes some of the entries; none: this one takes them all.
  const std::vector<std::unique_ptr<const Model>>& members() const { return members_; }
  // Some input tensor has the entry axis; if not, the graph runs once per entry.
  bool batched() const { return batched_; }

  using Index = std::vector<std::int64_t>;  // a place on the fixed axes, in their order
  Handle variable(const std::string& input, const std::string& name, const std::string& unit,
                  const Index& index = {}) const;
  Handle element(const std::string& input, const Index& index) const;
  int axis(const std::string& name) const;  // a sequence axis
  OutputHandle label(const std::string& output, const std::string& name, const Index& index = {}) const;
  OutputHandle output_element(const std::string& output, const Index& index) const;
  int find_input(const std::string& name) const;
  int find_output(const std::string& name) const;
  // Numbers of one item of an output: of an entry, or of an element of its sequence.
  std::int64_t item_size(int output) const;
  // Items of an output that the entries from `begin` to `end` give.
  std::int64_t items(int output, const Batch& batch, std::int64_t begin, std::int64_t end) const;
  std::size_t memory() const;
  // "variable 'pt' of input 'jets'": the beginning of messages about a column
  const std::string& text(int column) const { return texts_[static_cast<std::size_t>(column)]; }

 private:
  std::vector<AxisUse> own_axes(const Output& output) const;
  void find_neighbours();
  const Variable* variable_of(const Field& field) const;
  std::shared_ptr<const Bundle> bundle_;
  Limits limits_;
  std::shared_ptr<const Plan> plan_;
  ColumnTable table_;
  std::vector<std::string> texts_;         // per column
  std::vector<Preparation> preparations_;  // per field
  std::vector<std::unique_ptr<const PreparedTogether>> prepared_together_;
  std::vector<Together> together_;  // per field
  std::vector<std::unique_ptr<const Model>> members_;
  bool batched_ = false;
  mutable std::mutex mutex_;  // of the two below
  mutable bool tried_ragged_ = false;
  mutable std::shared_ptr<const RaggedPlan> ragged_;
};

// How numbers in unit `from` become numbers in unit `to`; throws Error naming what can be converted.
Conversion unit_conversion(const std::string& from, const std::string& to, const std::string& what);

}  // namespace lading
