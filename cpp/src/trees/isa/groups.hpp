// Sixty-four trees of one row at a time. Level mode: at each level the column and the rank of the node that a tree has
// reached are picked out of those of all nodes of the level, the oldest decision first, so that only the last pick
// waits for the decision just made. Cursor mode, for uneven trees: nodes in preorder; a node is on a tree's way if
// the cursor stands at its first leaf, and moves it to the first leaf on the right.
//
// To be included after the bytes of an instruction set.
#pragma once

namespace lading::trees::LADING_ISA_NAMESPACE {
namespace {

struct Question {
  Bytes byte, rank;
};

// The question of the node that each tree has reached `level` levels below the nodes at `slot`.
template <int level> LADING_TREES_INLINE Question reached(const uint8_t* slot, const Decision* went_right) {
  if constexpr (level == 0) {
    return {load(slot), load(slot + lanes)};
  } else {
    const Question left = reached<level - 1>(slot, went_right);
    const Question right = reached<level - 1>(slot + (2 * lanes << (level - 1)), went_right);
    const Decision d = went_right[level - 1];
    return {pick(d, right.byte, left.byte), pick(d, right.rank, left.rank)};
  }
}

template <int level, int depth, class Ranks>
LADING_TREES_INLINE void descend(const uint8_t* slots, const Ranks& ranks, Decision* went_right, Bytes& code) {
  if constexpr (level < depth) {
    const Question q = reached<level>(slots + ((1 << level) - 1) * 2 * lanes, went_right);
    went_right[level] = greater(ranks[q.byte], q.rank);
    code = with_bit(code, went_right[level], level);
    descend<level + 1, depth>(slots, ranks, went_right, code);
  }
}

template <int depth, int bits> void by_levels(const uint8_t* slots, const uint8_t* ranks, uint8_t* codes) {
  Table<bits> table;
  table.read(ranks);
  for (int part = 0; part < lanes; part += register_bytes) {
    Decision went_right[depth];
    Bytes code = zero_bytes();
    descend<0, depth>(slots + part, table, went_right, code);
    store(codes + part, code);
  }
}

template <int bits> void by_cursor(const uint8_t* slot, int slots, const uint8_t* ranks, uint8_t* codes) {
  constexpr int parts = lanes / register_bytes;
  Table<bits> table;
  table.read(ranks);
  Bytes cursor[parts];
  for (int p = 0; p < parts; ++p) cursor[p] = zero_bytes();
  for (int i = 0; i < slots; ++i, slot += 4 * lanes)
    for (int p = 0; p < parts; ++p) {
      const uint8_t* at = slot + register_bytes * p;
      const Decision right = greater(table[load(at)], load(at + lanes));
      const Decision on_the_way = equal_among(right, cursor[p], load(at + 2 * lanes));
      cursor[p] = pick(on_the_way, load(at + 3 * lanes), cursor[p]);
    }
  for (int p = 0; p < parts; ++p) store(codes + register_bytes * p, cursor[p]);
}

template <int bits> void group_of(const Groups& g, int number, const uint8_t* ranks, uint8_t* codes) {
  const uint8_t* data = g.data + g.offset[number];
  switch (g.depth) {
    case 0: return by_cursor<bits>(data, g.slots[number], ranks, codes);
    case 3: return by_levels<3, bits>(data, ranks, codes);
    case 4: return by_levels<4, bits>(data, ranks, codes);
    case 5: return by_levels<5, bits>(data, ranks, codes);
    default: return by_levels<6, bits>(data, ranks, codes);
  }
}

void group(const Groups& g, int number, const uint8_t* ranks, uint8_t* codes) {
  if (g.columns <= 64) group_of<6>(g, number, ranks, codes);
  else group_of<7>(g, number, ranks, codes);
}

}  // namespace
}  // namespace lading::trees::LADING_ISA_NAMESPACE
