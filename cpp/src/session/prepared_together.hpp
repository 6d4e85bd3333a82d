// Neighbouring variables of one input that are prepared by the same verbs, each with its own numbers: a row of slots,
// or of structs, goes their way at once, as one variable's column does in Preparation, to the same bits.
#pragma once
#include <vector>

#include "bundle/bundle.hpp"

namespace lading {

class PreparedTogether {
 public:
  // Of `count` variables from `first` on; `raw` is the type of their slots, `target` that of the tensor.
  PreparedTogether(const Variable* first, std::size_t count, Type raw, Type target);

  // Variables that two neighbours may both be of: nothing but verbs, and NaN or infinity for missing.
  static bool suits(const Variable& variable, Type target);
  static bool alike(const Variable& one, const Variable& other);

  // One row of variables [begin, begin + count). False: some number does not fit into the target, and nothing of it counts.
  bool run(std::size_t begin, std::size_t count, const std::byte* row, std::byte* prepared) const;

 private:
  template <class Raw> bool piece(std::size_t begin, std::size_t count, const Raw* row, std::byte* prepared) const;
  template <class Raw> bool finish(const Raw* work, std::size_t count, std::byte* prepared) const;
  template <class Raw> void replace_missing(std::size_t begin, std::size_t count, Raw* work) const;

  const Variable* first_;
  std::size_t count_;
  Type raw_, target_;
  std::vector<double> numbers_;  // for each step, a of all variables and then b; at last what stands in for missing
};

}  // namespace lading
