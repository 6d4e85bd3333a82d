#include "graph/memory.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace lading {
namespace {

constexpr std::size_t large_page = 2 << 20;
// Smaller weights are not worth the rest of a chunk that nobody takes.
constexpr std::size_t smallest_chunk = 256 << 10;

}  // namespace

std::byte* allocate_pages(std::size_t bytes) {
  void* found = nullptr;
  if (posix_memalign(&found, bytes < large_page ? alignment : large_page, bytes) != 0) return nullptr;
  auto* p = static_cast<std::byte*>(found);
  if (bytes < large_page) return p;
#if defined(MADV_HUGEPAGE) && defined(MADV_POPULATE_WRITE)
  // advice: where the system does not take it, all works as before
  const std::size_t whole = bytes / large_page * large_page;
  (void)madvise(p, whole, MADV_HUGEPAGE);
  (void)madvise(p + whole, bytes - whole, MADV_POPULATE_WRITE);  // the small pages of the rest, all at once
#endif
  return p;
}

std::shared_ptr<std::byte> WeightMemory::take(std::size_t bytes) {
  const std::size_t size = aligned(bytes + tail);
  if (at_ + size > size_) {
    if (size > expected_ || expected_ < smallest_chunk) return {allocate(bytes).release(), FreeMemory()};
    size_ = expected_, at_ = 0;
    chunk_ = {allocate(size_).release(), FreeMemory()};
    expected_ = smallest_chunk;  // of what comes after
  }
  std::byte* piece = chunk_.get() + at_;
  at_ += size;
  return {chunk_, piece};
}

}  // namespace lading
