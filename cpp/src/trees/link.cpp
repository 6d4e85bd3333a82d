#include "trees/link.hpp"

#include <algorithm>

#include "kernels/scalar_math.hpp"

namespace lading::trees {
namespace {

// K is the type that scores are computed in, E the type that the exponential is rounded to.
template <class K, class E> struct Links {
  static E narrow_exp(K x) { return static_cast<E>(scalar_math::exp(static_cast<double>(static_cast<E>(x)))); }
  static K exp(K x) { return static_cast<K>(narrow_exp(x)); }
  static K logistic(K margin, K scale) { return K(1) / (K(1) + exp(-scale * margin)); }
  static K gradient(K margin) { return K(2) / static_cast<K>(E(1) + narrow_exp(K(-2) * margin)) - K(1); }

  template <class S> static void softmax(const S* margins, S* scores, int outputs, bool narrow) {
    K top = static_cast<K>(margins[0]), sum = 0;
    for (int o = 1; o < outputs; ++o) top = std::max(top, static_cast<K>(margins[o]));
    for (int o = 0; o < outputs; ++o) sum += exp(static_cast<K>(margins[o]) - top);
    for (int o = 0; o < outputs; ++o) scores[o] = rounded<S>(exp(static_cast<K>(margins[o]) - top) / sum, narrow);
  }
  template <class S> static S rounded(K score, bool narrow) {
    return narrow ? static_cast<S>(static_cast<float>(score)) : static_cast<S>(score);
  }

  template <class S> static void apply(const Forest& forest, const S* margins, S* scores, std::int64_t rows) {
    const Rules& rules = forest.rules;
    const bool narrow = rules.link_type != LinkType::float64;
    const std::int64_t n = rows * forest.outputs;
    if (rules.link == Link::softmax) {
      for (std::int64_t r = 0; r < n; r += forest.outputs) softmax(margins + r, scores + r, forest.outputs, narrow);
      return;
    }
    const K scale = static_cast<K>(rules.link_scale);
    for (std::int64_t i = 0; i < n; ++i) {
      const K m = static_cast<K>(margins[i]);
      scores[i] = rounded<S>(rules.link == Link::logistic ? logistic(m, scale)
                             : rules.link == Link::exp    ? exp(m)
                                                          : gradient(m),
                             narrow);
    }
  }
};

template <class S> void link(const Forest& forest, const S* margins, S* scores, std::int64_t rows) {
  const std::int64_t n = rows * forest.outputs;
  if (forest.rules.link == Link::identity) std::copy(margins, margins + n, scores);
  else if (forest.rules.link_type == LinkType::float32) Links<float, float>::apply(forest, margins, scores, rows);
  else if (forest.rules.link_type == LinkType::float64) Links<double, double>::apply(forest, margins, scores, rows);
  else Links<double, float>::apply(forest, margins, scores, rows);
}

}  // namespace

template <class S> void finish(const Forest& forest, S* sums, S* scores, std::int64_t rows) {
  const Rules& rules = forest.rules;
  const std::int64_t n = rows * forest.outputs;
  if (rules.combine != Combine::sum)
    for (std::int64_t i = 0; i < n; ++i) sums[i] /= static_cast<S>(forest.divisor);
  if (rules.scale != 1)
    for (std::int64_t i = 0; i < n; ++i) sums[i] *= static_cast<S>(rules.scale);
  if (!rules.base_first)
    for (std::int64_t i = 0; i < n; ++i)
      sums[i] += static_cast<S>(forest.base[static_cast<std::size_t>(i % forest.outputs)]);
  if (scores) link(forest, sums, scores, rows);
}
template void finish(const Forest&, float*, float*, std::int64_t);
template void finish(const Forest&, double*, double*, std::int64_t);

}  // namespace lading::trees
