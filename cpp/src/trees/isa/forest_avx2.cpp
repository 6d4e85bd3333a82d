// Forests with AVX2.
#include "trees/isa/rank_avx2.hpp"

#include "trees/isa/blocks.hpp"
#include "trees/isa/groups.hpp"
#include "trees/isa/table.hpp"

namespace lading::trees::avx2 {

extern const TreeKernels table;
const TreeKernels table = kernels_of_widths<256>();

}  // namespace lading::trees::avx2
