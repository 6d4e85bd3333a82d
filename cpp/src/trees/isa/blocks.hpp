// Bit-sliced trees on a block of rows: one bit for each row, one register for one condition of all rows.
//   rows --rank--> bit planes of ranks --> masks of conditions --> bits of leaf codes --> codes --> leaves --> sums
//
// To be included after the bytes and the ranks of an instruction set.
#pragma once

#include "trees/isa/leaves.hpp"

namespace lading::trees::LADING_ISA_NAMESPACE {
namespace {

constexpr size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Masks of "rank <= k" for all k of a segment that splits ask for.
template <int rows> struct ConditionMasks {
  using M = Masks<rows>;
  using V = typename M::V;
  V low[16], equal[16], below[16];  // low four bits <= k; high bits = h, < h
  V missing;

  LADING_TREES_INLINE void prepare(const uint8_t* plane, int levels) {
    constexpr int mask_bytes = rows / 8;
    const int lows = levels < 4 ? levels : 4, highs = levels - lows;
    low[0] = M::all();
    for (int bit = 0; bit < lows; ++bit) {
      const V q = M::load(plane + (levels - 1 - bit) * mask_bytes);
      for (int n = 1 << bit, k = n; k--;) {
        const V old = low[k];
        low[k + n] = M::or_not(old, q);
        low[k] = M::but_not(old, q);
      }
    }
    equal[0] = M::all();
    for (int bit = 0; bit < highs; ++bit) {
      const V q = M::load(plane + (highs - 1 - bit) * mask_bytes);
      for (int n = 1 << bit, k = n; k--;) {
        const V old = equal[k];
        equal[k + n] = M::both(q, old);
        equal[k] = M::but_not(old, q);
      }
    }
    below[0] = M::none();
    for (int h = 1; h < 1 << highs; ++h) below[h] = M::any(below[h - 1], equal[h - 1]);
    missing = M::load(plane + 8 * mask_bytes);
  }
  LADING_TREES_INLINE V at_most(int k) const { return M::or_both(below[k >> 4], equal[k >> 4], low[k & 15]); }
};

template <class T, int rows>
void make_conditions(const Blocks& b, const Segment<T>* segments, int count, BlockRows<T, rows>& placed, uint8_t* plane,
                     uint8_t* arena) {
  using M = Masks<rows>;
  constexpr int mask_bytes = rows / 8;
  M::store(arena, M::none());
  M::store(arena + mask_bytes, M::all());
  const uint8_t* rank = b.ranks;
  for (int i = 0; i < count; ++i) {
    placed.planes(segments[i], plane);
    ConditionMasks<rows> masks;
    masks.prepare(plane, segments[i].levels);
    uint8_t* to = arena + size_t(b.first_condition[i]) * mask_bytes;
    for (int n = 0; n < b.left_count[i]; ++n, to += mask_bytes)
      M::store(to, M::any(masks.at_most(*rank++), masks.missing));
    for (int n = 0; n < b.right_count[i]; ++n, to += mask_bytes)
      M::store(to, M::but_not(masks.at_most(*rank++), masks.missing));
  }
}

// Masks of the sets that rows are in: eight codes share a byte of a table.
template <class T, int rows>
void make_sets(const Blocks& b, const Categories& column, const BlockRows<T, rows>& placed, uint8_t* arena) {
  alignas(64) uint8_t byte[rows], bit[rows];
  for (int q = 0; q < rows; ++q) {
    const unsigned code = code_of(column, placed.of_bit[q][column.feature]);
    byte[q] = static_cast<uint8_t>(code / 8), bit[q] = static_cast<uint8_t>(1 << code % 8);
  }
  for (int s = column.first_set; s < column.first_set + column.sets; ++s) {
    Table<5> table;
    table.read(b.sets + size_t(s) * table_bytes);
    uint8_t* to = arena + (b.first_set + size_t(s)) * (rows / 8);
    for (int q = 0; q < rows; q += register_bytes)
      *reinterpret_cast<Bits*>(to + q / 8) = bytes_in_common(table[load(byte + q)], load(bit + q));
  }
}

// The bits of a complete tree's leaf code: bit l is the condition of the node reached at level l, chosen by the oldest
// bit first. The nodes of a level are numbered by the way to them.
template <int level, class M>
LADING_TREES_INLINE typename M::V met(const uint8_t* arena, const uint16_t* condition, const typename M::V* bits) {
  if constexpr (level == 0) return M::load(arena + size_t(condition[0]) * sizeof(typename M::V));
  else {
    const typename M::V no = met<level - 1, M>(arena, condition, bits);
    const typename M::V yes = met<level - 1, M>(arena, condition + (1 << (level - 1)), bits);
    return M::choose(bits[level - 1], yes, no);
  }
}
template <int level, int depth, class M>
LADING_TREES_INLINE void meet(const uint8_t* arena, const uint16_t* condition, typename M::V* bits) {
  if constexpr (level < depth) {
    bits[level] = met<level, M>(arena, condition + (1 << level) - 1, bits);
    meet<level + 1, depth, M>(arena, condition, bits);
  }
}
template <int depth, class M> void complete_tree(const uint8_t* arena, const uint16_t* condition, typename M::V* bits) {
  meet<0, depth, M>(arena, condition, bits);
}

// Byte m of row i of eight becomes the code of row 8 m + i.
template <class M> LADING_TREES_INLINE void bits_to_codes(typename M::V* r) {
  for (int i = 0; i < 4; ++i) M::template swap_bits<4>(r[i], r[i + 4], 0x0f);
  for (int i = 0; i < 8; i += i == 1 ? 3 : 1)
    if (i < 6) M::template swap_bits<2>(r[i], r[i + 2], 0x33);
  for (int i = 0; i < 8; i += 2) M::template swap_bits<1>(r[i], r[i + 1], 0x55);
}

template <class M> void find_bits(const uint8_t* arena, const uint16_t* condition, int depth, typename M::V* bits) {
  switch (depth) {
    case 1: return complete_tree<1, M>(arena, condition, bits);
    case 2: return complete_tree<2, M>(arena, condition, bits);
    case 3: return complete_tree<3, M>(arena, condition, bits);
    case 4: return complete_tree<4, M>(arena, condition, bits);
    case 5: return complete_tree<5, M>(arena, condition, bits);
    case 6: return complete_tree<6, M>(arena, condition, bits);
    case 7: return complete_tree<7, M>(arena, condition, bits);
    default: return complete_tree<8, M>(arena, condition, bits);
  }
}

template <int rows> void make_codes(const Blocks& b, int tree, uint8_t* arena, uint8_t* codes) {
  using M = Masks<rows>;
  constexpr int mask_bytes = rows / 8;
  const auto mask = [=](uint16_t slot) { return M::load(arena + size_t(slot) * mask_bytes); };
  const MaskOperation* end = b.operations + b.operation_offset[tree + 1];
  for (const MaskOperation* o = b.operations + b.operation_offset[tree]; o != end; ++o)
    M::store(arena + size_t(o->to) * mask_bytes, M::choose(mask(o->if_), mask(o->then), mask(o->else_)));
  typename M::V bits[8];
  for (auto& bit : bits) bit = M::none();
  const uint16_t* condition = b.conditions + b.condition_offset[tree];
  const int depth = b.depth[tree];
  if (b.same_in_level[tree])
    for (int level = 0; level < depth; ++level) bits[level] = mask(condition[level]);
  else find_bits<M>(arena, condition, depth, bits);
  bits_to_codes<M>(bits);
  for (int i = 0; i < 8; ++i) M::store(codes + mask_bytes * i, bits[i]);
}

// Where the rows of a block lie: code byte q of a block is that of bit 8 (q % bytes) + q / bytes of a mask, and unpacking
// the bytes of a number shuffles a register of rows.
template <class T, class S, int rows>
void place_rows(BlockRows<T, rows>& placed, const T* x, int64_t stride, int count, bool shuffled) {
  for (int q = 0; q < rows; ++q) {
    const int row = shuffled ? row_of_code<S>(q) : q;
    placed.of_bit[8 * (q % (rows / 8)) + q / (rows / 8)] = x + (row < count ? row : count - 1) * stride;
  }
}

template <class T, class S, int rows>
void block(const Blocks& b, const Segment<T>* segments, int segment_count, const T* x, int64_t stride, int count,
           S* sums, uint8_t* memory) {
  BlockRows<T, rows> placed;
  place_rows<T, S, rows>(placed, x, stride, count, b.leaf_bytes != nullptr);
  uint8_t* plane = memory;
  uint8_t* codes = plane + aligned(9 * size_t(rows / 8));
  S* total = reinterpret_cast<S*>(codes + most_together * size_t(rows));
  uint8_t* columns = reinterpret_cast<uint8_t*>(total) + aligned(size_t(b.outputs) * rows * sizeof(S));
  uint8_t* arena = columns + BlockRows<T, rows>::scratch;
  placed.prepare(stride, columns);
  make_conditions<T, rows>(b, segments, segment_count, placed, plane, arena);
  for (int c = 0; c < b.category_columns; ++c) make_sets<T, rows>(b, b.categories[c], placed, arena);
  for (int r = 0; r < rows; ++r)
    for (int o = 0; o < b.outputs; ++o) total[o * rows + r] = sums[(r < count ? r : 0) * b.outputs + o];
  for (int t = 0; t < b.trees;) {
    const int some = together<S>(b, t);
    for (int i = 0; i < some; ++i) make_codes<rows>(b, t + i, arena, codes + i * rows);
    for (int v = 0; v < b.width; ++v) add_leaves(b, v, t, some, codes, rows, total + (b.output[t] + v) * rows);
    t += some;
  }
  for (int r = 0; r < count; ++r)
    for (int o = 0; o < b.outputs; ++o) sums[r * b.outputs + o] = total[o * rows + r];
}

}  // namespace
}  // namespace lading::trees::LADING_ISA_NAMESPACE
