// Products of float64 rows and constant weights, in order and without fused multiply-adds: sum = sum + x w for every
// k, one after the other. Vectors run across outputs.
#include "kernels/isa/float64.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

constexpr int widest = 32;

// One row of a panel: y [width] = (bias + add) + x [inputs] w
using Panel = void (*)(const double* w, const double* bias, const double* add, const double* x, int64_t inputs,
                       double* y);
template <int width>
void panel(const double* w, const double* bias, const double* add, const double* x, int64_t inputs, double* y) {
  constexpr int L = lanes_float64, vectors = width / L;
  doubles sum[vectors];
  LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[v] = load(bias + v * L) + load(add + v * L);
  for (int64_t k = 0; k < inputs; ++k, w += width) {
    const doubles xk = doubles{} + x[k];
    LADING_UNROLL for (int v = 0; v < vectors; ++v) sum[v] = sum[v] + xk * load(w + v * L);
  }
  LADING_UNROLL for (int v = 0; v < vectors; ++v) store(y + v * L, sum[v]);
}

}  // namespace

void dense_float64(const PackedFloat64& w, const double* x, int64_t ldx, int64_t rows, double* y, int64_t ldy,
                   const double* add, int64_t ldadd) {
  const int64_t inputs = x ? w.inputs : 0;
  for (int64_t first = 0; first < w.outputs;) {
    const int width = panel_float64(w.outputs - first);
    const int64_t count = w.outputs - first < width ? w.outputs - first : width;  // the last one may be wider than y
    const Panel run = width == 32 ? panel<32> : width == 24 ? panel<24> : width == 16 ? panel<16> : panel<8>;
    for (int64_t r = 0; r < rows; ++r) {
      const double* from = add ? add + r * ldadd + first : nullptr;
      double *to = y + r * ldy + first, some[widest] = {};
      for (int64_t j = 0; from && count < width && j < count; ++j) some[j] = from[j];
      run(w.weights + first * w.inputs, w.bias + first, from && count == width ? from : some, x ? x + r * ldx : x,
          inputs, count == width ? to : some);
      for (int64_t j = 0; count < width && j < count; ++j) to[j] = some[j];
    }
    first += width;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
