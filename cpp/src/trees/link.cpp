#include "trees/link.hpp"

#include <algorithm>

#include "kernels/kernels.hpp"

namespace lading::trees {
namespace {

constexpr int together = 64;  // exponentials that are taken at once

// K is the type that scores are computed in, E the type that the exponential is rounded to.
template <class K, class E> struct Links {
  const Rules& rules;
  int outputs;

  struct Exponentials {
    alignas(64) double of[together];
    // Number i is to be e^x.
    void set(int i, K x) { of[i] = static_cast<double>(static_cast<E>(x)); }
    void take(int n) {
      if (n == 1) return kernels().exp_float64(of, of, 1);
      for (int i = n; i % 8; ++i) of[i] = 0;
      kernels().exp_float64(of, of, (n + 7) / 8 * 8);
    }
    E operator[](int i) const { return static_cast<E>(of[i]); }
  };
  template <class S> S rounded(K score) const {
    return rules.link_type != LinkType::float64 ? static_cast<S>(static_cast<float>(score)) : static_cast<S>(score);
  }

  template <class S> void element_wise(const S* margins, S* scores, int n) const {
    Exponentials e;
    const K factor = rules.link == Link::logistic ? -static_cast<K>(rules.link_scale)
                     : rules.link == Link::exp    ? 1
                                                  : -2;
    for (int i = 0; i < n; ++i) e.set(i, factor * static_cast<K>(margins[i]));
    e.take(n);
    for (int i = 0; i < n; ++i)
      scores[i] = rounded<S>(rules.link == Link::logistic ? K(1) / (K(1) + static_cast<K>(e[i]))
                             : rules.link == Link::exp    ? static_cast<K>(e[i])
                                                          : K(2) / static_cast<K>(E(1) + e[i]) - K(1));
  }

  // Several rows of few outputs, or one row.
  template <class S> void softmax(const S* margins, S* scores, int rows) const {
    Exponentials e;
    for (int r = 0; r < rows; ++r) {
      const S *row = margins + r * outputs, top = *std::max_element(row, row + outputs);
      for (int o = 0; o < outputs; ++o) e.set(r * outputs + o, static_cast<K>(row[o]) - static_cast<K>(top));
    }
    e.take(rows * outputs);
    for (int r = 0; r < rows * outputs; r += outputs) {
      K sum = 0;
      for (int o = 0; o < outputs; ++o) sum += static_cast<K>(e[r + o]);
      for (int o = 0; o < outputs; ++o) scores[r + o] = rounded<S>(static_cast<K>(e[r + o]) / sum);
    }
  }
  template <class S> void softmax_of_many(const S* margins, S* scores) const {
    const S top = *std::max_element(margins, margins + outputs);
    K sum = 0;
    for (int o = 0; o < outputs; o += together) {
      Exponentials e;
      const int n = std::min(together, outputs - o);
      for (int i = 0; i < n; ++i) e.set(i, static_cast<K>(margins[o + i]) - static_cast<K>(top));
      e.take(n);
      for (int i = 0; i < n; ++i) sum += static_cast<K>(e[i]), scores[o + i] = static_cast<S>(e[i]);
    }
    for (int o = 0; o < outputs; ++o) scores[o] = rounded<S>(static_cast<K>(scores[o]) / sum);
  }

  template <class S> void apply(const S* margins, S* scores, std::int64_t rows) const {
    const bool softmax_link = rules.link == Link::softmax, many = outputs > together;
    const std::int64_t n = rows * outputs, each = !softmax_link ? together
                                                  : many        ? outputs
                                                                : together / outputs * outputs;
    for (std::int64_t i = 0; i < n; i += each) {
      const auto some = static_cast<int>(std::min(each, n - i));
      if (!softmax_link) element_wise(margins + i, scores + i, some);
      else if (many) softmax_of_many(margins + i, scores + i);
      else softmax(margins + i, scores + i, some / outputs);
    }
  }
};

template <class S> void link(const Forest& forest, const S* margins, S* scores, std::int64_t rows) {
  const std::int64_t n = rows * forest.outputs;
  if (forest.rules.link == Link::identity) std::copy(margins, margins + n, scores);
  else if (forest.rules.link_type == LinkType::float32)
    Links<float, float>{forest.rules, forest.outputs}.apply(margins, scores, rows);
  else if (forest.rules.link_type == LinkType::float64)
    Links<double, double>{forest.rules, forest.outputs}.apply(margins, scores, rows);
  else Links<double, float>{forest.rules, forest.outputs}.apply(margins, scores, rows);
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
