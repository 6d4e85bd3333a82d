// Concat (ONNX): tensors one behind the other along an axis.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Concat final : public Operator {
 public:
  explicit Concat(const Definition& definition) : axis_(definition.integer("axis")) {}
  void infer(const Operands& io) const override {
    Shape out = io[0].shape;
    const int axis = normal_axis(io, axis_, out.rank);
    if (out.rank == 0) io.fail("numbers without an axis cannot be joined; give each one by Unsqueeze");
    for (int i = 1; i < io.input_count(); ++i) {
      check_same_type(io, i);
      Shape same = io[i].shape;
      if (same.rank == out.rank) same[axis] = out[axis];
      if (!(same == out))
        io.fail({"inputs of shape ", io[0].shape, " and ", io[i].shape, " do not join along axis ", axis});
      out[axis] += io[i].shape[axis];
    }
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Shape& shape = io.output().shape;
    const int axis = normal_axis(io, axis_, shape.rank);
    const std::int64_t rows = shape.size(0, axis), row = shape.size(axis, shape.rank);
    const std::size_t size = size_of(io[0].type);
    std::byte* out = io.output().data;
    for (int i = 0; i < io.input_count(); ++i) {
      const std::int64_t piece = io[i].shape.size(axis, shape.rank);
      copy_rows(rows, piece, size, out, row, io[i].data, piece);
      out += static_cast<std::size_t>(piece) * size;
    }
  }
  // Every input must have its entries along the same axis, and it must not be the one that grows.
  int entry(const Operands& io, int) const override {
    int axis = Entry::none;
    for (int i = 0; i < io.input_count(); ++i) {
      if (io.entry(i) < 0) continue;
      if (axis >= 0 && axis != io.entry(i)) return Entry::mixed;
      axis = io.entry(i);
    }
    if (axis < 0) return entry_of_shapes(io);
    for (int i = 0; i < io.input_count(); ++i)
      if (io.entry(i) < 0 && io.entry(i) != Entry::uniform) return Entry::mixed;
    return axis == normal_axis(io, axis_, io[0].shape.rank) ? int(Entry::mixed) : axis;
  }

 private:
  std::int64_t axis_;
};

}  // namespace

std::unique_ptr<Operator> make_Concat(const Definition& definition) { return std::make_unique<Concat>(definition); }

}  // namespace lading
