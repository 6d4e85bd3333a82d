// Which kernels of forests this CPU runs. Those for AVX-512 look up bytes across a register, which not every CPU with
// AVX-512 does: the others take those for AVX2.
#include <cstring>

#include "kernels/kernels.hpp"
#include "trees/layout.hpp"

namespace lading::trees {

#if defined(__x86_64__) && !defined(LADING_BASELINE_ONLY)
namespace avx2 {
extern const TreeKernels table;
}
namespace avx512 {
extern const TreeKernels table;
}
const TreeKernels* tree_kernels() {
  const char* isa = kernels().isa;
  const bool wide = std::strcmp(isa, "avx512") == 0;
  if (wide && __builtin_cpu_supports("avx512vbmi")) return &avx512::table;
  return wide || std::strcmp(isa, "avx2") == 0 ? &avx2::table : nullptr;
}
#elif defined(__aarch64__) && !defined(LADING_BASELINE_ONLY)
namespace neon {
extern const TreeKernels table;
}
const TreeKernels* tree_kernels() { return std::strcmp(kernels().isa, "neon") == 0 ? &neon::table : nullptr; }
#else
const TreeKernels* tree_kernels() { return nullptr; }
#endif

}  // namespace lading::trees
