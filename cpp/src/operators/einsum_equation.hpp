// The equation of Einsum, read.
#pragma once
#include <algorithm>
#include <vector>

#include "operators/operator.hpp"

namespace lading {

constexpr int most_letters = 24;  // of one equation

// The labels of one operand, or of the result: a number for each letter; `ellipsis` stands for "...".
constexpr int ellipsis = -1;
using Term = std::vector<int>;
inline bool has_ellipsis(const Term& term) { return std::count(term.begin(), term.end(), ellipsis) > 0; }
inline int named(const Term& term) { return static_cast<int>(term.size()) - has_ellipsis(term); }

struct Equation {
  std::vector<Term> inputs;
  Term output;
};
// Attribute 'equation' of a node; without "->" the result is implied. Fails if it is wrong.
Equation read_equation(const Definition& definition);

}  // namespace lading
