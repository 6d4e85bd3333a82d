// Normalizations and reductions along contiguous rows, and reductions along columns.
#include "kernels/isa/functions.hpp"
#include "kernels/isa/row_sums.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// y = (x - mean) factor scale + bias
LADING_INLINE void normalize_row(const float* x, float mean, float factor, const float* scale, const float* bias,
                                 float* y, int64_t n) {
  const auto vector = [=](int64_t i, int some) LADING_LAMBDA {
    vec v = (load_up_to(x + i, some) - all(mean)) * all(factor);
    const vec shift = bias ? load_up_to(bias + i, some) : zero();
    if (scale) v = fma(v, load_up_to(scale + i, some), shift);
    else if (bias) v = v + shift;
    store_up_to(y + i, v, some);
  };
  int64_t i = 0;
  for (; i + VL <= n; i += VL) vector(i, VL);
  if (i < n) vector(i, static_cast<int>(n - i));
}

LADING_INLINE vec absolute_or(vec x, Reduction f) {
  return f == Reduction::sum_square ? x * x : f == Reduction::l1 ? absolute(x) : x;
}
constexpr float neutral(Reduction f) {
  return f == Reduction::max    ? -__builtin_inff()
         : f == Reduction::min  ? __builtin_inff()
         : f == Reduction::prod ? 1.f
                                : 0.f;
}
template <Reduction f>
constexpr auto join = [](vec a, vec b) LADING_LAMBDA {
  if constexpr (f == Reduction::max) return larger(a, b);
  else if constexpr (f == Reduction::min) return smaller(a, b);
  else if constexpr (f == Reduction::prod) return a * b;
  else return a + b;
};
// What is subtracted before e^x: the largest value, but no infinite one.
LADING_INLINE vec finite_top(vec top) { return pick(equal(absolute(top), infinity()), zero(), top); }

template <Reduction f> LADING_INLINE float reduce_row(const float* x, int64_t n) {
  const auto get = [=](int64_t i, int some) LADING_LAMBDA { return absolute_or(load_up_to(x + i, some), f); };
  return fold_row(n, neutral(f), get, join<f>);
}
LADING_INLINE float log_sum_exp_row(const float* x, int64_t n) {
  const vec top = finite_top(all(reduce_row<Reduction::max>(x, n)));
  const float sum = sum_row(n, [=](int64_t i, int some) LADING_LAMBDA { return exp(load_up_to(x + i, some) - top); });
  float result;
  store_first(&result, log(all(sum)) + top, 1);
  return result;
}

template <Reduction f> LADING_INLINE vec reduce_column(const float* x, int64_t n, int64_t step, int some) {
  vec sum = all(neutral(f));
  for (int64_t k = 0; k < n; ++k) sum = join<f>(sum, absolute_or(load_up_to(x + k * step, some), f));
  return sum;
}
LADING_INLINE vec log_sum_exp_column(const float* x, int64_t n, int64_t step, int some) {
  const vec top = finite_top(reduce_column<Reduction::max>(x, n, step, some));
  vec sum = zero();
  for (int64_t k = 0; k < n; ++k) sum = sum + exp(load_up_to(x + k * step, some) - top);
  return log(sum) + top;
}

template <class F> LADING_INLINE void each_row(const float* x, float* y, int64_t rows, int64_t n, F f) {
  for (int64_t r = 0; r < rows; ++r) y[r] = f(x + r * n, n);
}
template <class F>
LADING_INLINE void each_column(const float* x, float* y, int64_t n, int64_t inner, int64_t count, int64_t step, F f) {
  for (; count-- > 0; x += step, y += inner) {
    int64_t i = 0;
    for (; i + VL <= inner; i += VL) store(y + i, f(x + i, n, inner, VL));
    if (const int some = static_cast<int>(inner - i)) store_first(y + i, f(x + i, n, inner, some), some);
  }
}

}  // namespace

void layer_norm(const float* x, const float* scale, const float* bias, float* y, int64_t rows, int64_t n, float epsilon,
                bool centred) {
  const float count = static_cast<float>(n);
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const auto get = [=](int64_t i, int some) LADING_LAMBDA { return load_up_to(x + i, some); };
    const float mean = centred ? sum_row(n, get) / count : 0.f;
    const float variance = sum_row(n,
                                   [=](int64_t i, int some) LADING_LAMBDA {
                                     const vec d = get(i, some) - all(mean);
                                     return d * d;
                                   }) /
                           count;
    normalize_row(x, mean, 1.f / __builtin_sqrtf(variance + epsilon), scale, bias, y, n);
  }
}

void reduce_rows(Reduction f, const float* x, float* y, int64_t rows, int64_t n) {
  switch (f) {
    case Reduction::sum: return each_row(x, y, rows, n, reduce_row<Reduction::sum>);
    case Reduction::sum_square: return each_row(x, y, rows, n, reduce_row<Reduction::sum_square>);
    case Reduction::l1: return each_row(x, y, rows, n, reduce_row<Reduction::l1>);
    case Reduction::max: return each_row(x, y, rows, n, reduce_row<Reduction::max>);
    case Reduction::min: return each_row(x, y, rows, n, reduce_row<Reduction::min>);
    case Reduction::prod: return each_row(x, y, rows, n, reduce_row<Reduction::prod>);
    case Reduction::log_sum_exp: return each_row(x, y, rows, n, log_sum_exp_row);
    case Reduction::count: return;
  }
}

void reduce_columns(Reduction f, const float* x, float* y, int64_t n, int64_t inner, int64_t count, int64_t step) {
  switch (f) {
    case Reduction::sum: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::sum>);
    case Reduction::sum_square: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::sum_square>);
    case Reduction::l1: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::l1>);
    case Reduction::max: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::max>);
    case Reduction::min: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::min>);
    case Reduction::prod: return each_column(x, y, n, inner, count, step, reduce_column<Reduction::prod>);
    case Reduction::log_sum_exp: return each_column(x, y, n, inner, count, step, log_sum_exp_column);
    case Reduction::count: return;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
