// The way through time of recurrent layers, and the steps of their cells.
#pragma once
#include "products.hpp"

namespace detail {

struct Places {
  int step, row;  // numbers from one to the next
};
// What one direction of a layer reads and gives; h and c are initial states, or null for zeros.
template <class T> struct Sequence {
  int steps, rows;
  const std::int32_t* lengths;  // of the rows, or null
  bool backward;
  const T* x;
  Places at_x;
  T* y;
  Places at_y;
  const T *h, *c;
  T *last_h, *last_c;
  int state_row;
};

// step(part, h, c, from_zero): `part` is the input's part of the gates, `from_zero` says that h is still zero
template <int K, int H, int width, class T, class Step>
inline void recur(const Sequence<T>& s, const T* w, const T* bias, Step step) {
  for (int row = 0; row < s.rows; ++row) {
    T part[width], h[H], c[H];
    for (int i = 0; i < H; ++i) h[i] = s.h ? s.h[row * s.state_row + i] : T(0);
    for (int i = 0; i < H; ++i) c[i] = s.c ? s.c[row * s.state_row + i] : T(0);
    const int length = !s.lengths ? s.steps : s.lengths[row] < 0 ? 0 : smaller<int>(s.lengths[row], s.steps);
    bool from_zero = !s.h && !s.lengths;
    for (int done = 0; done < s.steps; ++done) {
      const int t = s.backward ? s.steps - 1 - done : done;
      if (t < length) {
        const T* x = s.x + t * s.at_x.step + row * s.at_x.row;
        products<K, width>([=](int k) { return x[k]; }, w, [=](int j) { return bias ? bias[j] : T(0); },
                           [&](int j, T sum) { part[j] = sum; });
        step(part, h, c, from_zero);
        from_zero = false;
      }
      if (s.y)
        for (int i = 0; i < H; ++i) s.y[t * s.at_y.step + row * s.at_y.row + i] = t < length ? h[i] : T(0);
    }
    for (int i = 0; s.last_h && i < H; ++i) s.last_h[row * s.state_row + i] = h[i];
    for (int i = 0; s.last_c && i < H; ++i) s.last_c[row * s.state_row + i] = c[i];
  }
}

// y [N] = h [H] r [H][N] + (bias + part); part and bias may be null
template <int H, int N, class T>
inline void state_product(const T* h, const T* r, const T* bias, const T* part, T* y, bool from_zero) {
  const auto start = [=](int j) {
    const T own = bias ? bias[j] : T(0);
    return part ? own + part[j] : own;
  };
  if (from_zero)
    for (int j = 0; j < N; ++j) y[j] = start(j);
  else products<H, N>([=](int k) { return h[k]; }, r, start, [=](int j, T sum) { y[j] = sum; });
}

// h = (1 - z) g + z h
inline float blend(float z, float h, float g) { return std::fma(z, h - g, g); }
inline double blend(double z, double h, double g) { return z * (h - g) + g; }

// Gates i o f c. F, G, L: the functions of gates, candidate and result; p: peepholes or null.
template <int H, bool coupled, class T, class F, class G, class L>
inline void lstm_step(T* gates, T* c, T* h, const T* p, F f, G g, L l) {
  T *i = gates, *o = i + H, *forget = o + H, *candidate = forget + H;
  for (int k = 0; k < H; ++k) {
    if (p) i[k] += p[k] * c[k], forget[k] += p[2 * H + k] * c[k];
    const T in = f(i[k]), keep = coupled ? T(1) - in : f(forget[k]);
    c[k] = keep * c[k] + in * g(candidate[k]);
    if (p) o[k] += p[H + k] * c[k];
    h[k] = l(c[k]) * f(o[k]);
  }
}

}  // namespace detail
