#include "graph/memory_budget.hpp"

#include <algorithm>

namespace lading {

void GiveBack::operator()(std::byte* p) const {
  std::free(p);
  budget->used_ -= bytes;
}

HeldMemory MemoryBudget::take(std::size_t bytes, const std::string& where) {
  if (!allows(bytes)) refuse(bytes, 0, where);
  HeldMemory held(allocate(bytes).release(), {this, bytes});
  used_ += bytes;
  return held;
}

void MemoryBudget::replace(HeldMemory& held, std::size_t bytes) {
  if (!allows(bytes, held.size())) refuse(bytes, held.size(), "");
  held = {};
  held = take(bytes);
}

void MemoryBudget::refuse(std::size_t bytes, std::size_t given_up, const std::string& where) const {
  std::size_t total;
  if (__builtin_add_overflow(used_ - given_up, bytes, &total)) total = ~std::size_t(0);
  throw Error(where + (where.empty() ? "" : ": ") + "this evaluation needs " + std::to_string(total) +
                  " bytes, more than the memory limit of " + std::to_string(limit_) +
                  "; feed fewer entries or shorter sequences, or raise the limit",
              Fault::memory);
}

void Arena::join() {
  chunks_.clear();
  add_chunk(used_, "");
}

void Arena::add_chunk(std::size_t size, const std::string& where) {
  size = std::max(size, std::size_t(4096));
  chunks_.push_back(budget_.take(size, where));
  at_ = 0;
}

std::size_t Arena::capacity() const {
  std::size_t bytes = 0;
  for (const HeldMemory& chunk : chunks_) bytes += chunk.size();
  return bytes;
}

}  // namespace lading
