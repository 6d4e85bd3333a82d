// Sixty-four trees of one row at a time. Level mode: at each level the column and the rank of the node that a tree has
// reached are blended out of those of all nodes of the level, the oldest decision first, so that only the last blend
// waits for the decision just made. Cursor mode, for uneven trees: nodes in preorder; a node is on a tree's way if
// the cursor stands at its first leaf, and moves it to the first leaf on the right.
#include "trees/isa/groups_avx2.hpp"

#include "trees/isa/rank_avx2.hpp"

namespace lading::trees::avx2 {
namespace {

template <class T> void rank_row(const Segment<T>* segments, int count, const T* x, uint8_t* ranks) {
  for (int i = 0; i < count; ++i) {
    const Segment<T>& s = segments[i];
    const T v = treated(s, x[s.feature]);
    const auto rank = static_cast<uint8_t>(rank_of(s, v));
    const auto missing = static_cast<uint8_t>(-(v != v));
    ranks[s.left_byte] = rank ^ 128;
    ranks[s.right_byte] = (rank | missing) ^ 128;
  }
}

struct Question {
  Bytes byte, rank;
};

// The question of the node that each tree has reached `level` levels below the nodes at `slot`.
template <int level> LADING_TREES_INLINE Question reached(const uint8_t* slot, const Bytes* went_right) {
  if constexpr (level == 0) {
    return {load(slot), load(slot + lanes)};
  } else {
    const Question left = reached<level - 1>(slot, went_right);
    const Question right = reached<level - 1>(slot + (2 * lanes << (level - 1)), went_right);
    return {_mm256_blendv_epi8(left.byte, right.byte, went_right[level - 1]),
            _mm256_blendv_epi8(left.rank, right.rank, went_right[level - 1])};
  }
}

template <int level, int depth, int pieces>
LADING_TREES_INLINE void descend(const uint8_t* slots, const Table<pieces>& ranks, Bytes* went_right, Bytes& code) {
  if constexpr (level < depth) {
    const Question q = reached<level>(slots + ((1 << level) - 1) * 2 * lanes, went_right);
    went_right[level] = _mm256_cmpgt_epi8(ranks[q.byte], q.rank);
    code = _mm256_or_si256(code, _mm256_and_si256(went_right[level], _mm256_set1_epi8(static_cast<char>(1 << level))));
    descend<level + 1, depth, pieces>(slots, ranks, went_right, code);
  }
}

template <int depth, int pieces> void by_levels(const uint8_t* slots, const uint8_t* ranks, uint8_t* codes) {
  Table<pieces> table;
  table.read(ranks);
  for (int half = 0; half < lanes; half += 32) {
    Bytes went_right[8], code = zero();
    descend<0, depth, pieces>(slots + half, table, went_right, code);
    store(codes + half, code);
  }
}

template <int pieces> void by_cursor(const uint8_t* slot, int slots, const uint8_t* ranks, uint8_t* codes) {
  Table<pieces> table;
  table.read(ranks);
  Bytes cursor[2] = {zero(), zero()};
  for (int i = 0; i < slots; ++i, slot += 4 * lanes)
    for (int h = 0; h < 2; ++h) {
      const uint8_t* at = slot + 32 * h;
      const Bytes right = _mm256_cmpgt_epi8(table[load(at)], load(at + lanes));
      const Bytes on_the_way = _mm256_cmpeq_epi8(cursor[h], load(at + 2 * lanes));
      cursor[h] = _mm256_blendv_epi8(cursor[h], load(at + 3 * lanes), _mm256_and_si256(right, on_the_way));
    }
  for (int h = 0; h < 2; ++h) store(codes + 32 * h, cursor[h]);
}

template <int pieces> void group_of(const Groups& g, int number, const uint8_t* ranks, uint8_t* codes) {
  const uint8_t* data = g.data + g.offset[number];
  switch (g.depth) {
    case 0: return by_cursor<pieces>(data, g.slots[number], ranks, codes);
    case 3: return by_levels<3, pieces>(data, ranks, codes);
    case 4: return by_levels<4, pieces>(data, ranks, codes);
    case 5: return by_levels<5, pieces>(data, ranks, codes);
    case 6: return by_levels<6, pieces>(data, ranks, codes);
    case 7: return by_levels<7, pieces>(data, ranks, codes);
    default: return by_levels<8, pieces>(data, ranks, codes);
  }
}

}  // namespace

void rank_row_float(const Segment<float>* s, int count, const float* x, uint8_t* ranks) {
  rank_row(s, count, x, ranks);
}
void rank_row_double(const Segment<double>* s, int count, const double* x, uint8_t* ranks) {
  rank_row(s, count, x, ranks);
}
void group(const Groups& g, int number, const uint8_t* ranks, uint8_t* codes) {
  if (g.columns <= 64) group_of<4>(g, number, ranks, codes);
  else group_of<8>(g, number, ranks, codes);
}

}  // namespace lading::trees::avx2
