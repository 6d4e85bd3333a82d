// Which kernels of forests this CPU runs. They work on bytes in registers of 32, which AVX-512 has too.
#include <cstring>

#include "kernels/kernels.hpp"
#include "trees/layout.hpp"

namespace lading::trees {

#if defined(__x86_64__) && !defined(LADING_BASELINE_ONLY)
namespace avx2 {
extern const TreeKernels table;
}
const TreeKernels* tree_kernels() {
  const char* isa = kernels().isa;
  return std::strcmp(isa, "avx2") == 0 || std::strcmp(isa, "avx512") == 0 ? &avx2::table : nullptr;
}
#else
const TreeKernels* tree_kernels() { return nullptr; }
#endif

}  // namespace lading::trees
