// Products with weights. A sum over K is `chains` interleaved sums, added in order: a function of K alone.
#pragma once
#include "bits.hpp"

namespace detail {

inline float multiply_add(float a, float b, float sum) { return std::fma(a, b, sum); }
inline double multiply_add(double a, double b, double sum) { return sum + a * b; }

template <class T> constexpr int chains_of(int K) { return sizeof(T) == 8 || K < 32 ? 1 : K < 128 ? 2 : 4; }

// J outputs side by side: put(j, start(j) + sum of x(k) w[k * N + j] over k)
template <int K, int N, int J, class T, class X, class Start, class Put>
inline void products_of(int first, X x, const T* w, Start start, Put put) {
  constexpr int chains = chains_of<T>(K);
  T sum[chains][J];
  for (int p = 0; p < chains; ++p)
    for (int j = 0; j < J; ++j) sum[p][j] = p ? T(0) : start(first + j);
  int k = 0;
  const auto step = [&](int p) {
    const T a = x(k + p);
    const T* row = w + (k + p) * N + first;
    NETWORK_LOOP for (int j = 0; j < J; ++j) sum[p][j] = multiply_add(a, row[j], sum[p][j]);
  };
  for (; k + chains <= K; k += chains)
    for (int p = 0; p < chains; ++p) step(p);
  for (int p = 0; p < K % chains; ++p) step(p);
  for (int j = 0; j < J; ++j) {
    T all = sum[0][j];
    for (int p = 1; p < chains; ++p) all = all + sum[p][j];
    put(first + j, all);
  }
}
template <int K, int N, class T, class X, class Start, class Put>
inline void products(X x, const T* w, Start start, Put put) {
  constexpr int together = 16;
  int j = 0;
  for (; j + together <= N; j += together) products_of<K, N, together>(j, x, w, start, put);
  if constexpr (N % together != 0) products_of<K, N, N % together>(j, x, w, start, put);
}

// y [rows][N] = x [rows][K] w [K][N] + bias, and none of it below 0 if `relu`
template <int K, int N, bool relu, class T> inline void dense(int rows, const T* x, const T* w, const T* bias, T* y) {
  for (int r = 0; r < rows; ++r, x += K, y += N)
    products<K, N>([=](int k) { return x[k]; }, w, [=](int j) { return bias ? bias[j] : T(0); },
                   [=](int j, T sum) { y[j] = relu && sum < T(0) ? T(0) : sum; });
}

// y [m][n] = a [m][k] b [k][n], one sum in order
template <class T> inline void multiply(const T* a, const T* b, T* y, int m, int n, int k) {
  for (int i = 0; i < m; ++i, a += k, y += n) {
    for (int j = 0; j < n; ++j) y[j] = T(0);
    for (int l = 0; l < k; ++l)
      for (int j = 0; j < n; ++j) y[j] = multiply_add(a[l], b[l * n + j], y[j]);
  }
}

}  // namespace detail
