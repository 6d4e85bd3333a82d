// How a plan runs through entries whose sequences are of many lengths, without padding. Each value is seen as pieces,
// one for each entry, that stand one after the other in memory:
//
//   entries  pieces of equal shape, [1, F]: all of them are one tensor [entries, F]
//   rows     pieces along one sequence, [1, n, F]: all of them are one tensor [1, sum of n, F]
//   inner    everything else, such as [1, n, n]: exists for the entries that are being evaluated only
//
// A step that is proven to keep the rows, or the entries, apart runs once over all of them. The others run over the
// entries whose sequences are equally long, or over one entry after the other.
#pragma once
#include <memory>
#include <vector>

#include "bundle/bundle.hpp"
#include "graph/frame.hpp"

namespace lading {

class RaggedPlan {
 public:
  enum class Kind { inner, entries, rows };
  struct Value {
    Kind kind = Kind::inner;
    int sequence = -1;    // axis of the bundle that `rows` follow
    int axis = -1;        // along which the pieces stand one after the other; entries: -1 if there is none
    int entry_axis = -1;  // of the graph itself, where it evaluates entries together
    Type type = Type::float32;
    Shape piece;  // of one entry; rows: for a sequence of one element
  };
  struct Stage {
    Kind kind = Kind::inner;  // inner: entries of equal lengths, or one by one
    int sequence = -1;
    std::vector<int> steps;
    std::vector<int> values;  // inner: those with pieces that its steps read or write
  };

  // Null where inputs or outputs do not stand in pieces, or stages share an inner value. Tries shapes in `frame`.
  static std::shared_ptr<const RaggedPlan> make(const Bundle& bundle, Frame& frame);

  const std::vector<Stage>& stages() const { return stages_; }
  const Value& value(int v) const { return values_[static_cast<std::size_t>(v)]; }
  // Every node is proven to keep the entries of the graph apart: inner stages take all that are equally long at once.
  bool together() const { return together_; }
  int slot(int v) const { return slots_[static_cast<std::size_t>(v)]; }
  int slot_count() const { return slot_count_; }
  int root(int v) const {
    return roots_[static_cast<std::size_t>(v)];
  }  // whose pieces these are, seen in another shape
  // Shape of the pieces of so many entries, or rows, as one tensor.
  Shape shape(int v, std::int64_t count) const;
  // Shape as the graph itself has it, for `entries` of sequences that are so long (per axis of the bundle).
  Shape shape(int v, std::int64_t entries, const std::int64_t* lengths) const;
  bool wide(int v) const { return v >= 0 && value(v).kind != Kind::inner; }

 private:
  friend class RaggedPlanner;
  std::vector<Value> values_;
  std::vector<Stage> stages_;
  std::vector<int> slots_, roots_;
  int slot_count_ = 0;
  bool together_ = false;
};

}  // namespace lading
