// e^x of float64 with an error below 0.7 units in the last place: what the links of forests need. No fused
// multiply-add, so that every instruction set gives the same bits.
#include "kernels/isa/float64.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

constexpr double overflow = 709.782712893384, underflow = -745.1332191019412;

// x = n ln 2 + r + c with |r| <= ln 2 / 2, c what r has lost; e^x = (1 + r + c + c r + r^2 q(r)) 2^n
LADING_INLINE doubles exp_of(doubles x) {
  constexpr double head = 0x1.62e42fee00000p-1, tail = 0x1.a39ef35793c76p-33;  // of ln 2: n times head is exact
  constexpr double series[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                               1.0 / 362880,     1.0 / 40320,     1.0 / 5040,     1.0 / 720,
                               1.0 / 120,        1.0 / 24,        1.0 / 6,        1.0 / 2};
  const doubles n = whole(x * 0x1.71547652b82fep+0);
  const doubles hi = x - n * head, lo = n * tail, r = hi - lo, c = (hi - r) - lo;
  const doubles r2 = r * r, r4 = r2 * r2;
  doubles four[3];  // of the twelve terms, so that they need not wait for each other
  LADING_UNROLL for (int i = 0; i < 3; ++i) {
    const double* s = series + 4 * i;
    four[i] = (r * s[0] + s[1]) * r2 + (r * s[2] + s[3]);
  }
  const doubles q = (four[0] * r4 + four[1]) * r4 + four[2];
  const doubles half = whole(n * 0.5);  // in two steps: 2^n may not be a normal number
  const doubles sum = 1 + r, lost = r - (sum - 1);
  return (sum + (lost + (c + c * r + r2 * q))) * power_of_two(half) * power_of_two(n - half);
}

}  // namespace

void exp_float64(const double* x, double* y, int64_t n) {
  constexpr int each = lanes_float64;
  for (int64_t i = 0; i < n; i += each) {
    doubles v = doubles{} + *x;
    if (n > 1) v = load(x + i);  // one alone need not wait until its neighbours are written
    const wholes number = v == v;
    const doubles finite = (doubles)((wholes)v & number);  // comparing NaN would raise a flag
    const wholes above = finite > overflow, below = finite < underflow;
    doubles e = exp_of((doubles)((wholes)finite & ~(above | below)));
    e = above ? doubles{} + __builtin_inf() : below ? doubles{} : e;
    e = (doubles)(((wholes)e & number) | ((wholes)v & ~number));
    if (n > 1) store(y + i, e);
    else *y = e[0];
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
