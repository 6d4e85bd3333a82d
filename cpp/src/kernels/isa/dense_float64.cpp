// Products of float64 rows and constant weights, in order and without fused multiply-adds: sum = sum + x w for every
// k, one after the other. Vectors run across outputs.
#include "kernels/isa/float64.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

struct Rows {
  const double* x;
  int64_t ldx, count;
  double* y;
  int64_t ldy;
  const double* add;
  int64_t ldadd;
};

// `width` outputs, the first `count` of which there are.
template <int width> void panel(const double* w, const double* bias, int64_t inputs, const Rows& rows, int count) {
  constexpr int L = lanes_float64, vectors = width / L;
  const bool cut = count < width;
  for (int64_t r = 0; r < rows.count; ++r) {
    const double *x = rows.x + r * rows.ldx, *add = rows.add + r * rows.ldadd;
    double *y = rows.y + r * rows.ldy, some[width];
    if (cut) {
      for (int j = 0; j < width; ++j) some[j] = rows.add && j < count ? add[j] : 0;
      add = some;
    }
    doubles sum[vectors];
    const bool adds = cut || rows.add;
    LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[v] =
        load(bias + v * L) + (adds ? load(add + v * L) : doubles{});
    for (int64_t k = 0; k < inputs; ++k) {
      const doubles xk = doubles{} + x[k];
      LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[v] = sum[v] + xk * load(w + k * width + v * L);
    }
    double* to = cut ? some : y;
    LADING_UNROLL for (int v = 0; v < vectors; ++v) store(to + v * L, sum[v]);
    for (int j = 0; cut && j < count; ++j) y[j] = some[j];
  }
}

}  // namespace

void dense_float64(const PackedFloat64& w, const double* x, int64_t ldx, int64_t rows, double* y, int64_t ldy,
                   const double* add, int64_t ldadd) {
  for (int64_t first = 0, end; first < w.outputs; first = end) {
    const int width = w.panel(first);
    end = first + width;
    const int64_t inputs = x ? w.inputs : 0;
    const double *weights = w.weights + first * w.inputs, *bias = w.bias + first;
    const int count = static_cast<int>(end > w.outputs ? w.outputs - first : width);
    const Rows all = {x, x ? ldx : 0, rows, y + first, ldy, add ? add + first : nullptr, add ? ldadd : 0};
    if (width == 32) panel<32>(weights, bias, inputs, all, count);
    else if (width == 24) panel<24>(weights, bias, inputs, all, count);
    else if (width == 16) panel<16>(weights, bias, inputs, all, count);
    else panel<8>(weights, bias, inputs, all, count);
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
