// A forest ready to run, in every form that pays for it; which form a call uses depends on the forest and on how many
// rows come, never the results.
#pragma once
#include <memory>

#include "trees/blocks.hpp"
#include "trees/groups.hpp"
#include "trees/linear.hpp"
#include "trees/walk.hpp"

namespace lading::trees {

// T is the type that is compared, S the type of the sums.
template <class T, class S> class Evaluation {
 public:
  explicit Evaluation(const Forest& forest);

  // sums [rows][outputs], which hold where the sums start, get all leaves added in the order of the trees.
  void add(const T* x, std::int64_t stride, std::int64_t rows, S* sums, std::byte* scratch) const;
  std::size_t scratch(std::int64_t rows) const;  // bytes, aligned 64
  std::size_t bytes() const;
  std::int64_t best_block() const;  // rows that are best given at once

 private:
  void choose(const Forest& forest);
  std::uint8_t choice(std::int64_t rows) const;
  void add_value(int tree, const S* value, S* sums) const;
  void add_leaf(int tree, std::int32_t leaf, const T* x, S* sums) const;  // of the walked forest
  void walk_row(const T* x, S* sums) const;
  void walk_rows(const T* x, std::int64_t stride, int rows, S* sums) const;
  void add_grouped(const T* x, std::int64_t stride, int rows, S* sums) const;
  void add_group(int first, const std::uint8_t* codes, const std::uint8_t* ranks, S* sums) const;
  void add_rows(const T* x, std::int64_t stride, std::int64_t rows, S* sums) const;
  void add_block(const BlockKernels& kernel, const T* x, std::int64_t stride, int rows, S* sums,
                 std::byte* memory) const;

  int trees_, width_, outputs_;
  std::vector<std::int32_t> tree_output_;    // of each tree; the trees of an output stand together
  std::vector<std::int32_t> end_of_output_;  // the tree after its last one
  Ranks<T> ranks_;
  std::unique_ptr<WalkedForest<T>> walked_;
  std::vector<S> values_;  // of the walked forest: [leaf][width]
  LinearLeaves linear_;    // of a forest that is only walked
  std::unique_ptr<GroupedForest<S>> grouped_;
  std::unique_ptr<BlockedForest<S>> blocked_;
  const TreeKernels* kernels_;
  std::vector<BlockKernels> widths_;  // of the blocks that may be used
  std::vector<std::uint8_t> choice_;  // by how many rows are left: a block's place in widths_, or row_by_row
  std::vector<std::size_t> scratch_;  // bytes, by how many rows there are
};

}  // namespace lading::trees
