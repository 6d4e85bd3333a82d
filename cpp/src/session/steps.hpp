// One verb of `prepare`, on numbers that stand one after the other.
#pragma once
#include <cmath>
#include <cstdint>

#include "bundle/bundle.hpp"
#include "kernels/scalar_math.hpp"

namespace lading {

// `a(i)` and `b(i)` are the operands for number i: those of one variable, or of each its own.
template <class Raw, class A, class B>
void take_step(Step::Verb verb, Raw* work, std::int64_t count, const A& a, const B& b) {
  const auto each = [&](auto f) {
    for (std::int64_t i = 0; i < count; ++i) work[i] = f(work[i], i);
  };
  const auto real = [&](double (*f)(double)) {
    each([f](Raw x, std::int64_t) { return static_cast<Raw>(f(static_cast<double>(x))); });
  };
  switch (verb) {
    case Step::Verb::add: return each([&](Raw x, std::int64_t i) { return x + a(i); });
    case Step::Verb::subtract: return each([&](Raw x, std::int64_t i) { return x - a(i); });
    case Step::Verb::multiply: return each([&](Raw x, std::int64_t i) { return x * a(i); });
    case Step::Verb::divide: return each([&](Raw x, std::int64_t i) { return x / a(i); });
    case Step::Verb::abs: return each([](Raw x, std::int64_t) { return std::fabs(x); });
    case Step::Verb::sqrt: return each([](Raw x, std::int64_t) { return std::sqrt(x); });
    case Step::Verb::log: return real(&scalar_math::log);
    case Step::Verb::log10: return real(&scalar_math::log10);
    case Step::Verb::log1p: return real(&scalar_math::log1p);
    case Step::Verb::clip:
      return each([&](Raw x, std::int64_t i) {
        return std::isless(x, a(i)) ? a(i) : std::isgreater(x, b(i)) ? b(i) : x;
      });
    case Step::Verb::float32: return each([](Raw x, std::int64_t) { return static_cast<Raw>(static_cast<float>(x)); });
  }
}

}  // namespace lading
