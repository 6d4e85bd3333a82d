// A batch of a model of folds: each graph gets the entries that are its own, side by side.
#pragma once
#include <memory>
#include <vector>

#include "session/runner.hpp"

namespace lading {

class FoldedBatch {
 public:
  explicit FoldedBatch(const Model& model);
  // Room for batches of `entries` whose sequences (per axis of the bundle) are no longer than `lengths`.
  void reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths);
  // All entries of a batch from `begin` to `end`; runner i is that of fold i.
  void run(const Batch& batch, std::int64_t begin, std::int64_t end,
           const std::vector<std::unique_ptr<Runner>>& runners);
  int key_column() const { return key_column_; }
  std::size_t memory() const;

 private:
  void refuse_backward_offsets(const Batch& batch, std::int64_t first, std::int64_t entries) const;
  void read_keys(const Batch& batch, std::int64_t first, std::int64_t entries);
  void refuse_no_key(const Feed& feed, std::int64_t first, std::int64_t entries) const;
  void find_places(const Batch& batch, std::int64_t first, std::int64_t entries);
  void gather(const Batch& batch);
  void gather_column(const Batch& batch, std::size_t column);
  void make_results(const Batch& batch);
  void scatter(const Batch& batch);
  std::int64_t item_bytes(std::size_t output) const;

  const Model& model_;
  int key_column_;
  std::size_t key_field_ = 0;
  std::vector<std::int64_t> keys_, work_;  // of the entries that are looked at together
  std::vector<unsigned char> marks_;
  std::vector<int> folds_;                         // of those entries
  std::vector<std::int64_t> own_;                  // entries of one fold
  std::vector<std::int64_t> next_;                 // per output: items written so far
  std::vector<std::vector<std::int64_t>> places_;  // per output: where the items of each entry go
  Batch gathered_;                                 // the entries of one fold
  std::vector<std::vector<std::byte>> columns_, results_;
  std::vector<std::vector<std::int64_t>> offsets_;  // per axis
  std::int64_t first_ = 0;
  std::int64_t together_;  // entries that are sorted at a time
};

}  // namespace lading
