#include "trees/evaluation.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>

namespace lading::trees {
namespace {

// Nanoseconds, by the times that an instruction set's kernels are known to take.
template <class S>
double time_of_row(const GroupedForest<S>& forest, const RowTimes& t, double segments, double trees) {
  return t.start + t.segment * segments + t.node * static_cast<double>(forest.cost()) + t.tree * trees;
}
double time_of_walk(const Forest& forest) {
  const double step = forest.sets.empty() ? 2.5 : 4;
  return step * std::accumulate(forest.depth.begin(), forest.depth.end(), 0.0);
}
template <class S>
double time_of_block(const BlockedForest<S>& forest, const BlockKernels& kernel, double segments, double sets) {
  const BlockTimes& t = kernel.times;
  const double leaf = sizeof(S) == sizeof(float) ? t.float_leaf : t.double_leaf;
  return t.start + t.condition * forest.blocks().slots + t.choice * static_cast<double>(forest.choices()) +
         t.set * sets + kernel.rows * (t.rank * segments + leaf * forest.blocks().trees * forest.blocks().width);
}

constexpr std::uint8_t row_by_row = 255;
constexpr int rows_together = 4, rows_of_walk = 128, fewest_walked_together = 8;

}  // namespace

template <class T, class S>
Evaluation<T, S>::Evaluation(const Forest& forest)
    : trees_(static_cast<int>(forest.roots.size())),
      width_(forest.width),
      outputs_(forest.outputs),
      tree_output_(forest.tree_output),
      linear_(forest),
      kernels_(linear_.none() ? tree_kernels() : nullptr) {
  if (kernels_) {
    const LeafCounts leaves(forest);
    ranks_ = rank<T>(forest);
    grouped_ = std::make_unique<GroupedForest<S>>(forest, ranks_, leaves);
    blocked_ = std::make_unique<BlockedForest<S>>(
        forest, ranks_, leaves.most(),
        sizeof(S) == 4 ? kernels_->most_table_bits_float : kernels_->most_table_bits_double);
  }
  if (grouped_ && !grouped_->possible()) grouped_.reset();
  if (blocked_ && !blocked_->possible()) blocked_.reset();
  if (!grouped_) {
    walked_ = std::make_unique<WalkedForest<T>>(forest);
    values_.assign(forest.values.begin(), forest.values.end());
  }
  ranks_.of_split = {};
  end_of_output_.assign(static_cast<std::size_t>(outputs_), trees_);
  for (int t = 0; t < static_cast<int>(tree_output_.size()); ++t)
    end_of_output_[static_cast<std::size_t>(tree_output_[static_cast<std::size_t>(t)])] = t + 1;
  choose(forest);
}

// For each number of rows that may be left, what to do next so that all of them take least time.
template <class T, class S> void Evaluation<T, S>::choose(const Forest& forest) {
  if (blocked_)
    for (const BlockKernels& each : kernels_->block)
      if (each.rows) widths_.push_back(each);
  const std::size_t most = widths_.empty() ? 0 : static_cast<std::size_t>(widths_.back().rows);
  const auto segments = static_cast<double>(ranks_.segments.size() + ranks_.sets.columns.size());
  const auto sets = static_cast<double>(ranks_.sets.count());
  const double row = grouped_
                         ? time_of_row(*grouped_, kernels_->row, segments + sets, static_cast<double>(trees_) * width_)
                         : time_of_walk(forest);
  std::vector<double> block, least(most + 1, 0);
  for (const BlockKernels& each : widths_) block.push_back(time_of_block(*blocked_, each, segments, sets));
  choice_.assign(most + 1, row_by_row);
  for (std::size_t n = 1; n <= most; ++n) {
    least[n] = least[n - 1] + row;
    for (std::size_t w = 0; w < widths_.size(); ++w) {
      const auto rows = static_cast<std::size_t>(widths_[w].rows);
      const double all = block[w] + (n > rows ? least[n - rows] : 0);
      if (all < least[n]) least[n] = all, choice_[n] = static_cast<std::uint8_t>(w);
    }
  }
  scratch_.assign(most + 1, 0);  // fewer rows are what is left of more
  for (std::size_t n = 1; n <= most; ++n)
    scratch_[n] =
        std::max(scratch_[n - 1], choice_[n] == row_by_row ? 0 : widths_[choice_[n]].bytes(blocked_->blocks()));
}

template <class T, class S> std::uint8_t Evaluation<T, S>::choice(std::int64_t rows) const {
  return choice_[static_cast<std::size_t>(std::min<std::int64_t>(rows, static_cast<std::int64_t>(choice_.size()) - 1))];
}

template <class T, class S> std::int64_t Evaluation<T, S>::best_block() const {
  return widths_.empty() ? rows_of_walk : widths_.back().rows;
}

template <class T, class S> std::size_t Evaluation<T, S>::scratch(std::int64_t rows) const {
  return scratch_[static_cast<std::size_t>(
      std::min<std::int64_t>(rows, static_cast<std::int64_t>(scratch_.size()) - 1))];
}

template <class T, class S> std::size_t Evaluation<T, S>::bytes() const {
  return ranks_.segments.size() * sizeof(Segment<T>) + ranks_.sets.bytes() +
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
  while (rows > 0) {
    const std::uint8_t chosen = choice(rows);
    std::int64_t done = 0;
    if (chosen == row_by_row) {
      while (++done < rows && choice(rows - done) == row_by_row) {}
      add_rows(x, stride, done, sums);
    } else {
      done = std::min<std::int64_t>(rows, widths_[chosen].rows);
      add_block(widths_[chosen], x, stride, static_cast<int>(done), sums, scratch);
    }
    x += done * stride, sums += done * outputs_, rows -= done;
  }
}

template <class T, class S>
void Evaluation<T, S>::add_rows(const T* x, std::int64_t stride, std::int64_t rows, S* sums) const {
  if (!grouped_ && rows < fewest_walked_together) {
    for (std::int64_t r = 0; r < rows; ++r) walk_row(x + r * stride, sums + r * outputs_);
    return;
  }
  const std::int64_t together = grouped_ ? rows_together : rows_of_walk;
  for (std::int64_t r = 0; r < rows; r += together) {
    const auto some = static_cast<int>(std::min(together, rows - r));
    if (grouped_) add_grouped(x + r * stride, stride, some, sums + r * outputs_);
    else walk_rows(x + r * stride, stride, some, sums + r * outputs_);
  }
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

// Tree after tree, so that the nodes of one stay at hand for all rows.
template <class T, class S> void Evaluation<T, S>::walk_rows(const T* x, std::int64_t stride, int rows, S* sums) const {
  constexpr int together = WalkedForest<T>::side_by_side;
  std::int32_t leaf[together];
  for (int t = 0; t < trees_; ++t)
    for (int r = 0; r < rows; r += together) {
      const int some = std::min(together, rows - r);
      walked_->leaves_of_tree(t, x + r * stride, stride, some, leaf);
      for (int i = 0; i < some; ++i) add_leaf(t, leaf[i], x + (r + i) * stride, sums + (r + i) * outputs_);
    }
}

// A few rows share what is read of a group, and while the sums of one group wait for each other, the next group is
// already looked up.
template <class T, class S>
void Evaluation<T, S>::add_grouped(const T* x, std::int64_t stride, int rows, S* sums) const {
  // No split looks at a byte that is not set.
  alignas(64) std::uint8_t ranks[rows_together][row_bytes], codes[2][rows_together][lanes];
  const Groups& groups = grouped_->groups();
  const auto segments = static_cast<int>(ranks_.segments.size());
  for (int r = 0; r < rows; ++r)
    if constexpr (std::is_same_v<T, float>)
      kernels_->rank_row_float(ranks_.segments.data(), segments, x + r * stride, ranks[r]);
    else kernels_->rank_row_double(ranks_.segments.data(), segments, x + r * stride, ranks[r]);
  if (ranks_.sets.count())
    for (int r = 0; r < rows; ++r) look_up_sets(ranks_, x + r * stride, ranks[r]);
  const auto look_up = [&](int g) {
    if (g < groups.count)
      for (int r = 0; r < rows; ++r) kernels_->group(groups, g, ranks[r], codes[g % 2][r]);
  };
  look_up(0);
  for (int g = 0; g < groups.count; ++g) {
    look_up(g + 1);
    for (int r = 0; r < rows; ++r) add_group(g * lanes, codes[g % 2][r], ranks[r], sums + r * outputs_);
  }
}

template <class T, class S>
inline void Evaluation<T, S>::add_group(int first, const std::uint8_t* codes, const std::uint8_t* ranks,
                                        S* sums) const {
  const int end = std::min(first + lanes, trees_);
  if (width_ > 1)
    for (int t = first; t < end; ++t) add_value(t, grouped_->value(t, codes[t - first]), sums);
  else
    for (int t = first, next; t < end; t = next) {
      const auto output =
          static_cast<std::size_t>(tree_output_.empty() ? 0 : tree_output_[static_cast<std::size_t>(t)]);
      next = std::min(end, end_of_output_[output]);
      sums[output] = grouped_->sum(sums[output], t, next - t, codes + (t - first), ranks);
    }
}

template <class T, class S>
void Evaluation<T, S>::add_block(const BlockKernels& kernel, const T* x, std::int64_t stride, int rows, S* sums,
                                 std::byte* memory) const {
  const auto segments = static_cast<int>(ranks_.segments.size());
  auto* bytes = reinterpret_cast<std::uint8_t*>(memory);
  const Segment<T>* of = ranks_.segments.data();
  const Blocks& blocks = blocked_->blocks();
  if constexpr (std::is_same_v<T, float> && std::is_same_v<S, float>)
    kernel.float_float(blocks, of, segments, x, stride, rows, sums, bytes);
  else if constexpr (std::is_same_v<T, float>) kernel.float_double(blocks, of, segments, x, stride, rows, sums, bytes);
  else kernel.double_double(blocks, of, segments, x, stride, rows, sums, bytes);
}

template class Evaluation<float, float>;
template class Evaluation<float, double>;
template class Evaluation<double, double>;

}  // namespace lading::trees
