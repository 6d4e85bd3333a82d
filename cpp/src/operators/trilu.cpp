// Trilu (ONNX): the upper or lower triangle of each matrix, zero elsewhere. k moves the diagonal up.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Trilu final : public Operator {
 public:
  explicit Trilu(const Definition& definition) : upper_(definition.integer("upper", 1) != 0) {}
  void infer(const Operands& io) const override {
    if (io[0].shape.rank < 2) io.fail({"needs at least two axes; the input has shape ", io[0].shape});
    if (io.has(1)) check_type(io, 1, bit(Type::int64)), check_one_element(io, 1);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const Shape& shape = io[0].shape;
    const std::int64_t rows = shape[shape.rank - 2], columns = shape[shape.rank - 1];
    const std::int64_t k = io.has(1) ? std::clamp(*io[1].as<std::int64_t>(), -rows, columns) : 0;
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    const std::byte* in = io[0].data;
    std::byte* out = io.output().data;
    const std::int64_t row = columns * element;
    for (std::int64_t r = 0, n = shape.size(0, shape.rank - 1); r < n; ++r, in += row, out += row) {
      const std::int64_t diagonal = std::clamp<std::int64_t>(r % rows + k + (upper_ ? 0 : 1), 0, columns);
      const std::int64_t from = upper_ ? diagonal : 0, to = upper_ ? columns : diagonal;
      std::fill(out, out + row, std::byte{});
      copy_bytes(out + from * element, in + from * element, (to - from) * element);
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    return io.entry(0) < io[0].shape.rank - 2 ? io.entry(0) : int(Entry::mixed);
  }

 private:
  bool upper_;
};

}  // namespace

std::unique_ptr<Operator> make_Trilu(const Definition& definition) { return std::make_unique<Trilu>(definition); }

}  // namespace lading
