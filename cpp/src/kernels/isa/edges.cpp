// Sums of two rows for each edge between two points.
#include "kernels/isa/row_sums.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {

void edges(const float* own, const float* others, int64_t ld, const int64_t* at, int64_t points, int64_t each,
           int64_t width, float* y, bool relu) {
  const vec floor = all(relu ? 0.f : -__builtin_inff());
  for (int64_t point = 0; point < points; ++point, own += ld)
    for (int64_t edge = 0; edge < each; ++edge, y += width) {
      const float* other = others + *at++ * ld;
      for (int64_t i = 0; i < width; i += VL) {
        const int some = width - i < VL ? static_cast<int>(width - i) : VL;
        const vec sum = load_up_to(own + i, some) + load_up_to(other + i, some);
        store_up_to(y + i, clear(less(sum, floor), sum), some);
      }
    }
}

}  // namespace lading::LADING_ISA_NAMESPACE
