// All the memory that one session takes: counted in one place, and never more than a limit.
#pragma once
#include <vector>

#include "graph/memory.hpp"

namespace lading {

class MemoryBudget {
 public:
  struct GiveBack {
    MemoryBudget* budget = nullptr;
    std::size_t bytes = 0;
    void operator()(std::byte* p) const;
  };
  using Held = std::unique_ptr<std::byte, GiveBack>;

  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Memory that counts until it is freed. `where` is the node that asks for it.
  Held take(std::size_t bytes, const std::string& where = "");
  // The same in place of what `held` had, which is freed first.
  void replace(Held& held, std::size_t& capacity, std::size_t bytes);
  // Whether there can be so many bytes more, once `given_up` of those taken are free.
  bool allows(std::size_t bytes, std::size_t given_up = 0) const { return bytes <= limit_ - used_ + given_up; }
  // `where` is the node that asks for most, or for what is too much.
  [[noreturn, gnu::cold]] void refuse(std::size_t bytes, std::size_t given_up, const std::string& where) const;
  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_; }

 private:
  std::size_t limit_, used_ = 0;
};
using HeldMemory = MemoryBudget::Held;

// Hands out pieces until reset(). After the first round, one chunk holds all and nothing is allocated.
class Arena {
 public:
  explicit Arena(MemoryBudget& budget) : budget_(budget) {}

  std::byte* take(std::size_t bytes, const std::string& where) {
    const std::size_t size = aligned(bytes + tail);
    used_ += size;
    if (chunks_.empty() || at_ + size > chunks_.back().size) add_chunk(size, where);
    std::byte* piece = chunks_.back().memory.get() + at_;
    at_ += size;
    return piece;
  }
  void reset() {
    if (chunks_.size() > 1) join();
    at_ = used_ = 0;
  }
  std::size_t capacity() const;

 private:
  struct Chunk {
    HeldMemory memory;
    std::size_t size;
  };
  void join();
  void add_chunk(std::size_t size, const std::string& where);
  std::vector<Chunk> chunks_;
  MemoryBudget& budget_;
  std::size_t at_ = 0, used_ = 0;
};

}  // namespace lading
