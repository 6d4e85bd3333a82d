// Leaves that are linear functions of the variables, as LightGBM's linear trees have them: constant + c1 x1 + c2 x2 ...,
// each product and each addition rounded, or the leaf's own value where one of these x is NaN.
#pragma once
#include <vector>

#include "trees/arrays.hpp"
#include "trees/forest.hpp"

namespace lading::trees {

// Reads the linear inputs, if there are any, into a forest that has its leaves and splits. Throws Error for some of the
// inputs without the others, terms out of range, and columns that cannot be.
void read_linear(const Definition& definition, const Arrays& arrays, Forest& forest);

class LinearLeaves {
 public:
  explicit LinearLeaves(const Forest& forest) : leaves_(forest.linear), terms_(forest.terms) {}

  bool none() const { return leaves_.empty(); }
  // What a leaf is worth for a row, in the type S of the sums; `otherwise` is its own value, times its tree's weight.
  template <class T, class S> S value(std::int32_t leaf, const T* x, S otherwise) const {
    const Linear& of = leaves_[static_cast<std::size_t>(leaf)];
    if (of.begin < 0) return otherwise;
    S sum = static_cast<S>(of.constant);
    const Term* term = terms_.data() + of.begin;
    for (std::int32_t t = 0; t < of.terms; ++t) {
      const S given = static_cast<S>(x[term[t].feature]);
      if (given != given) return otherwise;
      sum += static_cast<S>(term[t].coefficient) * given;
    }
    return sum * static_cast<S>(of.weight);
  }
  std::size_t bytes() const { return leaves_.size() * sizeof(Linear) + terms_.size() * sizeof(Term); }

 private:
  std::vector<Linear> leaves_;
  std::vector<Term> terms_;
};

}  // namespace lading::trees
