// Which instruction set this CPU has, asked once.
#include "kernels/kernels.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "error.hpp"

namespace lading {

namespace baseline {
extern const Kernels table;
}
#if defined(__x86_64__) && !defined(LADING_BASELINE_ONLY)
namespace avx2 {
extern const Kernels table;
}
namespace avx512 {
extern const Kernels table;
}
#elif defined(__aarch64__) && !defined(LADING_BASELINE_ONLY)
namespace neon {
extern const Kernels table;
}
#endif

namespace {

// From the best to the one that every CPU runs.
constexpr const char* instruction_sets[] = {"avx512", "avx2", "neon", "baseline"};

// What the environment asks for; null if it asks for nothing.
const char* wanted() {
  const char* isa = std::getenv("LADING_ISA");
  return isa && *isa ? isa : nullptr;
}

const Kernels* pick() {
  const char* asked = wanted();
  if (const Kernels* found = asked ? kernels_for(asked) : nullptr) return found;
  for (const char* isa : instruction_sets)
    if (const Kernels* found = kernels_for(isa)) return found;
  return &baseline::table;
}

}  // namespace

const Kernels* kernels_for(const char* isa) {
  const auto is = [isa](const char* name) { return std::strcmp(isa, name) == 0; };
  if (is("baseline")) return &baseline::table;
#if defined(__x86_64__) && !defined(LADING_BASELINE_ONLY)
  __builtin_cpu_init();
  const bool haswell = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                       __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool skylake = haswell && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl");
  if (is("avx2") && haswell) return &avx2::table;
  if (is("avx512") && skylake) return &avx512::table;
#elif defined(__aarch64__) && !defined(LADING_BASELINE_ONLY)
  if (is("neon")) return &neon::table;
#endif
  return nullptr;
}

const Kernels& kernels() {
  static const Kernels* const picked = pick();
  return *picked;
}

void check_instruction_set() {
  const char* asked = wanted();
  if (!asked || kernels_for(asked)) return;
  std::vector<std::string> there;
  for (const char* isa : instruction_sets)
    if (kernels_for(isa)) there.emplace_back(isa);
  throw Error("LADING_ISA='" + std::string(asked) + "' names no instruction set of this library on this CPU " +
                  suggestion(asked, there),
              Fault::name);
}

}  // namespace lading
