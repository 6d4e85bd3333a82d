// Forests with AVX-512 and its VBMI.
#include "trees/isa/rank_avx512.hpp"

#include "trees/isa/blocks.hpp"
#include "trees/isa/groups.hpp"
#include "trees/isa/table.hpp"

namespace lading::trees::avx512 {

extern const TreeKernels table;
const TreeKernels table = kernels_of_widths<128, 256, 512>();

}  // namespace lading::trees::avx512
