#include "trees/groups.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lading::trees {
namespace {

constexpr int most_leaves = 256, deepest_level_mode = 8, shallowest_level_mode = 3;
constexpr int deep = 7;                    // levels from which trees have tails
constexpr int tail_cost = 3;               // of a tree, in nodes of sixty-four
constexpr std::uint8_t sign = 128;         // bytes are compared as signed ones
constexpr std::uint8_t never_right = 127;  // a rank is never above

}  // namespace

// Writes one tree into its lane.
template <class S> struct GroupedForest<S>::Filling {
  const Forest& forest;
  std::vector<std::uint8_t> byte, k;  // of each split
  GroupedForest& to;
  std::uint8_t* data = nullptr;  // of the group, at the lane
  int tree = 0, slot = 0;

  Filling(const Forest& of, const Conditions& conditions, GroupedForest& into) : forest(of), to(into) {
    for (const Condition& c : conditions.of_split) {
      byte.push_back(conditions.byte_of(c));
      k.push_back(static_cast<std::uint8_t>(c.k) ^ sign);
    }
  }
  void leaf(std::int32_t child, int code) {
    const double* from = forest.values.data() + static_cast<std::int64_t>(-1 - child) * to.width_;
    S* value = const_cast<S*>(to.value(tree, code));
    for (int o = 0; o < to.width_; ++o) value[o] = static_cast<S>(from[o]);
  }
  // `path`: bit i is the way taken at level i, 1 = right. Below a short branch the leaf is repeated.
  void level(std::int32_t node, int depth, int path) {
    if (depth == to.groups_.depth) return to.tails_.empty() ? leaf(node, path) : tail(node, path);
    if (node >= 0) {
      std::uint8_t* at = data + ((1 << depth) - 1 + path) * 2 * lanes;
      at[0] = byte[static_cast<std::size_t>(node)], at[lanes] = k[static_cast<std::size_t>(node)];
    }
    const Split* split = node >= 0 ? &forest.splits[static_cast<std::size_t>(node)] : nullptr;
    level(split ? split->left : node, depth + 1, path);
    level(split ? split->right : node, depth + 1, path + (1 << depth));
  }
  void tail(std::int32_t node, int code) {
    Tail& to_fill = to.tails_[(static_cast<std::size_t>(tree) << to.stride_bits_) + static_cast<std::size_t>(code)];
    const auto ask = [&](std::int32_t of, int place) {  // gives the children
      const auto n = static_cast<std::size_t>(of);
      to_fill.byte[place] = of < 0 ? 0 : byte[n];
      to_fill.k[place] = static_cast<std::int8_t>(of < 0 ? never_right : k[n]);
      return of < 0 ? std::pair(of, of) : std::pair(forest.splits[n].left, forest.splits[n].right);
    };
    const auto value = [&](std::int32_t child) {
      return static_cast<S>(forest.values[static_cast<std::size_t>(-1 - child)]);
    };
    const auto [left, right] = ask(node, 0);
    const auto below_left = ask(left, 1), below_right = ask(right, 2);
    to_fill.leaf[0] = value(below_left.first), to_fill.leaf[1] = value(below_left.second);
    to_fill.leaf[2] = value(below_right.first), to_fill.leaf[3] = value(below_right.second);
  }
  // Gives the number of the first leaf after those below `node`.
  int cursor(std::int32_t node, int first, const LeafCounts& leaves) {
    if (node < 0) return leaf(node, first), first + 1;
    const Split& split = forest.splits[static_cast<std::size_t>(node)];
    const int middle = first + leaves.below(split.left);
    std::uint8_t* at = data + slot++ * 4 * lanes;
    at[0] = byte[static_cast<std::size_t>(node)], at[lanes] = k[static_cast<std::size_t>(node)];
    at[2 * lanes] = static_cast<std::uint8_t>(first), at[3 * lanes] = static_cast<std::uint8_t>(middle);
    cursor(split.left, first, leaves);
    return cursor(split.right, middle, leaves);
  }
};

