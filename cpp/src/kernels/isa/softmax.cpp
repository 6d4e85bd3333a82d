// softmax(x) = e^(x - top) / sum, log_softmax(x) = x - top - ln(sum), along a row, a column, or the columns of a
// transposed block. The division is one reciprocal and a product.
#include "kernels/isa/elementwise.hpp"
#include "kernels/isa/functions.hpp"
#include "kernels/isa/row_sums.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// The larger one; a NaN spoils the sum anyway.
constexpr auto higher = [](vec a, vec b) LADING_LAMBDA { return pick(less(a, b), b, a); };

// A row that fits into the registers.
LADING_INLINE void softmax_short(const float* x, float* y, int64_t n, bool logarithm) {
  vec v[parts], e[parts];
  const auto lanes = [=](int p) LADING_LAMBDA {
    const int64_t some = n - p * VL;
    return static_cast<int>(some < 0 ? 0 : some < VL ? some : VL);
  };
  const vec nothing = all(-__builtin_inff());
  LADING_UNROLL for (int p = 0; p < parts; ++p) v[p] =
      lanes(p) == VL ? load(x + p * VL) : pick(lanes_below(lanes(p)), load_first(x + p * VL, lanes(p)), nothing);
  const vec top = all(fold_lanes(v, higher));
  LADING_UNROLL for (int p = 0; p < parts; ++p) e[p] = exp_falling(v[p] - top);
  const vec sum = all(fold_lanes(e, add)), last = logarithm ? log(sum) : all(1.f) / sum;
  LADING_UNROLL for (int p = 0; p < parts; ++p) if (lanes(p))
      store_up_to(y + p * VL, logarithm ? v[p] - top - last : e[p] * last, lanes(p));
}

LADING_INLINE void softmax_row(const float* x, float* y, int64_t n, bool logarithm) {
  if (n <= row_lanes) return softmax_short(x, y, n, logarithm);
  const auto get = [=](int64_t i, int some) LADING_LAMBDA { return load_up_to(x + i, some); };
  const vec top = all(fold_row(n, -__builtin_inff(), get, higher));
  const float sum = sum_row(n, [=](int64_t i, int some) LADING_LAMBDA {
    const vec e = exp_falling(load_up_to(x + i, some) - top);
    if (!logarithm) store_up_to(y + i, e, some);
    return e;
  });
  if (logarithm) {
    const vec lost = log(all(sum));
    map(x, y, n, [=](vec v) LADING_LAMBDA { return v - top - lost; });
  } else {
    const vec factor = all(1.f) / all(sum);
    map(y, y, n, [=](vec e) LADING_LAMBDA { return e * factor; });
  }
}

// One vector of columns of x and y: `some` of them, n values `step` apart.
struct Columns {
  const float* x;
  float* y;
  int64_t n, step;
  int some;
};
// sum(e) adds up the values e(k), in its order.
template <class Sum> LADING_INLINE void softmax_vertical(const Columns& c, bool logarithm, Sum sum) {
  const auto get = [&](const float* p, int64_t k) LADING_LAMBDA { return load_up_to(p + k * c.step, c.some); };
  const auto set = [&](int64_t k, vec v) LADING_LAMBDA { store_up_to(c.y + k * c.step, v, c.some); };
  vec top = get(c.x, 0);
  for (int64_t k = 1; k < c.n; ++k) top = higher(top, get(c.x, k));
  const vec total = sum([&](int64_t k) LADING_LAMBDA {
    const vec e = exp_falling(get(c.x, k) - top);
    if (!logarithm) set(k, e);
    return e;
  });
  const vec last = logarithm ? log(total) : all(1.f) / total;
  for (int64_t k = 0; k < c.n; ++k) set(k, logarithm ? get(c.x, k) - top - last : get(c.y, k) * last);
}

// The tree of sum_row with one row per lane; it leaves out the zeros that sum_row adds.
template <class Get> LADING_INLINE vec tree_sum(int64_t n, Get get) {
  vec part[row_lanes];
  for (int64_t k = 0; k < n && k < row_lanes; ++k) part[k] = get(k);
  for (int64_t k = row_lanes; k < n; ++k) part[k % row_lanes] = part[k % row_lanes] + get(k);
  for (int step = row_lanes / 2; step; step /= 2)
    for (int p = 0; p < step && p + step < n; ++p) part[p] = part[p] + part[p + step];
  return part[0];
}

constexpr int64_t few = 16;  // columns up to which many rows are transposed first

}  // namespace

void softmax_lanes(float* x, int64_t n, int rows, bool logarithm) {
  if (n == 0) return;
  for (int lane = 0; lane < rows; lane += VL)
    softmax_vertical({x + lane, x + lane, n, lane_block, VL}, logarithm,
                     [=](auto e) LADING_LAMBDA { return tree_sum(n, e); });
}

void softmax(const float* x, float* y, int64_t rows, int64_t n, bool logarithm) {
  if (n > few || rows < (VL < 8 ? VL : 8)) {  // half of the lanes may be idle
    for (int64_t r = 0; r < rows; ++r) softmax_row(x + r * n, y + r * n, n, logarithm);
    return;
  }
  alignas(64) float block[few * lane_block];
  for (int64_t r = 0; r < rows; r += lane_block) {
    const int some = static_cast<int>(rows - r < lane_block ? rows - r : lane_block);
    for (int64_t k = 0; k < n; ++k)  // the lanes up to the next whole vector
      for (int lane = some; lane % VL; ++lane) block[k * lane_block + lane] = 0.f;
    transpose(x + r * n, n, some, n, block, lane_block);
    softmax_lanes(block, n, some, logarithm);
    transpose(block, lane_block, n, some, y + r * n, n);
  }
}

void softmax_columns(const float* x, float* y, int64_t n, int64_t inner, bool logarithm) {
  if (n == 0) return;
  const auto in_order = [=](auto e) LADING_LAMBDA {
    vec sum = zero();
    for (int64_t k = 0; k < n; ++k) sum = sum + e(k);
    return sum;
  };
  int64_t i = 0;
  for (; i + VL <= inner; i += VL) softmax_vertical({x + i, y + i, n, inner, VL}, logarithm, in_order);
  if (i < inner) softmax_vertical({x + i, y + i, n, inner, static_cast<int>(inner - i)}, logarithm, in_order);
}

}  // namespace lading::LADING_ISA_NAMESPACE
