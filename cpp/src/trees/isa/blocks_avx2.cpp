#include "trees/isa/blocks_avx2.hpp"

#include "trees/isa/groups_avx2.hpp"

namespace lading::trees {
namespace avx2 {
namespace {

constexpr size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Enough for sums of either type.
size_t block_bytes(const Blocks& b) {
  return aligned(size_t(planes) * mask_bytes) + aligned(block_rows) +
         aligned(size_t(b.outputs) * block_rows * sizeof(double)) + aligned(size_t(b.slots) * mask_bytes);
}

template <class T>
void make_conditions(const Blocks& b, const Segment<T>* segments, int count, const BlockRows<T>& rows, uint8_t* plane,
                     uint8_t* arena) {
  store(arena, zero());
  store(arena + mask_bytes, ones());
  const uint8_t* rank = b.ranks;
  for (int i = 0; i < count; ++i) {
    rank_planes(segments[i], rows, plane);
    ConditionMasks masks;
    masks.prepare(plane, segments[i].levels);
    uint8_t* to = arena + size_t(b.first_condition[i]) * mask_bytes;
    for (int n = 0; n < b.left_count[i]; ++n, to += mask_bytes)
      store(to, _mm256_or_si256(masks.at_most(*rank++), masks.missing));
    for (int n = 0; n < b.right_count[i]; ++n, to += mask_bytes)
      store(to, _mm256_andnot_si256(masks.missing, masks.at_most(*rank++)));
  }
}

void make_codes(const Blocks& b, int tree, uint8_t* arena, uint8_t* codes) {
  const MaskOperation* end = b.operations + b.operation_offset[tree + 1];
  for (const MaskOperation* o = b.operations + b.operation_offset[tree]; o != end; ++o)
    store(arena + size_t(o->to) * mask_bytes,
          choose(load(arena + size_t(o->if_) * mask_bytes), load(arena + size_t(o->then) * mask_bytes),
                 load(arena + size_t(o->else_) * mask_bytes)));
  Bytes bits[8];
  for (Bytes& bit : bits) bit = zero();
  const uint16_t* condition = b.conditions + b.condition_offset[tree];
  switch (b.depth[tree]) {
    case 1: complete_tree<1>(arena, condition, bits); break;
    case 2: complete_tree<2>(arena, condition, bits); break;
    case 3: complete_tree<3>(arena, condition, bits); break;
    case 4: complete_tree<4>(arena, condition, bits); break;
    case 5: complete_tree<5>(arena, condition, bits); break;
    case 6: complete_tree<6>(arena, condition, bits); break;
    case 7: complete_tree<7>(arena, condition, bits); break;
    default: complete_tree<8>(arena, condition, bits);
  }
  bits_to_codes(bits);
  for (int i = 0; i < 8; ++i) store(codes + 32 * i, bits[i]);
}

void add_leaves(const Blocks& b, int tree, const uint8_t* codes, float* sums) {
  if (!b.leaf_bytes) return add_one_by_one(static_cast<const float*>(b.leaves) + (size_t(tree) << b.bits), codes, sums);
  const uint8_t* leaf = b.leaf_bytes + (size_t(tree) << b.bits) * 4;
  switch (b.bits) {
    case 4: return add_by_bytes<4>(leaf, codes, sums);
    case 5: return add_by_bytes<5>(leaf, codes, sums);
    case 6: return add_by_bytes<6>(leaf, codes, sums);
    default: return add_by_bytes<7>(leaf, codes, sums);
  }
}
void add_leaves(const Blocks& b, int tree, const uint8_t* codes, double* sums) {
  add_one_by_one(static_cast<const double*>(b.leaves) + (size_t(tree) << b.bits), codes, sums);
}

template <class T, class S>
void block(const Blocks& b, const Segment<T>* segments, int count, const T* x, int64_t stride, int rows, S* sums,
           uint8_t* memory) {
  BlockRows<T> placed;
  place_rows(placed, x, stride, rows, b.leaf_bytes != nullptr);
  uint8_t* plane = memory;
  uint8_t* codes = plane + aligned(size_t(planes) * mask_bytes);
  S* total = reinterpret_cast<S*>(codes + aligned(block_rows));
  uint8_t* arena = reinterpret_cast<uint8_t*>(total) + aligned(size_t(b.outputs) * block_rows * sizeof(S));
  make_conditions(b, segments, count, placed, plane, arena);
  for (int r = 0; r < block_rows; ++r)
    for (int o = 0; o < b.outputs; ++o) total[o * block_rows + r] = sums[(r < rows ? r : 0) * b.outputs + o];
  for (int t = 0; t < b.trees; ++t) {
    make_codes(b, t, arena, codes);
    add_leaves(b, t, codes, total + b.output[t] * block_rows);
  }
  for (int r = 0; r < rows; ++r)
    for (int o = 0; o < b.outputs; ++o) sums[r * b.outputs + o] = total[o * block_rows + r];
}

}  // namespace

extern const TreeKernels table;
const TreeKernels table = {
    rank_row_float,       rank_row_double,       group, block_bytes, block<float, float>,
    block<float, double>, block<double, double>,
};

}  // namespace avx2
}  // namespace lading::trees
