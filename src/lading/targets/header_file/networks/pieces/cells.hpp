// Gated cells of float with sigmoid and tanh.
#pragma once
#include "recurrent.hpp"
#include "squashing.hpp"

namespace detail {

template <int H> inline void lstm_cell(const float* gates, float* c, float* h) {
  const float *i = gates, *o = i + H, *f = o + H, *n = f + H;
  for (int k = 0; k < H; ++k) c[k] = std::fma(sigmoid(f[k]), c[k], sigmoid_tanh(i[k], n[k]));
  for (int k = 0; k < H; ++k) h[k] = sigmoid_tanh(o[k], c[k]);
}

template <int H> inline void gru_cell(const float* input_part, const float* state_part, float* h) {
  for (int k = 0; k < H; ++k) {
    const float reset = sigmoid(input_part[H + k] + state_part[H + k]);
    const float candidate = tanh(std::fma(reset, state_part[2 * H + k], input_part[2 * H + k]));
    h[k] = std::fma(sigmoid(input_part[k] + state_part[k]), h[k] - candidate, candidate);
  }
}

}  // namespace detail
