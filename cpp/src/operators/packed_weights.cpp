#include "operators/packed_weights.hpp"

#include <algorithm>
#include <bit>

#include "operators/checks.hpp"

namespace lading {

std::shared_ptr<std::byte> bfloat16_pairs(const PackedDense& packed, const Definition& definition) {
  const int lanes = definition.kernels().lanes;
  constexpr std::uint32_t upper = 0xffff0000;
  const auto bits = [](float w) { return std::bit_cast<std::uint32_t>(w); };
  if (std::any_of(packed.weights, packed.bias, [&](float w) { return bits(w) & ~upper; })) return {};
  const auto words_of = [&](int vectors) { return static_cast<std::int64_t>(vectors + 1) / 2 * lanes; };
  const std::int64_t words = packed.inputs * (packed.wider * words_of(packed.narrow + 1) +
                                              (packed.panels - packed.wider) * words_of(packed.narrow));
  auto memory = definition.weight_memory(static_cast<std::size_t>(words) * sizeof(std::uint32_t));
  auto* to = reinterpret_cast<std::uint32_t*>(memory.get());
  const float* from = packed.weights;
  for (int panel = 0; panel < packed.panels; ++panel)
    for (std::int64_t k = 0; k < packed.inputs; ++k)
      for (int left = packed.narrow + (panel < packed.wider); left > 0; left -= 2) {
        const float* odd = left > 1 ? from + lanes : from;  // a last vector alone is its own partner
        for (int lane = 0; lane < lanes; ++lane) *to++ = bits(from[lane]) >> 16 | (bits(odd[lane]) & upper);
        from = odd + lanes;
      }
  return memory;
}

PackedFloat64 pack_float64(const double* w, std::int64_t next_input, std::int64_t next_output, const double* bias,
                           std::int64_t inputs, std::int64_t outputs, double* weights, double* biases) {
  const PackedFloat64 packed{inputs, outputs, weights, biases};
  for (std::int64_t first = 0, end; first < outputs; first = end) {
    end = first + panel_float64(outputs - first);
    for (std::int64_t j = first; j < end; ++j) biases[j] = bias ? bias[std::min(j, outputs - 1)] : 0;
    for (std::int64_t k = 0; k < inputs; ++k)
      for (std::int64_t j = first; j < end; ++j)
        *weights++ = w[k * next_input + std::min(j, outputs - 1) * next_output];
  }
  return packed;
}

PackedWeightsFloat64::PackedWeightsFloat64(const Definition& definition, const Tensor* w, bool transposed) {
  if (!w || w->type != Type::float64 || w->shape.rank != 2) return;
  const std::int64_t inputs = w->shape[transposed], outputs = w->shape[!transposed], lanes = whole_panels(outputs);
  bytes_ = static_cast<std::size_t>(lanes * (inputs + 1)) * sizeof(double);
  memory_ = definition.weight_memory(bytes_);
  auto* weights = reinterpret_cast<double*>(memory_.get());
  packed_ = pack_float64(w->as<double>(), transposed ? 1 : outputs, transposed ? inputs : 1, nullptr, inputs, outputs,
                         weights, weights + lanes * inputs);
}

PackedWeights packed_layer(const Definition& definition, int i) {
  const Tensor* w = definition.constant(i);
  if (!w || w->type != Type::float32 || w->shape.rank != 2) definition.fail("needs constant float32 weights [K, N]");
  const Tensor* bias = definition.has_input(i + 1) ? definition.constant(i + 1) : nullptr;
  if (definition.has_input(i + 1) && (!bias || bias->type != Type::float32 || bias->size() != w->shape[1]))
    definition.fail("needs a constant float32 bias, one number for each output");
  return {definition, w->as<float>(), bias ? bias->as<float>() : nullptr, w->shape[0], w->shape[1]};
}

Shape layer_shape(const Operands& io, std::int64_t inputs, std::int64_t outputs) {
  check_type(io, 0, bit(Type::float32));
  Shape shape = io[0].shape;
  if (shape.rank == 0 || shape[shape.rank - 1] != inputs)
    io.fail({"input 0 must have ", inputs, " numbers along its last axis, its shape is ", shape});
  shape[shape.rank - 1] = outputs;
  return shape;
}

int row_entry(const Operands& io) {
  const int axis = io.entry(0);
  return axis < 0 || axis == io.output().shape.rank - 1 ? int(Entry::mixed) : axis;
}

}  // namespace lading
