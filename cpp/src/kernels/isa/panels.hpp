// How the outputs of a packed dense layer are shared out among its panels.
#pragma once
#include "kernels/isa/simd.hpp"
#include "kernels/kernels.hpp"

namespace lading::LADING_ISA_NAMESPACE {

// Vectors of a panel; none of one behind the last.
LADING_INLINE int width_of(const PackedDense& d, int panel) {
  return panel < d.panels ? d.narrow + (panel < d.wider) : 0;
}
// Lanes of the last vector that are outputs.
LADING_INLINE int last_lanes(const PackedDense& d) {
  return static_cast<int>(d.outputs - int64_t{VL} * (d.vectors - 1));
}

}  // namespace lading::LADING_ISA_NAMESPACE
