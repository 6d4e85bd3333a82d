// MatMul (ONNX, numpy.matmul): matrices in the last two axes, all axes before them broadcast. A list counts as one
// row on the left and as one column on the right. A constant float32 matrix on the right is a dense layer.
#include <algorithm>
#include <optional>

#include "operators/loops.hpp"
#include "operators/matrices.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

// A list as a matrix.
Shape as_left(Shape shape) {
  if (shape.rank != 1) return shape;
  Shape row;
  row.push(1), row.push(shape[0]);
  return row;
}
Shape as_right(Shape shape) {
  if (shape.rank == 1) shape.push(1);
  return shape;
}
Shape without_matrix(Shape shape) {
  shape.rank -= 2;
  return shape;
}

class MatMul final : public Operator {
 public:
  explicit MatMul(const Definition& definition) : kernels_(definition.kernels()) {
    const Tensor* b = definition.constant(1);
    if (b && b->type == Type::float32 && b->shape.rank == 2)
      weights_.emplace(definition, b->as<float>(), nullptr, b->shape[0], b->shape[1]);
    weights_float64_ = {definition, b, false};
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, matrix_types), check_same_type(io, 1);
    if (io[0].shape.rank == 0 || io[1].shape.rank == 0) io.fail("takes lists and matrices, not single numbers");
    const Shape a = as_left(io[0].shape), b = as_right(io[1].shape);
    if (a[a.rank - 1] != b[b.rank - 2])
      io.fail({"matrices of shape ", io[0].shape, " and ", io[1].shape, " do not fit"});
    Shape out = broadcast(io, without_matrix(a), without_matrix(b));
    if (io[0].shape.rank > 1) out.push(a[a.rank - 2]);
    if (io[1].shape.rank > 1) out.push(b[b.rank - 1]);
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    if (weights_ && io[0].type == Type::float32)
      return weights_->multiply(io[0].as<float>(), row_count(io[0].shape), io.output().as<float>());
    if (weights_float64_ && io[0].type == Type::float64)
      return weights_float64_.multiply(kernels_, io[0].as<double>(), row_count(io[0].shape), io.output().as<double>());
    with_one_of<matrix_types>(io[0].type, [&](auto zero) { run_batches<decltype(zero)>(io); });
  }
  // Entries may be batches on both sides, rows on the left or columns on the right.
  int entry(const Operands& io, int) const override {
    const Shape a = as_left(io[0].shape), b = as_right(io[1].shape);
    const int ea = io.entry(0), eb = io.entry(1), lead = std::max(a.rank, b.rank) - 2;
    const bool row = ea >= 0 && ea == io[0].shape.rank - 2, column = eb >= 1 && eb == io[1].shape.rank - 1;
    if ((ea < 0 && ea != Entry::none) || (eb < 0 && eb != Entry::none)) return Entry::mixed;
    if (row) return eb == Entry::none ? lead : int(Entry::mixed);
    if (column) return ea == Entry::none ? lead + (io[0].shape.rank > 1) : int(Entry::mixed);
    return batch_entry(a, ea, b, eb, lead);
  }
  bool has_packed(int i) const override { return i == 1 && (weights_ || weights_float64_); }
  std::size_t memory() const override { return weights_ ? weights_->bytes() : weights_float64_.bytes(); }

 private:
  // Where the entry axes of both operands fall among the `lead` axes before the matrices.
  static int batch_entry(const Shape& a, int ea, const Shape& b, int eb, int lead) {
    if (ea >= a.rank - 2 || eb >= b.rank - 2) return Entry::mixed;  // an axis that is summed over
    const int axis_a = ea + lead + 2 - a.rank, axis_b = eb + lead + 2 - b.rank;
    if (ea >= 0 && eb >= 0) return axis_a == axis_b ? axis_a : int(Entry::mixed);
    const int axis = ea >= 0 ? axis_a : axis_b;
    const Shape& other = ea >= 0 ? b : a;
    const int own = axis - (lead + 2 - other.rank);  // must not have a matrix for each entry
    return own < 0 || other[own] == 1 ? axis : int(Entry::mixed);
  }
  template <class T> void run_batches(const Operands& io) const {
    const Shape a = as_left(io[0].shape), b = as_right(io[1].shape);
    const std::int64_t m = a[a.rank - 2], k = a[a.rank - 1], n = b[b.rank - 1];
    const T *left = io[0].as<T>(), *right = io[1].as<T>();
    T* y = io.output().as<T>();
    if (b.size(0, b.rank - 2) == 1 && a.rank >= b.rank)  // one right side for all: one large product
      return multiply_matrices(kernels_, left, right, y, row_count(a), n, k);
    const Shape lead_a = without_matrix(a), lead_b = without_matrix(b), lead = broadcast(io, lead_a, lead_b);
    broadcast_loops<3>(lead, {&lead_a, &lead_b}).each([&](const auto& at) {
      multiply_matrices(kernels_, left + at[1] * m * k, right + at[2] * k * n, y + at[0] * m * n, m, n, k);
    });
  }
  const Kernels& kernels_;
  std::optional<PackedWeights> weights_;
  PackedWeightsFloat64 weights_float64_;
};

}  // namespace

std::unique_ptr<Operator> make_MatMul(const Definition& definition) { return std::make_unique<MatMul>(definition); }

}  // namespace lading
