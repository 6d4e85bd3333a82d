// Expand (ONNX): a tensor broadcast to a shape; axes of the shape that are 1 keep the tensor's length.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"
#include "operators/repeat_entry.hpp"

namespace lading {
namespace {

class Expand final : public Operator {
 public:
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override { io.set(0, io[0].type, broadcast(io, io[0].shape, io.integers(1))); }
  void run(const Operands& io) const override {
    Tensor& out = io.output();
    copy_strided(out.shape, size_of(out.type), out.data, strides_of(out.shape), io[0].data,
                 broadcast_strides(io[0].shape, out.shape));
  }
  int entry(const Operands& io, int) const override {
    const int axis = repeated_entry(io);
    // A constant shape must not fix the number of entries by chance.
    const Shape asked = io.integers(1);
    const int at = axis - (io.output().shape.rank - asked.rank);
    return axis >= 0 && io.entry(1) == Entry::none && at >= 0 && asked[at] != 1 ? int(Entry::mixed) : axis;
  }
};

}  // namespace

std::unique_ptr<Operator> make_Expand(const Definition&) { return std::make_unique<Expand>(); }

}  // namespace lading
