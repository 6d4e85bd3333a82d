// Constant weights [K][N] of a dense layer, packed for the kernels when a model is loaded.
#pragma once
#include <cstring>
#include <vector>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "operators/operator.hpp"

namespace lading {

// PackedDense::pairs of weights that are bfloat16, as those of a model with small weights are; null if one is not.
std::shared_ptr<std::byte> bfloat16_pairs(const PackedDense& packed, const Definition& definition);
// Smaller layers are near enough anyway, and the kernels' code for these is not needed then.
constexpr std::int64_t pairs_from = 128;

class PackedWeights {
 public:
  // w [inputs][outputs]; bias [outputs] or null
  PackedWeights(const Definition& definition, const float* w, const float* bias, std::int64_t inputs,
                std::int64_t outputs)
      : kernels_(definition.kernels()),
        bytes_(kernels_.dense_bytes(inputs, outputs)),
        memory_(definition.weight_memory(bytes_)) {
    packed_ = kernels_.dense_pack(w, bias, inputs, outputs, memory_.get());
    if (kernels_.reads_pairs && inputs >= pairs_from) {
      pairs_ = bfloat16_pairs(packed_, definition);
      packed_.pairs = reinterpret_cast<const float*>(pairs_.get());
    }
  }
  std::int64_t inputs() const { return packed_.inputs; }
  std::int64_t outputs() const { return packed_.outputs; }
  std::size_t bytes() const { return pairs_ ? bytes_ + bytes_ / 2 : bytes_; }
  const PackedDense& packed() const { return packed_; }
  // y [rows][outputs] = x [rows][inputs] w + (bias + add), then relu if asked; add may be null
  void multiply(const float* x, std::int64_t rows, float* y, const float* add = nullptr, bool relu = false) const {
    kernels_.dense(packed_, x, inputs(), rows, y, outputs(), add, outputs(), relu);
  }

 private:
  const Kernels& kernels_;
  std::size_t bytes_;
  std::shared_ptr<std::byte> memory_, pairs_;
  PackedDense packed_;
};

// The constant weights [K, N] of a layer, which are a node's input i, and its bias [N], i + 1, or none.
PackedWeights packed_layer(const Definition& definition, int i);

// ---- rules of layers, which take the last axis of input 0 to another one, row by row
// The shape of what a layer gives; fails for other inputs than float32 [..., inputs].
Shape layer_shape(const Operands& io, std::int64_t inputs, std::int64_t outputs);
int row_entry(const Operands& io);  // the axis of the entries, unless it is the last: rows do not see each other
inline std::int64_t row_count(const Shape& shape) { return shape.size(0, shape.rank - 1); }

// The same of float64, whose sums go in order and begin at zero: the bits of multiply_matrices.
class PackedWeightsFloat64 {
 public:
  PackedWeightsFloat64() = default;
  // w [inputs][outputs], or [outputs][inputs] if it is transposed; others than float64 matrices are left alone.
  PackedWeightsFloat64(const Definition& definition, const Tensor* w, bool transposed);
  explicit operator bool() const { return packed_.weights; }
  std::size_t bytes() const { return bytes_; }
  void multiply(const Kernels& kernels, const double* x, std::int64_t rows, double* y) const {
    kernels.dense_float64(packed_, x, packed_.inputs, rows, y, packed_.outputs, nullptr, 0);
  }

 private:
  std::size_t bytes_ = 0;
  std::shared_ptr<std::byte> memory_;
  PackedFloat64 packed_{};
};

constexpr std::int64_t whole_panels(std::int64_t outputs) { return (outputs + 7) / 8 * 8; }
// Fills `weights` [inputs * whole_panels] and `biases` [whole_panels]. From one number of w to that of the next input or output
// are so many. Lanes beyond the last output repeat it, so that they raise no exception of their own.
PackedFloat64 pack_float64(const double* w, std::int64_t next_input, std::int64_t next_output, const double* bias,
                           std::int64_t inputs, std::int64_t outputs, double* weights, double* biases);

// w [rows][columns] turned around
inline std::vector<float> transposed(const float* w, std::int64_t rows, std::int64_t columns) {
  std::vector<float> turned(static_cast<std::size_t>(rows * columns));
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) turned[static_cast<std::size_t>(j * rows + i)] = w[i * columns + j];
  return turned;
}

}  // namespace lading
