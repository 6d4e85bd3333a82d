// Gated cells of recurrent layers with their default activations.
#include "kernels/isa/elementwise.hpp"
#include "kernels/isa/functions.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {

// What depends on each other goes into loops of its own: a CPU sees only a few vectors ahead, and would wait.

void lstm_cell(const float* gates, float* c, float* h, int64_t units) {
  const float *i = gates, *o = i + units, *f = o + units, *n = f + units;
  each_vector(units, [=](auto get, auto set)
                         LADING_LAMBDA { set(c, fma(sigmoid(get(f)), get(c), sigmoid_tanh(get(i), get(n)))); });
  map(o, c, h, units, [](vec out, vec cell) LADING_LAMBDA { return sigmoid_tanh(out, cell); });
}

void gru_cell(const float* input_part, const float* state_part, float* h, int64_t units) {
  constexpr int64_t some = 64;
  for (int64_t at = 0; at < units; at += some) {
    const float *xz = input_part + at, *xr = xz + units, *xn = xr + units;
    const float *hz = state_part + at, *hr = hz + units, *hn = hr + units;
    float inner[some], *n = inner, *state = h + at;
    const int64_t count = units - at < some ? units - at : some;
    each_vector(count,
                [=](auto get, auto set) LADING_LAMBDA { set(n, fma(sigmoid(get(xr) + get(hr)), get(hn), get(xn))); });
    each_vector(count, [=](auto get, auto set) LADING_LAMBDA {
      const vec candidate = tanh(get(n));
      set(state, fma(sigmoid(get(xz) + get(hz)), get(state) - candidate, candidate));
    });
  }
}

void gru_blend(const float* z, const float* g, float* h, int64_t units) {
  each_vector(units, [=](auto get, auto set) LADING_LAMBDA { set(h, fma(get(z), get(h) - get(g), get(g))); });
}

}  // namespace lading::LADING_ISA_NAMESPACE
