// Split (ONNX): pieces of a tensor along an axis, of given lengths or equal ones.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Split final : public Operator {
 public:
  explicit Split(const Definition& definition)
      : axis_(definition.integer("axis", 0)), pieces_(definition.integer("num_outputs", definition.output_count())) {
    if (definition.has("num_outputs") && pieces_ != definition.output_count())
      definition.fail(
          {"attribute 'num_outputs' is ", pieces_, "; the node has ", counted(definition.output_count(), "output")});
  }
  std::uint32_t shape_inputs() const override { return 1 << 1; }

  void infer(const Operands& io) const override {
    Shape shape = io[0].shape;
    const int axis = normal_axis(io, axis_, shape.rank);
    if (shape.rank == 0) io.fail("a number without an axis cannot be split");
    if (io.has(1)) check_lengths(io, list_of_integers(io, 1), shape[axis]);
    const std::int64_t whole = shape[axis];
    for (int i = 0; i < io.output_count(); ++i) {
      shape[axis] = io.has(1) ? list_of_integers(io, 1)[i] : share(io, whole, i);
      io.set(i, io[0].type, shape);
    }
  }
  void run(const Operands& io) const override {
    const Shape& shape = io[0].shape;
    const int axis = normal_axis(io, axis_, shape.rank);
    const std::int64_t rows = shape.size(0, axis), inner = shape.size(axis + 1, shape.rank), row = shape[axis] * inner;
    const std::size_t size = size_of(io[0].type);
    const std::byte* in = io[0].data;
    for (int i = 0; i < io.output_count(); ++i) {
      const std::int64_t piece = inner * (io.has(1) ? list_of_integers(io, 1)[i] : share(io, shape[axis], i));
      if (io.has_output(i)) copy_rows(rows, piece, size, io.output(i).data, piece, in, row);
      in += static_cast<std::size_t>(piece) * size;
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return io.entry(0) == Entry::uniform ? int(Entry::uniform) : entry_of_shapes(io);
    if (!fixed_inputs(io, 1)) return Entry::mixed;
    return io.entry(0) == normal_axis(io, axis_, io[0].shape.rank) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  static void check_lengths(const Operands& io, const Integers& lengths, std::int64_t whole) {
    if (lengths.size() != io.output_count())
      io.fail({"input 1 gives ", counted(lengths.size(), "length"), " for ", counted(io.output_count(), "output")});
    std::int64_t left = whole;
    for (std::int64_t k = 0; k < lengths.size(); ++k) {
      if (lengths[k] < 0 || lengths[k] > left) left = -1;
      if (left >= 0) left -= lengths[k];
    }
    if (left != 0) io.fail({"the lengths of input 1 do not add up to ", whole});
  }
  // Length of piece i of as many equal ones as there are outputs; the last may be shorter.
  std::int64_t share(const Operands& io, std::int64_t whole, int i) const {
    const std::int64_t most = (whole + pieces_ - 1) / pieces_, last = whole - most * (pieces_ - 1);
    if (last < 0) io.fail({"an axis of length ", whole, " cannot be split into ", pieces_, " pieces of ", most});
    return i + 1 < pieces_ ? most : last;
  }
  std::int64_t axis_, pieces_;
};

}  // namespace

std::unique_ptr<Operator> make_Split(const Definition& definition) { return std::make_unique<Split>(definition); }

}  // namespace lading
