#include "trees/evaluation.hpp"

#include <algorithm>
#include <type_traits>

namespace lading::trees {
namespace {

// Nanoseconds, roughly.
template <class S> double time_of_row(const GroupedForest<S>& forest, std::size_t segments) {
  return 60 + 2 * static_cast<double>(segments) + static_cast<double>(forest.cost());
}
template <class T> double time_of_walk(const WalkedForest<T>&) { return 1e9; }
template <class S> double time_of_block(const BlockedForest<S>& forest, std::size_t segments, int rows) {
  return rows * 0.5 * static_cast<double>(segments) + 0.5 * static_cast<double>(forest.cost()) * rows / 256;
}

constexpr std::uint8_t row_by_row = 255;

}  // namespace

template <class T, class S>
Evaluation<T, S>::Evaluation(const Forest& forest)
    : trees_(static_cast<int>(forest.roots.size())),
      width_(forest.width),
      outputs_(forest.outputs),
      tree_output_(forest.tree_output),
      kernels_(tree_kernels()) {
  if (kernels_) ranks_ = rank<T>(forest);
  if (kernels_) grouped_ = std::make_unique<GroupedForest<S>>(forest, ranks_);
  if (kernels_)
    blocked_ = std::make_unique<BlockedForest<S>>(
        forest, ranks_, sizeof(S) == 4 ? kernels_->most_table_bits_float : kernels_->most_table_bits_double);
  if (grouped_ && !grouped_->possible()) grouped_.reset();
  if (blocked_ && !blocked_->possible()) blocked_.reset();
  if (!grouped_) {
    walked_ = std::make_unique<WalkedForest<T>>(forest);
    values_.assign(forest.values.begin(), forest.values.end());
  }
  ranks_.of_split = {};
  choose();
}

// For each number of rows that may be left, what to do next so that all of them take least time.
template <class T, class S> void Evaluation<T, S>::choose() {
  if (blocked_)
    for (const BlockKernels& each : kernels_->block)
      if (each.rows) widths_.push_back(each);
  const std::size_t most = widths_.empty() ? 0 : static_cast<std::size_t>(widths_.back().rows);
  const double row = grouped_ ? time_of_row(*grouped_, ranks_.segments.size()) : time_of_walk(*walked_);
  std::vector<double> block, least(most + 1, 0);
  for (const BlockKernels& each : widths_) block.push_back(time_of_block(*blocked_, ranks_.segments.size(), each.rows));
  choice_.assign(most + 1, row_by_row);
  for (std::size_t n = 1; n <= most; ++n) {
    least[n] = least[n - 1] + row;
    for (std::size_t w = 0; w < widths_.size(); ++w) {
      const auto rows = static_cast<std::size_t>(widths_[w].rows);
      const double all = block[w] + (n > rows ? least[n - rows] : 0);
      if (all < least[n]) least[n] = all, choice_[n] = static_cast<std::uint8_t>(w);
    }
  }
}

template <class T, class S> std::uint8_t Evaluation<T, S>::choice(std::int64_t rows) const {
  return choice_[static_cast<std::size_t>(std::min<std::int64_t>(rows, static_cast<std::int64_t>(choice_.size()) - 1))];
}

template <class T, class S> std::int64_t Evaluation<T, S>::best_block() const {
  return widths_.empty() ? 64 : widths_.back().rows;
}

template <class T, class S> std::size_t Evaluation<T, S>::scratch(std::int64_t rows) const {
  std::size_t bytes = 0;
  for (std::int64_t left = std::min<std::int64_t>(rows, 2 * best_block()); left > 0;) {
    const std::uint8_t chosen = choice(left);
    left -= chosen == row_by_row ? 1 : widths_[chosen].rows;
    if (chosen != row_by_row) bytes = std::max(bytes, widths_[chosen].bytes(blocked_->blocks()));
  }
  return bytes;
}

template <class T, class S> std::size_t Evaluation<T, S>::bytes() const {
  return ranks_.segments.size() * sizeof(Segment<T>) + (walked_ ? walked_->bytes() + values_.size() * sizeof(S) : 0) +
         (grouped_ ? grouped_->bytes() : 0) + (blocked_ ? blocked_->bytes() : 0);
}

template <class T, class S> inline void Evaluation<T, S>::add_value(int tree, const S* value, S* sums) const {
  if (width_ == 1) sums[tree_output_.empty() ? 0 : tree_output_[static_cast<std::size_t>(tree)]] += *value;
  else
    for (int o = 0; o < width_; ++o) sums[o] += value[o];
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
  constexpr std::int64_t together = WalkedForest<T>::side_by_side;
  if (!grouped_ && rows == 1) return walk_row(x, sums);
  for (std::int64_t r = 0; r < rows; r += grouped_ ? 1 : together) {
    if (grouped_) add_grouped(x + r * stride, sums + r * outputs_);
    else walk_rows(x + r * stride, stride, static_cast<int>(std::min(together, rows - r)), sums + r * outputs_);
  }
}

template <class T, class S> void Evaluation<T, S>::walk_row(const T* x, S* sums) const {
  constexpr int together = WalkedForest<T>::side_by_side;
  std::int32_t leaf[together];
  for (int t = 0; t < trees_; t += together) {
    const int some = std::min(together, trees_ - t);
    walked_->leaves_of_row(t, some, x, leaf);
    for (int i = 0; i < some; ++i) add_value(t + i, values_.data() + static_cast<std::int64_t>(leaf[i]) * width_, sums);
  }
}

template <class T, class S> void Evaluation<T, S>::walk_rows(const T* x, std::int64_t stride, int rows, S* sums) const {
  std::int32_t leaf[WalkedForest<T>::side_by_side];
  for (int t = 0; t < trees_; ++t) {
    walked_->leaves_of_tree(t, x, stride, rows, leaf);
    for (int i = 0; i < rows; ++i)
      add_value(t, values_.data() + static_cast<std::int64_t>(leaf[i]) * width_, sums + i * outputs_);
  }
}

// The sums of one group wait for each other, while the next group is already looked up.
template <class T, class S> void Evaluation<T, S>::add_grouped(const T* x, S* sums) const {
  alignas(64) std::uint8_t ranks[row_bytes], codes[2][lanes];
  const Groups& groups = grouped_->groups();
  std::fill_n(ranks, most_columns, std::uint8_t(0));
  const auto segments = static_cast<int>(ranks_.segments.size());
  if constexpr (std::is_same_v<T, float>) kernels_->rank_row_float(ranks_.segments.data(), segments, x, ranks);
  else kernels_->rank_row_double(ranks_.segments.data(), segments, x, ranks);
  kernels_->group(groups, 0, ranks, codes[0]);
  for (int g = 0; g < groups.count; ++g) {
    if (g + 1 < groups.count) kernels_->group(groups, g + 1, ranks, codes[(g + 1) % 2]);
    add_group(g * lanes, codes[g % 2], sums);
  }
}

template <class T, class S>
inline void Evaluation<T, S>::add_group(int first, const std::uint8_t* codes, S* sums) const {
  const int some = std::min(lanes, trees_ - first);
  if (outputs_ == 1) {
    S sum = sums[0];
    for (int i = 0; i < some; ++i) sum += *grouped_->value(first + i, codes[i]);
    sums[0] = sum;
  } else {
    for (int i = 0; i < some; ++i) add_value(first + i, grouped_->value(first + i, codes[i]), sums);
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
