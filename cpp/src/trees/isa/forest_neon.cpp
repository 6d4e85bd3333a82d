// Forests with NEON.
#include "trees/isa/rank_neon.hpp"

#include "trees/isa/blocks.hpp"
#include "trees/isa/groups.hpp"
#include "trees/isa/table.hpp"

namespace lading::trees::neon {

// Not measured: AVX2's times, by the width of the registers. What is done to a register takes as long and serves half as
// many rows or trees, so that each of these costs twice as much; ranks half as much again, for comparing is half of
// their work. By the instructions that an emulator counts, for 100 trees of four levels, a block pays from 65 rows, by
// these times from 50.
extern const TreeKernels table;
const TreeKernels table =
    tree_kernels({.start = 60, .segment = 3, .node = 3, .tree = 0.5}, block_kernels<128>({.start = 250,
                                                                                          .condition = 4.5,
                                                                                          .choice = 0.65,
                                                                                          .set = 15,
                                                                                          .rank = 2.7,
                                                                                          .float_leaf = 0.3,
                                                                                          .double_leaf = 1.3}));

}  // namespace lading::trees::neon
