// The powers that norms are made of: |x|^p, and the p-th root of their sum.
#pragma once
#include <cmath>

#include "kernels/scalar_math.hpp"
#include "operators/operator.hpp"

namespace lading {

inline double power_of_size(double x, std::int64_t p) {
  return p == 1 ? std::abs(x) : p == 2 ? x * x : scalar_math::pow(std::abs(x), static_cast<double>(p));
}
inline double root(double sum, std::int64_t p) {
  return p == 1 ? sum : p == 2 ? std::sqrt(sum) : scalar_math::pow(sum, 1 / static_cast<double>(p));
}
inline std::int64_t norm_attribute(const Definition& definition) {
  const std::int64_t p = definition.integer("p", 2);
  if (p < 1) definition.fail("attribute 'p' is " + std::to_string(p) + "; it must be at least 1");
  return p;
}

}  // namespace lading
