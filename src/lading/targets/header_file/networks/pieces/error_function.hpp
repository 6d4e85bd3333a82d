// erf and the Gaussian error linear units of float.
#pragma once
#include "squashing.hpp"

namespace detail {

// erf(x) = x + x p(x^2) up to 1, then 1 - e^(-q(|x|))
struct ErrorFunction {
  bool near;
  float erf;   // of |x|, where near
  float rest;  // 1 - erf(|x|), where far
};
inline ErrorFunction split_erf(float x) {
  const float t = at_most(std::fabs(x), 12.f), s = t * t;
  float p = 0x1.4771fep-14f;
  p = std::fma(p, s, -0x1.a3515ep-11f);
  p = std::fma(p, s, 0x1.53f224p-8f);
  p = std::fma(p, s, -0x1.b7f71ap-6f);
  p = std::fma(p, s, 0x1.ce2ce6p-4f);
  p = std::fma(p, s, -0x1.81273ep-2f);
  p = std::fma(p, s, 0x1.06eba8p-3f);
  float q = -0x1.667e54p-17f;
  q = std::fma(q, t, 0x1.2679e0p-12f);
  q = std::fma(q, t, -0x1.a90b2ep-9f);
  q = std::fma(q, t, 0x1.6ad7f2p-6f);
  q = std::fma(q, t, -0x1.a521cep-4f);
  q = std::fma(q, t, -0x1.473bfep-1f);
  q = std::fma(q, t, -0x1.205156p+0f);
  q = std::fma(q, t, -0x1.36dd18p-11f);
  return {t < 1.f, std::fma(p, t, t), exp_falling(q)};
}
inline float erf(float x) {
  const ErrorFunction e = split_erf(x);
  return std::copysign(e.near ? e.erf : 1.f - e.rest, x);
}
// x (1 + erf(x / sqrt 2)) / 2; nothing cancels for negative x
inline float gelu(float x) {
  const ErrorFunction e = split_erf(x * 0.707106781f);
  const float near = 1.f + std::copysign(e.erf, x), far = x < 0.f ? e.rest : 2.f - e.rest;
  return 0.5f * x * (e.near ? near : far);
}
// x (1 + tanh z) / 2 = x sigmoid(2z) with z = sqrt(2 / pi) (x + 0.044715 x^3)
inline float gelu_tanh(float x) {
  const float c = within(x, -16.f, 16.f);
  return x * sigmoid(c * std::fma(c * c, 0.0713548163f, 1.59576912f));
}

}  // namespace detail