template <class S>
GroupedForest<S>::GroupedForest(const Forest& forest, const Conditions& conditions, const LeafCounts& leaves)
    : width_(forest.width) {
  if (!conditions.possible || conditions.columns > most_columns || forest.roots.empty()) return;
  const int depth = std::max(forest.deepest(), shallowest_level_mode), most = leaves.most();
  if (most > most_leaves) return;
  groups_.count = (static_cast<int>(forest.roots.size()) + lanes - 1) / lanes;
  groups_.columns = conditions.columns;
  const bool balanced = depth < 24 && (2 << depth) <= std::max(4 * most, 2 << shallowest_level_mode);
  groups_.depth = balanced && depth <= (width_ == 1 ? deepest_level_mode : deep - 1) ? depth : 0;
  const bool tails = groups_.depth >= deep;
  if (tails) groups_.depth -= tail_levels;
  while (1 << stride_bits_ < (groups_.depth ? 1 << groups_.depth : most)) ++stride_bits_;
  const std::size_t slot_bytes = (groups_.depth ? 2 : 4) * lanes;
  if (mostly_padding(forest, stride_bits_)) {
    groups_.count = 0;
    return;
  }
  const auto slots = static_cast<std::size_t>(groups_.depth ? (1 << groups_.depth) - 1 : most - 1);
  bytes_ = static_cast<std::size_t>(groups_.count) * slots * slot_bytes;
  data_ = allocate(bytes_);
  auto* data = reinterpret_cast<std::uint8_t*>(data_.get());
  std::memset(data, 0, bytes_);
  for (std::size_t s = 0; s < bytes_; s += slot_bytes) std::memset(data + s + lanes, never_right, slot_bytes - lanes);
  const std::size_t codes = static_cast<std::size_t>(groups_.count) * lanes << stride_bits_;
  if (tails) tails_.resize(codes);
  else values_.resize(codes * static_cast<std::size_t>(width_));
  Filling filling(forest, conditions, *this);
  offset_.resize(static_cast<std::size_t>(groups_.count)), slots_.resize(static_cast<std::size_t>(groups_.count));
  for (int t = 0; t < static_cast<int>(forest.roots.size()); ++t) {
    const auto group = static_cast<std::size_t>(t / lanes);
    offset_[group] = static_cast<std::uint32_t>(group * slots * slot_bytes);
    filling.data = data + offset_[group] + t % lanes, filling.tree = t, filling.slot = 0;
    if (groups_.depth) filling.level(forest.roots[static_cast<std::size_t>(t)], 0, 0);
    else filling.cursor(forest.roots[static_cast<std::size_t>(t)], 0, leaves);
    slots_[group] = std::max(slots_[group], filling.slot);
  }
  groups_.data = data, groups_.offset = offset_.data(), groups_.slots = slots_.data();
  for (const std::int32_t used : slots_) cost_ += groups_.depth ? 1 << groups_.depth : 2 * used;
  if (tails) cost_ += tail_cost * static_cast<std::int64_t>(forest.roots.size());
}

// Eight at a time, and with a known stride, there is little to do beside waiting for the sum: so the next group's trees
// can be looked up meanwhile.
template <class S>
template <int stride_bits>
S GroupedForest<S>::sum_of(const S* value, S sum, int count, const std::uint8_t* codes) {
  constexpr int stride = 1 << stride_bits;
  for (; count >= 8; count -= 8, codes += 8, value += 8 * stride) {
    sum += value[codes[0]], sum += value[codes[1] + stride];
    sum += value[codes[2] + 2 * stride], sum += value[codes[3] + 3 * stride];
    sum += value[codes[4] + 4 * stride], sum += value[codes[5] + 5 * stride];
    sum += value[codes[6] + 6 * stride], sum += value[codes[7] + 7 * stride];
  }
  for (int i = 0; i < count; ++i) sum += value[codes[i] + i * stride];
  return sum;
}

template <class S>
S GroupedForest<S>::sum_of_tails(S sum, const Tail* tail, int count, const std::uint8_t* codes,
                                 const std::uint8_t* ranks) const {
  for (int i = 0; i < count; ++i, tail += std::size_t{1} << stride_bits_) {
    const Tail& t = tail[codes[i]];
    const bool right = static_cast<std::int8_t>(ranks[t.byte[0]]) > t.k[0];
    const int next = 1 + right;
    sum += t.leaf[2 * right + (static_cast<std::int8_t>(ranks[t.byte[next]]) > t.k[next])];
  }
  return sum;
}

template <class S>
S GroupedForest<S>::sum(S start, int first, int count, const std::uint8_t* codes, const std::uint8_t* ranks) const {
  if (!tails_.empty())
    return sum_of_tails(start, &tails_[static_cast<std::size_t>(first) << stride_bits_], count, codes, ranks);
  const S* of = value(first, 0);
  switch (stride_bits_) {
    case 3: return sum_of<3>(of, start, count, codes);
    case 4: return sum_of<4>(of, start, count, codes);
    case 5: return sum_of<5>(of, start, count, codes);
    case 6: return sum_of<6>(of, start, count, codes);
    case 7: return sum_of<7>(of, start, count, codes);
    default: return sum_of<8>(of, start, count, codes);
  }
}

template class GroupedForest<float>;
template class GroupedForest<double>;

}  // namespace lading::trees
