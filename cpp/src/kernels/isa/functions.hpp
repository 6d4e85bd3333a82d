// Functions of one vector. Largest error over all floats in units of the last place, from cpp/tests/kernels.cpp:
// exp 0.9, log 0.9, sigmoid 1.6, tanh 1.6, erf 1.0. Polynomials are minimax fits of our own, made for these
// intervals. Nothing is raised for finite numbers within a function's domain; NaN flows through.
#pragma once
#include "kernels/isa/simd.hpp"

namespace lading::LADING_ISA_NAMESPACE {

LADING_INLINE vec infinity() { return all(__builtin_inff()); }
// The larger or smaller one; a NaN in either is kept.
LADING_INLINE vec larger(vec a, vec b) { return pick(not_a_number(b), b, pick(less(a, b), b, a)); }
LADING_INLINE vec smaller(vec a, vec b) { return pick(not_a_number(b), b, pick(less(b, a), b, a)); }
LADING_INLINE vec at_most(vec x, float high) { return pick(less(all(high), x), all(high), x); }
LADING_INLINE vec at_least(vec x, float low) { return pick(less(x, all(low)), all(low), x); }
LADING_INLINE vec within(vec x, float low, float high) { return at_most(at_least(x, low), high); }

// ---- e^x = (1 + r + r^2 q(r)) 2^n with x = n ln 2 + r

struct Exponent {
  vec fraction;  // r + r^2 q(r): e^r - 1
  vec power;     // n + 1.5 * 2^23
};
LADING_FUNCTION Exponent split_exp(vec x) {
  const vec magic = all(12582912.f);  // adding 1.5 * 2^23 rounds to a whole number
  const vec power = fma(x, all(1.44269504f), magic), n = power - magic;
  vec r = fma(n, all(-0.693147182f), x);  // ln 2 in two pieces
  r = fma(n, all(1.90465421e-9f), r);
  vec q = all(0x1.6a5082p-10f);
  q = fma(q, r, all(0x1.123976p-7f));
  q = fma(q, r, all(0x1.5558acp-5f));
  q = fma(q, r, all(0x1.555492p-3f));
  q = fma(q, r, all(0x1.fffffcp-2f));
  return {fma(q, r * r, r), power};
}
struct Around {
  vec minus_1, plus_1;
};
constexpr float lowest_exp = -87.3365402f;  // e^x is a normal number from here on; 0 below
constexpr float infinite_exp = 88.7228394f;

LADING_FUNCTION vec exp(vec x) {
  const mask below = less(x, all(lowest_exp)), above = not_less(x, all(infinite_exp));  // NaN counts as above
  const Exponent e = split_exp(clear(either(below, above), x));
  const vec y = scale_by_power(e.fraction + all(1.f), e.power);
  return pick(above, x + infinity(), clear(below, y));
}
// exp(x) for x <= 0: the same bits, a little faster.
LADING_FUNCTION vec exp_falling(vec x) {
  const mask below = less(x, all(lowest_exp));
  const Exponent e = split_exp(clear(below, x));
  return clear(below, (e.fraction + all(1.f)) * power_of_two(e.power));
}
// e^x - 1 and e^x + 1 for -80 <= x <= 0: one rounding each
LADING_FUNCTION Around exp_around(vec x) {
  const Exponent e = split_exp(x);
  const vec scale = power_of_two(e.power);
  return {fma(scale, e.fraction, scale - all(1.f)), fma(scale, e.fraction, scale + all(1.f))};
}

// ---- logarithms: x = m 2^e with m = 1 + f around 1

// ln x for positive normal numbers; anything for others
LADING_FUNCTION vec log_normal(vec x) {
  vec e;
  const vec f = split_exponent(x, e) - all(1.f), s = f * f;
  vec p = all(-0x1.38c912p-4f);
  p = fma(p, f, all(0x1.055e62p-3f));
  p = fma(p, f, all(-0x1.0d8232p-3f));
  p = fma(p, f, all(0x1.22d936p-3f));
  p = fma(p, f, all(-0x1.54728cp-3f));
  p = fma(p, f, all(0x1.99a01cp-3f));
  p = fma(p, f, all(-0x1.000226p-2f));
  p = fma(p, f, all(0x1.555554p-2f));
  vec y = p * f * s;
  y = fma(e, all(-2.12194440e-4f), y);  // ln 2 in two pieces, the large one short
  y = fma(s, all(-0.5f), y);
  return fma(e, all(0.693359375f), f + y);
}
LADING_FUNCTION vec log(vec x) {
  const mask finite = less(x, infinity()), positive = less(zero(), x);
  const mask tiny = less(x, all(0x1p-126f));
  const vec safe = pick(positive, pick(finite, x, all(1.f)), all(1.f));
  vec y = log_normal(safe * pick(tiny, all(0x1p24f), all(1.f)));
  y = pick(tiny, y - all(16.6355324f), y);  // 24 ln 2
  y = pick(finite, y, x);                   // infinity and NaN
  y = pick(less(x, zero()), all(__builtin_nanf("")), y);
  return pick(equal(x, zero()), -infinity(), y);
}
// ln(1 + x) for 0 <= x <= 1: with what rounding 1 + x has lost
LADING_FUNCTION vec log1p_unit(vec x) {
  const vec u = all(1.f) + x;
  return log_normal(u) + (x - (u - all(1.f))) / u;
}

// ---- functions made of e^x

// 1 + e^-x for x >= -88; the order leaves one rounding that counts
LADING_FUNCTION vec one_plus_exp(vec x) {
  const Exponent e = split_exp(-within(x, -88.f, 87.f));
  const vec scale = power_of_two(e.power);
  return scale + fma(scale, e.fraction, all(1.f));
}
// Where sigmoid(x) is 0, being below the normal numbers.
LADING_INLINE mask no_sigmoid(vec x) { return less(x, all(-88.f)); }
LADING_FUNCTION vec sigmoid(vec x) { return clear(no_sigmoid(x), all(1.f) / one_plus_exp(x)); }
// tanh |x| = (1 - e^-2|x|) / (1 + e^-2|x|)
LADING_FUNCTION Around tanh_parts(vec x) {
  const Around e = exp_around(at_most(absolute(x), 10.f) * all(-2.f));
  return {with_sign(e.minus_1, x), e.plus_1};
}
LADING_FUNCTION vec tanh(vec x) {
  const Around t = tanh_parts(x);
  return t.minus_1 / t.plus_1;
}
// sigmoid(a) * tanh(b) by one division: they are what a gated cell spends its time on
LADING_FUNCTION vec sigmoid_tanh(vec a, vec b) {
  const Around t = tanh_parts(b);
  return clear(no_sigmoid(a), t.minus_1 / (one_plus_exp(a) * t.plus_1));
}
LADING_FUNCTION vec softplus(vec x) { return clear(less(x, zero()), x) + log1p_unit(exp_falling(-absolute(x))); }
LADING_FUNCTION vec swish(vec x, vec alpha) { return x * sigmoid(alpha * x); }
// x tanh(ln(1 + e^x)) with tanh written out
LADING_FUNCTION vec mish(vec x) {
  const vec e = exp(at_most(x, 20.f)), w = e * (e + all(2.f));
  return x * (w / (w + all(2.f)));
}

// ---- erf(x) = x + x p(x^2) up to 1, then 1 - e^(-q(|x|))

struct ErrorFunction {
  mask near;
  vec erf;   // of |x|, where near
  vec rest;  // 1 - erf(|x|), where far
};
LADING_FUNCTION ErrorFunction split_erf(vec x) {
  const vec t = at_most(absolute(x), 12.f), s = t * t;
  vec p = all(0x1.4771fep-14f);
  p = fma(p, s, all(-0x1.a3515ep-11f));
  p = fma(p, s, all(0x1.53f224p-8f));
  p = fma(p, s, all(-0x1.b7f71ap-6f));
  p = fma(p, s, all(0x1.ce2ce6p-4f));
  p = fma(p, s, all(-0x1.81273ep-2f));
  p = fma(p, s, all(0x1.06eba8p-3f));
  vec q = all(-0x1.667e54p-17f);
  q = fma(q, t, all(0x1.2679e0p-12f));
  q = fma(q, t, all(-0x1.a90b2ep-9f));
  q = fma(q, t, all(0x1.6ad7f2p-6f));
  q = fma(q, t, all(-0x1.a521cep-4f));
  q = fma(q, t, all(-0x1.473bfep-1f));
  q = fma(q, t, all(-0x1.205156p+0f));
  q = fma(q, t, all(-0x1.36dd18p-11f));
  return {less(t, all(1.f)), fma(p, t, t), exp_falling(q)};
}
LADING_FUNCTION vec erf(vec x) {
  const ErrorFunction e = split_erf(x);
  return with_sign(pick(e.near, e.erf, all(1.f) - e.rest), x);
}
// x (1 + erf(x / sqrt 2)) / 2; nothing cancels for negative x
LADING_FUNCTION vec gelu(vec x) {
  const ErrorFunction e = split_erf(x * all(0.707106781f));
  const mask negative = less(x, zero());
  const vec near = all(1.f) + with_sign(e.erf, x), far = pick(negative, e.rest, all(2.f) - e.rest);
  return all(0.5f) * x * pick(e.near, near, far);
}
// x (1 + tanh z) / 2 = x sigmoid(2z) with z = sqrt(2 / pi) (x + 0.044715 x^3)
LADING_FUNCTION vec gelu_tanh(vec x) {
  const vec c = within(x, -16.f, 16.f);
  return x * sigmoid(c * fma(c * c, all(0.0713548163f), all(1.59576912f)));
}

}  // namespace lading::LADING_ISA_NAMESPACE
