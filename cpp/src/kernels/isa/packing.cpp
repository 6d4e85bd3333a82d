// Weights of dense layers, packed when a model is loaded.
#include "kernels/isa/block.hpp"
#include "kernels/isa/panels.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

int vectors_of(int64_t outputs) { return static_cast<int>((outputs + VL - 1) / VL); }

// Outputs `first` to `end` - 1 of a row; those beyond the last one repeat it.
float* take(const float* row, int64_t first, int64_t end, int64_t outputs, float* to) {
  for (int64_t j = first; j < end; ++j) *to++ = row[j < outputs ? j : outputs - 1];
  return to;
}

}  // namespace

size_t dense_bytes(int64_t inputs, int64_t outputs) {
  return (static_cast<size_t>(inputs) + 1) * static_cast<size_t>(vectors_of(outputs)) * VL * sizeof(float);
}

PackedDense dense_pack(const float* w, const float* bias, int64_t inputs, int64_t outputs, void* memory) {
  PackedDense d{};
  d.inputs = inputs, d.outputs = outputs, d.vectors = vectors_of(outputs);
  // Few outputs: one panel, as wide as it takes. Many: narrower panels leave more rows in a block.
  const int width = d.vectors <= widest ? widest : widest_of_many;
  d.panels = (d.vectors + width - 1) / width;
  if (d.panels) d.narrow = d.vectors / d.panels, d.wider = d.vectors % d.panels;
  float* to = static_cast<float*>(memory);
  d.weights = to;
  int64_t first = 0;
  for (int panel = 0; panel < d.panels; ++panel) {
    const int64_t end = first + int64_t{VL} * width_of(d, panel);
    for (int64_t k = 0; k < inputs; ++k) to = take(w + k * outputs, first, end, outputs, to);
    first = end;
  }
  d.bias = to;
  if (bias) take(bias, 0, int64_t{VL} * d.vectors, outputs, to);
  else __builtin_memset(to, 0, sizeof(float) * VL * static_cast<size_t>(d.vectors));
  return d;
}

}  // namespace lading::LADING_ISA_NAMESPACE
