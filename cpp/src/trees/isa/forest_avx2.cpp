// Forests with AVX2.
#include "trees/isa/rank_avx2.hpp"

#include "trees/isa/blocks.hpp"
#include "trees/isa/groups.hpp"
#include "trees/isa/table.hpp"

namespace lading::trees::avx2 {

extern const TreeKernels table;
const TreeKernels table =
    tree_kernels({.start = 60, .segment = 2, .node = 1.5, .tree = 0.5}, block_kernels<256>({.start = 500,
                                                                                            .condition = 4.5,
                                                                                            .choice = 0.65,
                                                                                            .set = 15,
                                                                                            .rank = 1.8,
                                                                                            .float_leaf = 0.15,
                                                                                            .double_leaf = 0.65}));

}  // namespace lading::trees::avx2
