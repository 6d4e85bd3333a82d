// The order in which a batch runs: entries whose sequences are equally long stand together, so that the graph can
// run through many of them at once without padding one.
#pragma once
#include <vector>

#include "bundle/bundle.hpp"
#include "session/feed.hpp"

namespace lading {

class EntryOrder {
 public:
  explicit EntryOrder(const Bundle& bundle) : bundle_(bundle), items_(bundle.axes.size()) {}

  static constexpr std::int64_t together = 4096;  // entries that are sorted at once: their columns stay at hand
  void reserve(std::int64_t entries);
  // Sorts the entries from `first` on. Throws where offsets go backwards.
  void sort(const Batch& batch, std::int64_t first, std::int64_t entries);

  std::int64_t size() const { return static_cast<std::int64_t>(order_.size()); }
  const std::int64_t* from(std::int64_t place) const { return &order_[static_cast<std::size_t>(place)]; }
  // How many entries from this place on, at most `most`, are as long as the one there.
  std::int64_t alike(std::int64_t place, std::int64_t most) const;
  // Items that the sorted entries before `entry` give to an output along this axis; axis -1: one for each entry.
  std::int64_t items_before(int axis, std::int64_t entry) const {
    const std::int64_t at = entry - first_;
    return axis < 0 ? at : items_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(at)];
  }
  // Items that all sorted entries give to an output along this axis.
  std::int64_t items(int axis) const { return items_before(axis, first_ + size()); }
  std::size_t memory() const;

 private:
  // Items of an entry that are not cut off.
  std::int64_t length(std::size_t axis, std::int64_t entry) const {
    const auto at = static_cast<std::size_t>(entry - first_);
    return items_[axis][at + 1] - items_[axis][at];
  }
  bool is_sequence(std::size_t axis) const { return bundle_.axes[axis].kind == Axis::Kind::sequence; }
  void count(const Batch& batch, std::size_t axis, std::int64_t entries);

  const Bundle& bundle_;
  std::int64_t first_ = 0;
  std::vector<std::int64_t> order_;
  std::vector<std::vector<std::int64_t>> items_;  // per axis of the bundle: sums over the entries before
};

}  // namespace lading
