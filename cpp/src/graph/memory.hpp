// Memory that the engine owns: 64-byte aligned, counted, and never more than a limit.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

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

// `where` is the node that asks for most, or for what is too much.
inline void refuse_beyond(std::size_t limit, std::size_t bytes, const std::string& where = "") {
  if (bytes > limit)
    throw Error(where + (where.empty() ? "" : ": ") + "this evaluation needs " + std::to_string(bytes) +
                    " bytes, more than the memory limit of " + std::to_string(limit) +
                    "; feed fewer entries or shorter sequences, or raise the limit",
                Fault::memory);
}

// Hands out pieces until reset(). After the first round, one chunk holds all and nothing is allocated.
class Arena {
 public:
  explicit Arena(std::size_t limit) : limit_(limit) {}

  std::byte* take(std::size_t bytes, const std::string& where) {
    const std::size_t size = aligned(bytes + tail);
    used_ += size;
    refuse_beyond(limit_, used_, where);
    if (chunks_.empty() || at_ + size > chunks_.back().size) add_chunk(size);
    std::byte* piece = chunks_.back().memory.get() + at_;
    at_ += size;
    return piece;
  }
  void reset() {
    if (chunks_.size() > 1) {
      chunks_.clear();
      add_chunk(used_);
    }
    at_ = used_ = 0;
  }
  std::size_t capacity() const {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_) bytes += chunk.size;
    return bytes;
  }

 private:
  struct Chunk {
    Memory memory;
    std::size_t size;
  };
  void add_chunk(std::size_t size) {
    size = std::max(size, std::size_t(4096));
    chunks_.push_back({allocate(size), size});
    at_ = 0;
  }
  std::vector<Chunk> chunks_;
  std::size_t limit_, at_ = 0, used_ = 0;
};

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
