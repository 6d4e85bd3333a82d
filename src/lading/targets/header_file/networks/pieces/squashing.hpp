// Functions of float that are made of e^x.
#pragma once
#include "exponential.hpp"
#include "logarithm.hpp"

namespace detail {

// 1 + e^-x for x >= -88
inline float one_plus_exp(float x) {
  const Exponent e = split_exp(-within(x, -88.f, 87.f));
  const float scale = power_of_two(e.power);
  return scale + std::fma(scale, e.fraction, 1.f);
}
inline float sigmoid(float x) { return x < -88.f ? 0.f : 1.f / one_plus_exp(x); }
// tanh |x| = (1 - e^-2|x|) / (1 + e^-2|x|)
inline Around tanh_parts(float x) {
  const Around e = exp_around(at_most(std::fabs(x), 10.f) * -2.f);
  return {std::copysign(e.minus_1, x), e.plus_1};
}
inline float tanh(float x) {
  const Around t = tanh_parts(x);
  return t.minus_1 / t.plus_1;
}
// sigmoid(a) tanh(b) by one division
inline float sigmoid_tanh(float a, float b) {
  const Around t = tanh_parts(b);
  return a < -88.f ? 0.f : t.minus_1 / (one_plus_exp(a) * t.plus_1);
}
inline float softplus(float x) { return (x < 0.f ? 0.f : x) + log1p_unit(exp_falling(-std::fabs(x))); }
inline float swish(float x, float alpha) { return x * sigmoid(alpha * x); }
// x tanh(ln(1 + e^x)) with tanh written out
inline float mish(float x) {
  const float e = exp(at_most(x, 20.f)), w = e * (e + 2.f);
  return x * (w / (w + 2.f));
}
// a (e^(x / b) - 1) for negative x, else x
inline float elu(float x, float a, float b) { return x < 0.f ? a * exp_around(at_least(x / b, -20.f)).minus_1 : x; }

}  // namespace detail
