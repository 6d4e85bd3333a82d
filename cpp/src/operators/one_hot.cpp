// OneHot (ONNX): a new axis of length depth, with the on value at the index and the off value elsewhere.
#include <cmath>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

// Element k of a numeric tensor as an integer; what no integer can say becomes the smallest one.
std::int64_t integer_at(const Tensor& tensor, std::int64_t k) {
  constexpr double limit = 9223372036854775808.0;
  return with_one_of<number_types>(tensor.type, [&](auto zero) -> std::int64_t {
    const auto value = tensor.as<decltype(zero)>()[k];
    if constexpr (std::is_floating_point_v<decltype(zero)>)
      return std::abs(value) < limit ? static_cast<std::int64_t>(value) : INT64_MIN;
    else return static_cast<std::int64_t>(value);
  });
}

// Inputs: indices, depth, values (off, on).
class OneHot final : public Operator {
 public:
  explicit OneHot(const Definition& definition) : axis_(definition.integer("axis", -1)) {}
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override {
    const Shape& indices = io[0].shape;
    check_type(io, 0, number_types), check_type(io, 1, number_types), check_one_element(io, 1);
    if (io[2].size() != 2) io.fail({"input 2 must be two values, off and on; its shape is ", io[2].shape});
    check_output_rank(io, indices.rank + 1);
    const int axis = normal_axis(io, axis_, indices.rank + 1);
    const std::int64_t depth = integer_at(io[1], 0);
    if (depth < 0) io.fail("the depth (input 1) must be a whole number, 0 or more");
    Shape out;
    for (int i = 0; i <= indices.rank; ++i) out.push(i == axis ? depth : indices[i - (i > axis)]);
    io.set(0, io[2].type, out);
  }
  void run(const Operands& io) const override {
    const Tensor& out = io.output();
    const int axis = normal_axis(io, axis_, out.shape.rank);
    const std::int64_t depth = out.shape[axis], inner = out.shape.size(axis + 1, out.shape.rank);
    const std::size_t size = size_of(io[2].type);
    fill_elements(io.output().data, out.size(), size, io[2].data);
    if (depth == 0) return;
    for (std::int64_t k = 0, n = io[0].size(); k < n; ++k) {
      std::int64_t index = integer_at(io[0], k);
      if (index < 0) index += depth;
      if (index < 0 || index >= depth) continue;  // all off, as ONNX has it
      const std::int64_t at = (k / inner * depth + index) * inner + k % inner;
      std::memcpy(io.output().data + static_cast<std::size_t>(at) * size, io[2].data + size, size);
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    return io.entry(0) + (io.entry(0) >= normal_axis(io, axis_, io.output().shape.rank));
  }

 private:
  std::int64_t axis_;
};

}  // namespace

std::unique_ptr<Operator> make_OneHot(const Definition& definition) { return std::make_unique<OneHot>(definition); }

}  // namespace lading
