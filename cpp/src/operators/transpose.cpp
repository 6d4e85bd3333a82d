// Transpose (ONNX): axes in another order.
#include <algorithm>
#include <numeric>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Transpose final : public Operator {
 public:
  explicit Transpose(const Definition& definition) : order_(definition.integers("perm")) {
    std::vector<std::int64_t> sorted(order_.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    if (!std::is_permutation(order_.begin(), order_.end(), sorted.begin()))
      definition.fail({"attribute 'perm' is ", list_text(order_), "; it must hold the numbers from 0 to ",
                       order_.size() - 1, ", each once"});
  }
  void infer(const Operands& io) const override {
    const Shape& in = io[0].shape;
    if (!order_.empty() && static_cast<int>(order_.size()) != in.rank)
      io.fail({"attribute 'perm' names ", order_.size(), " axes, the input has shape ", in});
    Shape out;
    for (int axis = 0; axis < in.rank; ++axis) out.push(in[from(axis, in.rank)]);
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Tensor& in = io[0];
    Tensor& out = io.output();
    const Strides own = strides_of(in.shape);
    Strides strides{};
    for (int axis = 0; axis < in.shape.rank; ++axis) strides[axis] = own[from(axis, in.shape.rank)];
    copy_strided(out.shape, size_of(in.type), out.data, strides_of(out.shape), in.data, strides);
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return io.entry(0);
    int axis = 0;
    while (from(axis, io[0].shape.rank) != io.entry(0)) ++axis;
    return axis;
  }

 private:
  int from(int axis, int rank) const { return order_.empty() ? rank - 1 - axis : static_cast<int>(order_[axis]); }
  std::vector<std::int64_t> order_;
};

}  // namespace

std::unique_ptr<Operator> make_Transpose(const Definition& definition) {
  return std::make_unique<Transpose>(definition);
}

}  // namespace lading
