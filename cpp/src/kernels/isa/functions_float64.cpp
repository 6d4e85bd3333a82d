// exp, sigmoid and tanh of float64 with the bits of scalar_math: its steps, lane by lane. Numbers whose way there is
// another one (NaN, infinities, limits, what is returned as it is) are left to it.
#include "kernels/isa/float64.hpp"
#include "kernels/isa/table.hpp"
#include "kernels/scalar_math.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct ScaledExp {
  DoubleDouble minus_1;  // e^r - 1
  doubles power;         // n
};
// e^x = e^r 2^n with x = n ln 2 + r, e^r - 1 = r + r^2 / 2 + r^3 / 6 + ...
LADING_FUNCTION ScaledExp scaled_exp(doubles x) {
  constexpr double head = 0x1.62e42fee00000p-1;  // of ln 2: n times this is exact
  const DoubleDouble tail = {doubles{} + 0x1.a39ef35793c76p-33, doubles{} + 0x1.cc01f97b57a08p-87};
  constexpr double series[] = {1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800,
                               1.0 / 3628800,     1.0 / 362880,     1.0 / 40320,     1.0 / 5040,
                               1.0 / 720,         1.0 / 120,        1.0 / 24,        1.0 / 6};
  const doubles n = whole(x * 0x1.71547652b82fep+0);
  const DoubleDouble r = (x - n * head) + -(n * tail), r2 = square(r);
  doubles sum = doubles{} + series[0];
  LADING_UNROLL for (int k = 1; k < 12; ++k) sum = sum * r.high + series[k];
  return {r + (r2.high * r.high * sum + DoubleDouble{r2.high * 0.5, r2.low * 0.5}), n};
}

// Each says for which |x| the way to its numbers is `of`, and what gives the others.
struct Exp {
  static constexpr double least = 0, most = 708;
  static double other(double x) { return scalar_math::exp(x); }
  LADING_FUNCTION doubles of(doubles x) {
    const ScaledExp e = scaled_exp(x);
    return (doubles{} + 1 + e.minus_1).high * power_of_two(e.power);
  }
};
struct Sigmoid {
  static constexpr double least = 0, most = 700;
  static double other(double x) { return scalar_math::sigmoid(x); }
  LADING_FUNCTION doubles of(doubles x) {
    const ScaledExp e = scaled_exp(-(x < 40 ? x : doubles{} + 40));  // 1 from there on
    const doubles scale = power_of_two(e.power);
    const DoubleDouble power = doubles{} + 1 + e.minus_1;
    return reciprocal(doubles{} + 1 + DoubleDouble{scale * power.high, scale * power.low});
  }
};
struct Tanh {
  static constexpr double least = 0x1p-27, most = 40;
  static double other(double x) { return scalar_math::tanh(x); }
  LADING_FUNCTION doubles of(doubles x) {
    const wholes sign = (wholes)x & INT64_MIN;
    const ScaledExp e = scaled_exp(2 * (doubles)((wholes)x ^ sign));
    const doubles scale = power_of_two(e.power);
    DoubleDouble m = DoubleDouble{scale * e.minus_1.high, scale * e.minus_1.low} + exact_sum(scale, doubles{} - 1);
    m.high = e.power == 0 ? e.minus_1.high : m.high, m.low = e.power == 0 ? e.minus_1.low : m.low;
    return (doubles)((wholes)ratio(m, doubles{} + 2 + m) | sign);
  }
};

template <class F> LADING_INLINE doubles of_lanes(doubles x, unsigned& others) {
  const wholes size = (wholes)x & INT64_MAX;
  const wholes ordinary =
      (size >= __builtin_bit_cast(int64_t, F::least)) & (size <= __builtin_bit_cast(int64_t, F::most));
  others = lanes_where(~ordinary);
  return F::of(ordinary ? x : doubles{} + 1);
}

template <class F> void each(const double* x, double* y, int64_t n) {
  constexpr int L = lanes_float64;
  if constexpr (!fma_is_fast) {
    for (int64_t i = 0; i < n; ++i) y[i] = F::other(x[i]);
  } else if (n < L) {
    double some[L];
    for (int l = 0; l < L; ++l) some[l] = x[l < n ? l : 0];
    each<F>(some, some, L);
    for (int l = 0; l < n; ++l) y[l] = some[l];
  } else {
    // The last vector may reach back: it is read before its first lanes are replaced.
    doubles next = load(x);
    for (int64_t at = 0, after; at < n; at = after) {
      const doubles now = next;
      after = at + L;
      if (after < n) {
        if (after > n - L) after = n - L;
        next = load(x + after);
      }
      unsigned others;
      store(y + at, of_lanes<F>(now, others));
      for (; others; others &= others - 1) {
        const int l = __builtin_ctz(others);
        y[at + l] = F::other(now[l]);
      }
    }
  }
}

}  // namespace

void unary_float64(Unary f, const double* x, double* y, int64_t n) {
  if (n <= 0) return;
  if (f == Unary::exp) return each<Exp>(x, y, n);
  if (f == Unary::sigmoid) return each<Sigmoid>(x, y, n);
  each<Tanh>(x, y, n);
}

}  // namespace lading::LADING_ISA_NAMESPACE
