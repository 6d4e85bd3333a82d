// Forests with AVX-512 and its VBMI.
#include "trees/isa/rank_avx512.hpp"

#include "trees/isa/blocks.hpp"
#include "trees/isa/groups.hpp"
#include "trees/isa/table.hpp"

namespace lading::trees::avx512 {

extern const TreeKernels table;
const TreeKernels table = tree_kernels({.start = 60, .segment = 1, .node = 0.9, .tree = 0.5},
                                       block_kernels<128>({.start = 2500,
                                                           .condition = 2.8,
                                                           .choice = 0.37,
                                                           .set = 6,
                                                           .rank = 1.4,
                                                           .float_leaf = 0.04,
                                                           .double_leaf = 0.25}),
                                       block_kernels<256>({.start = 2500,
                                                           .condition = 4.7,
                                                           .choice = 0.4,
                                                           .set = 10,
                                                           .rank = 1.4,
                                                           .float_leaf = 0.02,
                                                           .double_leaf = 0.23}),
                                       block_kernels<512>({.start = 2500,
                                                           .condition = 8.3,
                                                           .choice = 0.6,
                                                           .set = 18,
                                                           .rank = 1.4,
                                                           .float_leaf = 0.015,
                                                           .double_leaf = 0.23}));

}  // namespace lading::trees::avx512
