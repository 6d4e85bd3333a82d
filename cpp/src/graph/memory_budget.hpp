// All the memory that one session takes: counted in one place, and never more than a limit.
#pragma once
#include <vector>

#include "graph/memory.hpp"

namespace lading {

class MemoryBudget;

struct GiveBack {
  MemoryBudget* budget = nullptr;
  std::size_t bytes = 0;
  void operator()(std::byte* p) const;
};

// Memory that counts until it is freed.
class HeldMemory {
 public:
  HeldMemory() = default;
  std::byte* get() const { return memory_.get(); }
  std::size_t size() const { return memory_ ? memory_.get_deleter().bytes : 0; }

 private:
  friend class MemoryBudget;
  HeldMemory(std::byte* p, GiveBack back) : memory_(p, back) {}
  std::unique_ptr<std::byte, GiveBack> memory_;
};

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // `where` is the node that asks for it.
  HeldMemory take(std::size_t bytes, const std::string& where = "");
  // Lets `held` have at least so many bytes. Where it has fewer, it is freed first, and what stood in it is lost.
  void reserve(HeldMemory& held, std::size_t bytes) {
    if (bytes > held.size() || !held.get()) replace(held, bytes);
  }
  // Whether there can be so many bytes more, once `given_up` of those taken are free.
  bool allows(std::size_t bytes, std::size_t given_up = 0) const { return bytes <= limit_ - used_ + given_up; }
  // `where` is the node that asks for most, or for what is too much.
  [[noreturn, gnu::cold]] void refuse(std::size_t bytes, std::size_t given_up, const std::string& where) const;
  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_; }

 private:
  friend struct GiveBack;
  void replace(HeldMemory& held, std::size_t bytes);
  std::size_t limit_, used_ = 0;
};

// Hands out pieces until reset(). After the first round, one chunk holds all and nothing is allocated.
class Arena {
 public:
  explicit Arena(MemoryBudget& budget) : budget_(budget) {}

  std::byte* take(std::size_t bytes, const std::string& where) {
    const std::size_t size = aligned(bytes + tail);
    used_ += size;
    if (chunks_.empty() || at_ + size > chunks_.back().size()) add_chunk(size, where);
    std::byte* piece = chunks_.back().get() + at_;
    at_ += size;
    return piece;
  }
  void reset() {
    if (chunks_.size() > 1) join();
    at_ = used_ = 0;
  }
  std::size_t capacity() const;

 private:
  void join();
  void add_chunk(std::size_t size, const std::string& where);
  std::vector<HeldMemory> chunks_;
  MemoryBudget& budget_;
  std::size_t at_ = 0, used_ = 0;
};

}  // namespace lading
