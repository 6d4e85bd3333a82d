// Memory slots for values by their lifetimes: each takes the first slot that is free again when it is made.
#pragma once
#include <vector>

namespace lading {

class FirstFit {
 public:
  // The slot of a value that is made at step `from`; others may have it from step `until` on.
  int take(int from, int until) {
    std::size_t slot = 0;
    while (slot < free_from_.size() && free_from_[slot] > from) ++slot;
    if (slot == free_from_.size()) free_from_.push_back(0);
    free_from_[slot] = until;
    return static_cast<int>(slot);
  }
  int count() const { return static_cast<int>(free_from_.size()); }

 private:
  std::vector<int> free_from_;
};

}  // namespace lading
