// exp, sigmoid and tanh of float64 with the bits of scalar_math: its steps, lane by lane. Numbers whose way there is
// another one (NaN, infinities, limits, what is returned as it is) are left to it.
#include "kernels/isa/float64.hpp"
#include "kernels/isa/table.hpp"
#include "kernels/scalar_math.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct ScaledExp {
  DoubleDouble minus_1;  // e^r - 1
  Pair power;            // n
};
// e^x = e^r 2^n with x = n ln 2 + r, e^r - 1 = r + r^2 / 2 + r^3 / 6 + ...
LADING_FUNCTION ScaledExp scaled_exp(Pair x) {
  constexpr double head = 0x1.62e42fee00000p-1;  // of ln 2: n times this is exact
  const DoubleDouble tail = {0x1.a39ef35793c76p-33, 0x1.cc01f97b57a08p-87};
  constexpr double series[] = {1.0 / 87178291200, 1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800,
                               1.0 / 3628800,     1.0 / 362880,     1.0 / 40320,     1.0 / 5040,
                               1.0 / 720,         1.0 / 120,        1.0 / 24,        1.0 / 6};
  const Pair n = whole(x * 0x1.71547652b82fep+0);
  const DoubleDouble r = (x - n * head) + -(n * tail), r2 = square(r);
  Pair sum = series[0];
  LADING_UNROLL for (int k = 1; k < 12; ++k) sum = sum * r.high + series[k];
  return {r + (r2.high * r.high * sum + DoubleDouble{r2.high * 0.5, r2.low * 0.5}), n};
}

LADING_INLINE doubles smaller(doubles a, doubles b) { return a < b ? a : b; }
LADING_INLINE doubles absolute(doubles a) { return (doubles)((wholes)a & INT64_MAX); }
LADING_INLINE doubles with_sign(doubles size, doubles of) { return (doubles)((wholes)size | ((wholes)of & INT64_MIN)); }

// What exp, sigmoid and tanh take the exponential of, and what they make of it.
LADING_FUNCTION Pair argument(Unary f, Pair x) {
  if (f == Unary::exp) return x;
  if (f == Unary::sigmoid) return {-smaller(x.v[0], doubles{} + 40), -smaller(x.v[1], doubles{} + 40)};  // then it is 1
  return 2 * Pair{absolute(x.v[0]), absolute(x.v[1])};
}
LADING_FUNCTION Pair value(Unary f, Pair x, const ScaledExp& e) {
  const Pair scale = power_of_two(e.power);
  if (f != Unary::tanh) {
    const DoubleDouble power = Pair(1) + e.minus_1;
    if (f == Unary::exp) return power.high * scale;
    return reciprocal(Pair(1) + DoubleDouble{scale * power.high, scale * power.low});
  }
  DoubleDouble m = DoubleDouble{scale * e.minus_1.high, scale * e.minus_1.low} + exact_sum(scale, -1);
  for (int i = 0; i < 2; ++i) {
    const wholes as_it_is = e.power.v[i] == 0;
    m.high.v[i] = as_it_is ? e.minus_1.high.v[i] : m.high.v[i], m.low.v[i] = as_it_is ? e.minus_1.low.v[i] : m.low.v[i];
  }
  const Pair size = ratio(m, Pair(2) + m);
  return {with_sign(size.v[0], x.v[0]), with_sign(size.v[1], x.v[1])};
}

// For which |x| that is the way, and what gives the others.
struct Way {
  double least, most;
  double (*other)(double x);
};

LADING_FUNCTION Pair of_lanes(Unary f, const Way& way, Pair x, unsigned& others) {
  others = 0;
  Pair safe;
  for (int i = 0; i < 2; ++i) {
    const wholes size = (wholes)absolute(x.v[i]);
    const wholes ordinary =
        (size >= __builtin_bit_cast(int64_t, way.least)) & (size <= __builtin_bit_cast(int64_t, way.most));
    others |= lanes_where(~ordinary) << i * lanes_float64;
    safe.v[i] = ordinary ? x.v[i] : doubles{} + 1;
  }
  return value(f, safe, scaled_exp(argument(f, safe)));
}

void run(Unary f, const Way& way, const double* x, double* y, int64_t n) {
  constexpr int L = 2 * lanes_float64;
  if (n < L) {
    double some[L];
    for (int l = 0; l < L; ++l) some[l] = x[l < n ? l : 0];
    run(f, way, some, some, L);
    for (int l = 0; l < n; ++l) y[l] = some[l];
    return;
  }
  // The last pair may reach back: it is read before its first lanes are replaced.
  Pair next = {load(x), load(x + lanes_float64)};
  for (int64_t at = 0, after; at < n; at = after) {
    const Pair now = next;
    after = at + L;
    if (after < n) {
      if (after > n - L) after = n - L;
      next = {load(x + after), load(x + after + lanes_float64)};
    }
    unsigned others;
    const Pair found = of_lanes(f, way, now, others);
    store(y + at, found.v[0]), store(y + at + lanes_float64, found.v[1]);
    for (; others; others &= others - 1) {
      const int l = __builtin_ctz(others);
      y[at + l] = way.other(now.v[l / lanes_float64][l % lanes_float64]);
    }
  }
}

}  // namespace

void unary_float64(Unary f, const double* x, double* y, int64_t n) {
  const Way way = f == Unary::exp       ? Way{0, 708, scalar_math::exp}
                  : f == Unary::sigmoid ? Way{0, 700, scalar_math::sigmoid}
                                        : Way{0x1p-27, 40, scalar_math::tanh};
  if constexpr (fma_is_fast) {
    if (n > 0) run(f, way, x, y, n);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = way.other(x[i]);
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
