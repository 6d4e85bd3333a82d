// One head of an Attention: softmax(scale Q K' + bias) V, query by query.
#pragma once
#include "products.hpp"

namespace detail {

template <class T> struct Rows {
  T* data;
  int step;  // numbers from one row to the next
};

// bias(query, key, score) is the score with what a mask does to it; cap and softmax are functions of scores [keys].
// `scores` has room for the keys, `scaled` for a query.
template <class T, class Cap, class Bias, class Softmax>
inline void attend(Rows<const T> q, Rows<const T> k, Rows<const T> v, Rows<T> y, int queries, int keys, int width,
                   int value_width, T scale, T* scores, T* scaled, Cap cap, Bias bias, Softmax softmax) {
  for (int i = 0; i < queries; ++i) {
    for (int d = 0; d < width; ++d) scaled[d] = q.data[i * q.step + d] * scale;
    bool any = false;
    for (int key = 0; key < keys; ++key) {
      T sum = 0;
      for (int d = 0; d < width; ++d) sum = multiply_add(k.data[key * k.step + d], scaled[d], sum);
      scores[key] = bias(i, key, cap(sum));
      any = any || scores[key] != static_cast<T>(-inf);
    }
    if (any) softmax(scores, keys);
    T* out = y.data + i * y.step;
    for (int j = 0; j < value_width; ++j) out[j] = T(0);
    for (int key = 0; key < keys; ++key)
      for (int j = 0; j < value_width; ++j)
        out[j] = multiply_add(any ? scores[key] : T(0), v.data[key * v.step + j], out[j]);
  }
}

}  // namespace detail
