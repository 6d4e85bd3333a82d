// What the fast forest kernels read: plain structures over memory that others own. This header is seen by files
// compiled for wide instructions, so it includes no C++ standard header (see kernels.hpp).
//
// The idea of both kernels: rank(x) = how many of a column's sorted thresholds t are <= x, one byte, so that
//     x < t[k]  <=>  rank(x) <= k
// and all trees share the comparisons with the thresholds. A missing value has rank 0 where it goes left, and 255
// where it goes right: columns whose splits do both get two bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace lading::trees {

constexpr float zero_limit = 1e-35f;  // |x| up to here counts as zero where zeros are missing, as LightGBM has it
constexpr int most_ranked = 254;      // thresholds of a segment; rank `count` in a split means "always left"
constexpr int row_bytes = 256;        // of the ranks of one row; what no split looks at is written to the last one
constexpr int unused_byte = 255;
constexpr int most_columns = 128;  // rank bytes that a split may look at
constexpr int lanes = 64;          // trees of a group
constexpr int most_widths = 3;     // of blocks
constexpr int table_bytes = 32;    // of a set of categories
constexpr uint8_t no_code = 0, missing_code = 1, first_code = 2, last_code = 255;  // of categories; none is in no set

// Sorted thresholds of one column under one rule for missing values; T is the type that is compared.
template <class T> struct Segment {
  int32_t feature, count, levels;  // levels: bits of the largest rank
  uint8_t nan_is_zero, zero_is_missing, has_left, has_right;
  uint8_t left_byte, right_byte;  // of a row's ranks
  alignas(64) T pivot[16];        // the last threshold of each sixteen ...
  alignas(64) T fine[256];        // ... and all, padded with NaN, which is never reached
  alignas(64) T tree[256];        // the same as a search tree of `levels`: below node i stand 2 i and 2 i + 1
};

// Categories of one column under one rule for what is none, as bytes: which of them each set has is a table of 256 bits.
struct Categories {
  int32_t feature, limit;   // numbers from `limit` on are no categories
  int32_t first_set, sets;  // that splits ask for
  const uint8_t* code;      // of each category
  uint8_t nan_is_zero, zero_is_missing, negative_is_none;
};

// The byte that stands for a value of a column. Static: no weak symbols of wide instructions.
template <class T> static inline uint8_t code_of(const Categories& column, T x) {
  if (column.nan_is_zero) x = x != x ? T(0) : x;
  else if (x != x || (column.zero_is_missing && x >= T(-zero_limit) && x <= T(zero_limit))) return missing_code;
  if (!(x > -1 && x < static_cast<T>(column.limit)) || (column.negative_is_none && x < 0)) return no_code;
  return column.code[static_cast<int32_t>(x)];
}

// Sixty-four trees of one row at a time, lane = tree. Level mode (depth > 0): trees padded to complete ones, data
// [slot of the complete tree][byte 64][threshold 64]. Else cursor mode: [slot in preorder][byte 64][threshold 64]
// [first leaf below 64][first leaf of the right child 64].
struct Groups {
  int32_t count, depth, columns;
  const uint8_t* data;
  const uint32_t* offset;  // of each group in data
  const int32_t* slots;    // of each group in cursor mode
};

// One mask operation: arena[to] = arena[if_] ? arena[then] : arena[else_].
struct MaskOperation {
  uint16_t if_, then, else_, to;
};

// Bit-sliced trees of a block of rows. Slots of masks: 0 false, 1 true, the conditions, then room for operations.
struct Blocks {
  int32_t trees, outputs, bits;              // bits of a leaf's code, the same for all trees
  int32_t width;                             // values of a leaf: 1, or one for each output
  int32_t slots;                             // masks of a block
  const uint32_t* first_condition;           // of each segment
  const uint16_t *left_count, *right_count;  // conditions of each segment, by where missing values go
  const uint8_t* ranks;                      // their k, segment by segment, left ones first
  const Categories* categories;              // columns of them
  int32_t category_columns;
  uint32_t first_set;            // among the masks; sets follow each other
  const uint8_t* sets;           // their tables
  const int32_t* depth;          // of each tree, complete
  const uint8_t* same_in_level;  // of each tree: all nodes of a level ask the same
  const uint16_t* conditions;    // of the complete trees, level by level; one for each level where they are the same
  const uint32_t* condition_offset;  // of each tree
  const MaskOperation* operations;
  const uint32_t* operation_offset;  // of each tree, and the end
  const int32_t* output;             // of each tree; trees of an output stand together
  const void* leaves;                // type of the sums: [value][tree][2^bits]
  const uint8_t* leaf_bytes;         // [value][tree][byte of the number][2^bits], or null
};

// What kernels take, in nanoseconds, fitted to measurements of benchmarks/forests.py: only their ratios matter.
struct RowTimes {
  double start, segment, node, tree;  // node: of sixty-four trees
};
struct BlockTimes {
  double start, condition, choice, set;  // of a block
  double rank, float_leaf, double_leaf;  // of a row, for each segment or tree
};

// Kernels that take up to so many rows at once: they add the leaves of rows [count] to sums [row][outputs].
struct BlockKernels {
  int rows;
  BlockTimes times;
  size_t (*bytes)(const Blocks& blocks);  // of memory, aligned 64
  void (*float_float)(const Blocks&, const Segment<float>*, int segments, const float* x, int64_t stride, int count,
                      float* sums, uint8_t* memory);
  void (*float_double)(const Blocks&, const Segment<float>*, int segments, const float* x, int64_t stride, int count,
                       double* sums, uint8_t* memory);
  void (*double_double)(const Blocks&, const Segment<double>*, int segments, const double* x, int64_t stride, int count,
                        double* sums, uint8_t* memory);
};

// What the kernels of an instruction set offer.
struct TreeKernels {
  void (*rank_row_float)(const Segment<float>*, int segments, const float* x, uint8_t* ranks);
  void (*rank_row_double)(const Segment<double>*, int segments, const double* x, uint8_t* ranks);
  // codes[lane] = code of the leaf that each tree of a group leads to
  void (*group)(const Groups& groups, int number, const uint8_t* ranks, uint8_t* codes);
  RowTimes row;
  BlockKernels block[most_widths];                    // the narrowest first; no rows where there are no more
  int most_table_bits_float, most_table_bits_double;  // of codes whose leaves are looked up by bytes
};

// The table of the CPU's instruction set, or null where forests are only walked.
const TreeKernels* tree_kernels();

}  // namespace lading::trees
