#include "trees/evaluation.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace lading::trees {
namespace {

constexpr std::int64_t no_rows = std::numeric_limits<std::int64_t>::max();

}  // namespace

template <class T, class S>
Evaluation<T, S>::Evaluation(const Forest& forest)
    : trees_(static_cast<int>(forest.roots.size())),
      width_(forest.width),
      outputs_(forest.outputs),
      tree_output_(forest.tree_output),
      linear_(forest),
      kernels_(linear_.none() ? tree_kernels() : nullptr) {
  if (kernels_) ranks_ = rank<T>(forest);
  if (kernels_) grouped_ = std::make_unique<GroupedForest<S>>(forest, ranks_);
  if (kernels_) blocked_ = std::make_unique<BlockedForest<S>>(forest, ranks_);
  if (grouped_ && !grouped_->possible()) grouped_.reset();
  if (blocked_ && !blocked_->possible()) blocked_.reset();
  if (!grouped_) {
    walked_ = std::make_unique<WalkedForest<T>>(forest);
    values_.assign(forest.values.begin(), forest.values.end());
  }
  ranks_.of_split = {};
  choose();
}

// Times of a block and of a row, in arbitrary units. The factors are estimates; they were not fitted to measurements yet.
template <class T, class S> void Evaluation<T, S>::choose() {
  blocks_from_ = no_rows;
  if (!blocked_) return;
  const double segments = static_cast<double>(ranks_.segments.size()), trees = trees_;
  const double block = block_rows * 1.8 * segments + 1.0 * static_cast<double>(blocked_->cost()) + trees * 60;
  const double row =
      grouped_ ? 60 + 2 * segments + 1.0 * static_cast<double>(grouped_->cost()) + trees * 1.2 : trees * 40;
  blocks_from_ = std::max<std::int64_t>(2, static_cast<std::int64_t>(block / row));
  if (blocks_from_ > block_rows && grouped_) blocks_from_ = no_rows;
}

template <class T, class S> std::int64_t Evaluation<T, S>::best_block() const { return blocked_ ? block_rows : 64; }

template <class T, class S> std::size_t Evaluation<T, S>::scratch(std::int64_t rows) const {
  return blocked_ && rows >= blocks_from_ ? kernels_->block_bytes(blocked_->blocks()) : 0;
}

template <class T, class S> std::size_t Evaluation<T, S>::bytes() const {
  return ranks_.segments.size() * sizeof(Segment<T>) +
         (walked_ ? walked_->bytes() + values_.size() * sizeof(S) + linear_.bytes() : 0) +
         (grouped_ ? grouped_->bytes() : 0) + (blocked_ ? blocked_->bytes() : 0);
}

template <class T, class S> inline void Evaluation<T, S>::add_value(int tree, const S* value, S* sums) const {
  if (width_ == 1) sums[tree_output_.empty() ? 0 : tree_output_[static_cast<std::size_t>(tree)]] += *value;
  else
    for (int o = 0; o < width_; ++o) sums[o] += value[o];
}

template <class T, class S>
inline void Evaluation<T, S>::add_leaf(int tree, std::int32_t leaf, const T* x, S* sums) const {
  const S* value = values_.data() + static_cast<std::int64_t>(leaf) * width_;
  if (linear_.none()) return add_value(tree, value, sums);
  sums[tree_output_.empty() ? 0 : tree_output_[static_cast<std::size_t>(tree)]] += linear_.value(leaf, x, *value);
}

template <class T, class S>
void Evaluation<T, S>::add(const T* x, std::int64_t stride, std::int64_t rows, S* sums, std::byte* scratch) const {
  std::int64_t r = 0;
  for (; rows - r >= blocks_from_; r += block_rows)
    add_blocks(x + r * stride, stride, std::min<std::int64_t>(block_rows, rows - r), sums + r * outputs_, scratch);
  if (r >= rows) return;
  if (grouped_) {
    for (; r < rows; ++r) add_grouped(x + r * stride, sums + r * outputs_);
    return;
  }
  constexpr std::int64_t together = WalkedForest<T>::side_by_side;
  if (rows - r == 1) return walk_row(x + r * stride, sums + r * outputs_);
  for (; r < rows; r += together)
    walk_rows(x + r * stride, stride, static_cast<int>(std::min(together, rows - r)), sums + r * outputs_);
}

template <class T, class S> void Evaluation<T, S>::walk_row(const T* x, S* sums) const {
  constexpr int together = WalkedForest<T>::side_by_side;
  std::int32_t leaf[together];
  for (int t = 0; t < trees_; t += together) {
    const int some = std::min(together, trees_ - t);
    walked_->leaves_of_row(t, some, x, leaf);
    for (int i = 0; i < some; ++i) add_leaf(t + i, leaf[i], x, sums);
  }
}

template <class T, class S> void Evaluation<T, S>::walk_rows(const T* x, std::int64_t stride, int rows, S* sums) const {
  std::int32_t leaf[WalkedForest<T>::side_by_side];
  for (int t = 0; t < trees_; ++t) {
    walked_->leaves_of_tree(t, x, stride, rows, leaf);
    for (int i = 0; i < rows; ++i) add_leaf(t, leaf[i], x + i * stride, sums + i * outputs_);
  }
}

// The sums of one group wait for each other, while the next group is already looked up.
template <class T, class S> void Evaluation<T, S>::add_grouped(const T* x, S* sums) const {
  alignas(64) std::uint8_t ranks[row_bytes], codes[lanes];
  const Groups& groups = grouped_->groups();
  std::fill_n(ranks, most_columns, std::uint8_t(0));
  const auto segments = static_cast<int>(ranks_.segments.size());
  if constexpr (std::is_same_v<T, float>) kernels_->rank_row_float(ranks_.segments.data(), segments, x, ranks);
  else kernels_->rank_row_double(ranks_.segments.data(), segments, x, ranks);
  for (int g = 0; g < groups.count; ++g) {
    kernels_->group(groups, g, ranks, codes);
    const int first = g * lanes, some = std::min(lanes, trees_ - first);
    if (outputs_ == 1) {
      S sum = sums[0];
      for (int i = 0; i < some; ++i) sum += *grouped_->value(first + i, codes[i]);
      sums[0] = sum;
    } else {
      for (int i = 0; i < some; ++i) add_value(first + i, grouped_->value(first + i, codes[i]), sums);
    }
  }
}

template <class T, class S>
void Evaluation<T, S>::add_blocks(const T* x, std::int64_t stride, std::int64_t rows, S* sums,
                                  std::byte* memory) const {
  const auto segments = static_cast<int>(ranks_.segments.size()), count = static_cast<int>(rows);
  auto* bytes = reinterpret_cast<std::uint8_t*>(memory);
  const Segment<T>* of = ranks_.segments.data();
  const Blocks& blocks = blocked_->blocks();
  if constexpr (std::is_same_v<T, float> && std::is_same_v<S, float>)
    kernels_->block_float_float(blocks, of, segments, x, stride, count, sums, bytes);
  else if constexpr (std::is_same_v<T, float>)
    kernels_->block_float_double(blocks, of, segments, x, stride, count, sums, bytes);
  else kernels_->block_double_double(blocks, of, segments, x, stride, count, sums, bytes);
}

template class Evaluation<float, float>;
template class Evaluation<float, double>;
template class Evaluation<double, double>;

}  // namespace lading::trees
