// Where the numbers of an entry stand in a tensor whose axes come in any order.
#pragma once
#include <vector>

#include "bundle/bundle.hpp"

namespace lading {

struct TensorLayout {
  Shape shape;
  std::int64_t entry_stride = 0, element_stride = 0, variable_stride = 0;
  // Offsets of the numbers of one item, in row-major order of the axes that are neither entry nor sequence
  // (and, for inputs with variables, not `variable` either).
  std::vector<std::int64_t> inner;
  bool contiguous = false;  // inner is 0, 1, 2, ...

  // `lengths`: padded length per axis of the bundle.
  void bind(const std::vector<AxisUse>& axes, std::int64_t entries, const std::vector<std::int64_t>& lengths,
            bool variables_apart) {
    shape = Shape();
    for (const AxisUse& use : axes)
      shape.push(use.kind == AxisUse::Kind::entry      ? entries
                 : use.kind == AxisUse::Kind::sequence ? lengths[static_cast<std::size_t>(use.axis)]
                                                       : use.size);
    std::int64_t stride = 1;
    std::int64_t strides[max_rank];
    for (int a = shape.rank - 1; a >= 0; --a) strides[a] = stride, stride *= shape[a];
    inner.assign(1, 0);
    for (int a = 0; a < shape.rank; ++a) {
      const AxisUse::Kind kind = axes[static_cast<std::size_t>(a)].kind;
      if (kind == AxisUse::Kind::entry) entry_stride = strides[a];
      else if (kind == AxisUse::Kind::sequence) element_stride = strides[a];
      else if (kind == AxisUse::Kind::variable && variables_apart) variable_stride = strides[a];
      else extend(shape[a], strides[a]);
    }
    contiguous = true;
    for (std::size_t i = 0; i < inner.size(); ++i) contiguous &= inner[i] == static_cast<std::int64_t>(i);
  }

 private:
  void extend(std::int64_t length, std::int64_t stride) {
    const std::size_t before = inner.size();
    inner.resize(before * static_cast<std::size_t>(length));
    for (std::size_t i = before; i-- > 0;)
      for (std::int64_t k = length; k-- > 0;)
        inner[i * static_cast<std::size_t>(length) + static_cast<std::size_t>(k)] = inner[i] + k * stride;
  }
};

}  // namespace lading
