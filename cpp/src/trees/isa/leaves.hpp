// Leaves of bit-sliced trees: added to the sums of all rows of a block by looking up their bytes.
#pragma once

namespace lading::trees::LADING_ISA_NAMESPACE {
namespace {

constexpr int most_together = 4;  // trees whose leaves are added in one pass over the sums

// Bytes of numbers that lie in `size` registers, unpacked to the numbers: register i of the outcome holds, of each
// sixteen bytes, the numbers i * 16 / size and on.
template <int size, int unit = 1> LADING_TREES_INLINE void unpack(Bytes* r) {
  if constexpr (unit < size) {
    constexpr int pieces = unit;  // registers of each group, two groups become one
    LADING_TREES_UNROLL for (int group = 0; group < size; group += 2 * pieces) {
      Bytes wide[2 * pieces];
      LADING_TREES_UNROLL for (int i = 0; i < pieces; ++i) {
        wide[2 * i] = unpack_low<unit>(r[group + i], r[group + pieces + i]);
        wide[2 * i + 1] = unpack_high<unit>(r[group + i], r[group + pieces + i]);
      }
      LADING_TREES_UNROLL for (int i = 0; i < 2 * pieces; ++i) r[group + i] = wide[i];
    }
    unpack<size, 2 * unit>(r);
  }
}

// The row, among those of a register, whose number unpack() makes of byte q.
template <class S> LADING_TREES_INLINE int row_of_code(int q) {
  constexpr int each = 16 / static_cast<int>(sizeof(S)), quarters = register_bytes / 16;
  const int b = q % register_bytes;
  return q - b + (b % 16 / each * quarters + b / 16) * each + b % each;
}

// How many trees' tables fit the registers.
template <class S, int bits> constexpr int trees_of_tables() {
  constexpr int fit = table_registers / (Table<bits>::registers * static_cast<int>(sizeof(S)));
  return fit < 1 ? 1 : fit > most_together ? most_together : fit;
}

// How many trees from `tree` on are added together: they go to the same output.
template <class S> int together(const Blocks& b, int tree) {
  constexpr int most[] = {trees_of_tables<S, 4>(), trees_of_tables<S, 5>(), trees_of_tables<S, 6>(),
                          trees_of_tables<S, 7>(), trees_of_tables<S, 8>()};
  int n = 1;
  while (n < most[b.bits - 4] && tree + n < b.trees && b.output[tree + n] == b.output[tree]) ++n;
  return n;
}

template <class S, int bits, int trees>
void add_by_bytes(const uint8_t* leaf, const uint8_t* codes, int rows, S* sums) {
  constexpr int size = sizeof(S), each = register_bytes / size;
  Table<bits> table[trees][size];
  LADING_TREES_UNROLL for (int t = 0; t < trees; ++t) LADING_TREES_UNROLL for (int b = 0; b < size; ++b) table[t][b]
      .read(leaf + ((t * size + b) << bits));
  for (int q = 0; q < rows; q += register_bytes, sums += register_bytes) {
    Numbers<S> sum[size];
    LADING_TREES_UNROLL for (int i = 0; i < size; ++i) sum[i].read(sums + i * each);
    LADING_TREES_UNROLL for (int t = 0; t < trees; ++t) {
      const Bytes code = load(codes + t * rows + q);
      Bytes byte[size];
      LADING_TREES_UNROLL for (int b = 0; b < size; ++b) byte[b] = table[t][b][code];
      unpack<size>(byte);
      LADING_TREES_UNROLL for (int i = 0; i < size; ++i) sum[i].add(byte[i]);
    }
    LADING_TREES_UNROLL for (int i = 0; i < size; ++i) sum[i].write(sums + i * each);
  }
}

template <class S, int bits>
LADING_TREES_INLINE void add_with_bits(const Blocks& b, size_t first, int some, const uint8_t* codes, int rows,
                                       S* sums) {
  constexpr int most = trees_of_tables<S, bits>();
  if constexpr (bits <= most_table_bits<S>) {
    const uint8_t* leaf = b.leaf_bytes + (first << bits) * sizeof(S);
    if (some == most) return add_by_bytes<S, bits, most>(leaf, codes, rows, sums);
    for (int t = 0; t < some; ++t)
      add_by_bytes<S, bits, 1>(leaf + (size_t(t) << bits) * sizeof(S), codes + t * rows, rows, sums);
  }
}

// Adds value `value` of the leaves of `some` trees.
template <class S>
void add_leaves(const Blocks& b, int value, int tree, int some, const uint8_t* codes, int rows, S* sums) {
  const size_t first = size_t(value) * size_t(b.trees) + size_t(tree);
  if (b.leaf_bytes) {
    switch (b.bits) {
      case 4: return add_with_bits<S, 4>(b, first, some, codes, rows, sums);
      case 5: return add_with_bits<S, 5>(b, first, some, codes, rows, sums);
      case 6: return add_with_bits<S, 6>(b, first, some, codes, rows, sums);
      case 7: return add_with_bits<S, 7>(b, first, some, codes, rows, sums);
      default: return add_with_bits<S, 8>(b, first, some, codes, rows, sums);
    }
  }
  for (int t = 0; t < some; ++t) {
    const S* leaf = static_cast<const S*>(b.leaves) + ((first + size_t(t)) << b.bits);
    for (int q = 0; q < rows; ++q) sums[q] += leaf[codes[t * rows + q]];
  }
}

}  // namespace
}  // namespace lading::trees::LADING_ISA_NAMESPACE
