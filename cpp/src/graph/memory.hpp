// Memory that the engine owns: 64-byte aligned.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "error.hpp"

namespace lading {

constexpr std::size_t alignment = 64;
// Kernels read whole vectors: every piece of memory may be read this far beyond its end.
constexpr std::size_t tail = 64;

// What a block of entries works on should take no more, to stay in the second-level cache.
constexpr std::size_t block_bytes = 1 << 20;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

struct FreeMemory {
  void operator()(std::byte* p) const { std::free(p); }
};
using Memory = std::unique_ptr<std::byte, FreeMemory>;

// Memory of at least so many bytes, freed by std::free; null if there is none. Large memory lies on large pages where
// the system has them: a page fault costs microseconds, and a model of 5 MB has 1300 small pages.
std::byte* allocate_pages(std::size_t bytes);

inline Memory allocate(std::size_t bytes) {
  std::byte* p = allocate_pages(aligned(bytes + tail));
  if (!p) throw Error("out of memory: " + std::to_string(bytes) + " bytes", Fault::memory);
  return Memory(p);
}

// What operators keep of a plan's constant weights, side by side in one piece of memory, which lives as long as one of
// them does.
class WeightMemory {
 public:
  // about as many bytes as are going to be taken
  explicit WeightMemory(std::size_t expected) : expected_(expected) {}
  std::shared_ptr<std::byte> take(std::size_t bytes);

 private:
  std::shared_ptr<std::byte> chunk_;
  std::size_t expected_, at_ = 0, size_ = 0;
};

}  // namespace lading
