// Compress (ONNX): the slices along an axis, or the elements, for which a condition holds.
#include <algorithm>
#include <optional>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Compress final : public Operator {
 public:
  explicit Compress(const Definition& definition) {
    if (definition.has("axis")) axis_ = definition.integer("axis");
  }
  bool shape_from_data() const override { return true; }
  void infer(const Operands& io) const override {
    const Shape flat = flattened(io);
    check_type(io, 1, bit(Type::boolean)), check_rank(io, 1, 1);
    Shape out = flat;
    out[axis_of(io)] = considered(io);
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Shape in = flattened(io);
    const int axis = axis_of(io);
    const bool* condition = io[1].as<bool>();
    const std::int64_t n = considered(io), kept = std::count(condition, condition + n, true);
    const std::int64_t piece = in.size(axis + 1, in.rank) * static_cast<std::int64_t>(size_of(io[0].type));
    std::byte* out = io.output().data;
    for (std::int64_t row = 0; row < in.size(0, axis); ++row)
      for (std::int64_t i = 0; i < n; ++i) {
        if (!condition[i]) continue;
        copy_bytes(out, io[0].data + (row * in[axis] + i) * piece, piece);
        out += piece;
      }
    io.output().shape[axis] = kept;
  }

 private:
  // Without an axis the elements stand in one row.
  Shape flattened(const Operands& io) const {
    if (axis_) return io[0].shape;
    Shape shape;
    shape.push(io[0].size());
    return shape;
  }
  int axis_of(const Operands& io) const {
    if (axis_ && io[0].shape.rank == 0) io.fail("a number has no axis to look along");
    return axis_ ? normal_axis(io, *axis_, io[0].shape.rank) : 0;
  }
  // Conditions beyond the axis say nothing, as in ONNX Runtime.
  std::int64_t considered(const Operands& io) const { return std::min(io[1].size(), flattened(io)[axis_of(io)]); }
  std::optional<std::int64_t> axis_;
};

}  // namespace

std::unique_ptr<Operator> make_Compress(const Definition& definition) { return std::make_unique<Compress>(definition); }

}  // namespace lading
