#include "operators/packed_weights.hpp"

#include <algorithm>
#include <bit>

namespace lading {

Memory bfloat16_pairs(const PackedDense& packed, int lanes) {
  constexpr std::uint32_t upper = 0xffff0000;
  const auto bits = [](float w) { return std::bit_cast<std::uint32_t>(w); };
  if (std::any_of(packed.weights, packed.bias, [&](float w) { return bits(w) & ~upper; })) return {};
  const auto words_of = [&](int vectors) { return static_cast<std::int64_t>(vectors + 1) / 2 * lanes; };
  const std::int64_t words = packed.inputs * (packed.wider * words_of(packed.narrow + 1) +
                                              (packed.panels - packed.wider) * words_of(packed.narrow));
  Memory memory = allocate(static_cast<std::size_t>(words) * sizeof(std::uint32_t));
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

PackedWeights packed_layer(const Definition& definition, int i) {
  const Tensor* w = definition.constant(i);
  if (!w || w->type != Type::float32 || w->shape.rank != 2) definition.fail("needs constant float32 weights [K, N]");
  const Tensor* bias = definition.has_input(i + 1) ? definition.constant(i + 1) : nullptr;
  if (definition.has_input(i + 1) && (!bias || bias->type != Type::float32 || bias->size() != w->shape[1]))
    definition.fail("needs a constant float32 bias, one number for each output");
  return {definition.kernels(), w->as<float>(), bias ? bias->as<float>() : nullptr, w->shape[0], w->shape[1]};
}

}  // namespace lading
