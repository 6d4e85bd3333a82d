// The sums of an Attention: float32 by the kernels, float64 in order. Every sum over keys is one chain, so that
// keys of weight zero at the end change nothing.
#pragma once
#include <limits>

#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"
#include "operators/attention_shape.hpp"

namespace lading {

// Column of n numbers `step` apart, in float64 whatever T is.
template <class T> void softmax_in_double(T* x, std::int64_t n, std::int64_t step) {
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::int64_t k = 0; k < n; ++k) top = x[k * step] > top ? static_cast<double>(x[k * step]) : top;
  for (std::int64_t k = 0; k < n; ++k) sum += scalar_math::exp(x[k * step] - top);
  for (std::int64_t k = 0; k < n; ++k) x[k * step] = static_cast<T>(scalar_math::exp(x[k * step] - top) / sum);
}

template <class T> struct Arithmetic;

template <> struct Arithmetic<float> {
  const Kernels& kernels;
  // So many columns that vectors of them are whole.
  std::int64_t whole(std::int64_t columns) const {
    return (columns + kernels.lanes - 1) / kernels.lanes * kernels.lanes;
  }
  // y [m][n] = a [m][k] b [k][n]
  void product(Rows<const float> a, Rows<const float> b, Rows<float> y, std::int64_t m, std::int64_t n,
               std::int64_t k) const {
    kernels.matmul(a.data, a.step, b.data, b.step, y.data, y.step, m, n, k, 1, nullptr);
  }
  // y [columns][rows] = x [rows][columns]
  void transpose(Rows<const float> x, std::int64_t rows, std::int64_t columns, Rows<float> y) const {
    kernels.transpose(x.data, x.step, rows, columns, y.data, y.step);
  }
  void scale(float* x, std::int64_t n, double factor) const {
    const auto rounded = static_cast<float>(factor);
    kernels.binary(Binary::mul, x, 1, &rounded, 0, x, n);
  }
  // x = cap tanh(x / cap)
  void cap(float* x, std::int64_t n, float cap) const {
    kernels.binary(Binary::div, x, 1, &cap, 0, x, n);
    kernels.unary(Unary::tanh, x, x, n, 0, 0);
    kernels.binary(Binary::mul, x, 1, &cap, 0, x, n);
  }
  // The largest of each column of x [n][columns]
  void tops(const float* x, std::int64_t n, std::int64_t columns, float* y) const {
    kernels.reduce_columns(Reduction::max, x, y, n, columns, 1, 0);
  }
  void softmax(float* x, std::int64_t n, std::int64_t columns, bool precise) const {
    if (!precise) return kernels.softmax_columns(x, x, n, columns, false);
    for (std::int64_t i = 0; i < columns; ++i) softmax_in_double(x + i, n, columns);
  }
};

template <> struct Arithmetic<double> {
  const Kernels& kernels;
  std::int64_t whole(std::int64_t columns) const { return columns; }
  void product(Rows<const double> a, Rows<const double> b, Rows<double> y, std::int64_t m, std::int64_t n,
               std::int64_t k) const {
    for (std::int64_t i = 0; i < m; ++i) {
      double* row = y.data + i * y.step;
      for (std::int64_t j = 0; j < n; ++j) row[j] = 0;
      for (std::int64_t l = 0; l < k; ++l)
        for (std::int64_t j = 0; j < n; ++j) row[j] += a.data[i * a.step + l] * b.data[l * b.step + j];
    }
  }
  void transpose(Rows<const double> x, std::int64_t rows, std::int64_t columns, Rows<double> y) const {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) y.data[j * y.step + i] = x.data[i * x.step + j];
  }
  void scale(double* x, std::int64_t n, double factor) const {
    for (std::int64_t i = 0; i < n; ++i) x[i] *= factor;
  }
  void cap(double* x, std::int64_t n, double cap) const {
    for (std::int64_t i = 0; i < n; ++i) x[i] = cap * scalar_math::tanh(x[i] / cap);
  }
  void tops(const double* x, std::int64_t n, std::int64_t columns, double* y) const {
    for (std::int64_t i = 0; i < columns; ++i) y[i] = -std::numeric_limits<double>::infinity();
    for (std::int64_t k = 0; k < n; ++k)
      for (std::int64_t i = 0; i < columns; ++i)
        y[i] = x[k * columns + i] <= y[i] ? y[i] : x[k * columns + i];  // a NaN is kept
  }
  void softmax(double* x, std::int64_t n, std::int64_t columns, bool) const {
    for (std::int64_t i = 0; i < columns; ++i) softmax_in_double(x + i, n, columns);
  }
};

}  // namespace lading
