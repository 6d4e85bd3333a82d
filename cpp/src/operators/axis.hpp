// A tensor seen along one axis, or along several that lie side by side: outer x length x inner.
#pragma once
#include "operators/operator.hpp"

namespace lading {

struct AxisView {
  std::int64_t outer, length, inner;
  AxisView(const Shape& shape, int first, int count = 1)
      : outer(shape.size(0, first)),
        length(shape.size(first, first + count)),
        inner(shape.size(first + count, shape.rank)) {}
};

}  // namespace lading
