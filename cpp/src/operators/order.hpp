// Which of many elements come first: equal ones in the order of their places, NaN as the largest of all.
#pragma once
#include "operators/sort_key.hpp"

namespace lading {

struct Candidate {
  std::uint64_t key;
  std::int64_t index;
  bool operator<(const Candidate& other) const { return key != other.key ? key < other.key : index < other.index; }
};

// The first `count` of them, in order. One function for all types.
void sort_first(Candidate* candidates, std::int64_t count, std::int64_t length);

// What TopK and what is made of it say of too few elements.
[[noreturn]] void refuse_count(const Operands& io, std::int64_t count, std::int64_t length);

}  // namespace lading
