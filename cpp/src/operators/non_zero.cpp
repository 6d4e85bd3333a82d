// NonZero (ONNX): the indices of all elements that are not zero, one row per axis.
#include "operators/checks.hpp"

namespace lading {
namespace {

class NonZero final : public Operator {
 public:
  bool shape_from_data() const override { return true; }
  void infer(const Operands& io) const override {
    check_type(io, 0, computed_types);
    io.set(0, Type::int64, shape(io[0].shape.rank, io[0].size()));
  }
  void run(const Operands& io) const override {
    with_one_of<computed_types>(io[0].type, [&](auto zero) { run_as(io, zero); });
  }

 private:
  static Shape shape(int rank, std::int64_t count) {
    Shape shape;
    shape.push(rank), shape.push(count);
    return shape;
  }
  template <class T> static void run_as(const Operands& io, T zero) {
    const Shape& in = io[0].shape;
    const T* data = io[0].as<T>();
    const std::int64_t n = io[0].size();
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < n; ++i) count += data[i] != zero;
    Tensor& out = io.output();
    out.shape = shape(in.rank, count);
    for (int axis = 0; axis < in.rank; ++axis) {
      std::int64_t* indices = out.as<std::int64_t>() + axis * count;
      const std::int64_t length = in[axis], inner = in.size(axis + 1, in.rank);
      for (std::int64_t i = 0; i < n; ++i)
        if (data[i] != zero) *indices++ = i / inner % length;
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_NonZero(const Definition&) { return std::make_unique<NonZero>(); }

}  // namespace lading
