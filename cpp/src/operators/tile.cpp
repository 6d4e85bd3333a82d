// Tile (ONNX): a tensor repeated along each axis.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"
#include "operators/repeat_entry.hpp"

namespace lading {
namespace {

class Tile final : public Operator {
 public:
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override {
    Shape out = io[0].shape;
    const Shape times = io.integers(1);
    if (times.rank != out.rank) io.fail({"repeats ", times, " must have one number per axis of ", out});
    for (int axis = 0; axis < out.rank; ++axis) {
      if (times[axis] < 0) io.fail({"repeats ", times, " are negative"});
      if (__builtin_mul_overflow(out[axis], times[axis], &out[axis])) io.fail({"repeats ", times, " are too large"});
    }
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Shape times = io.integers(1);
    int whole = times.rank;  // from this axis on nothing is repeated
    while (whole > 0 && times[whole - 1] == 1) --whole;
    const std::byte* in = io[0].data;
    tile(io, times, whole, 0, in, io.output().data);
  }
  int entry(const Operands& io, int) const override { return repeated_entry(io); }

 private:
  // Writes what lies under one index of the axes before `axis`; gives where it ends.
  static std::byte* tile(const Operands& io, const Shape& times, int whole, int axis, const std::byte*& in,
                         std::byte* out) {
    const Shape& shape = io[0].shape;
    if (axis == whole) {
      const std::int64_t bytes = shape.size(axis, shape.rank) * static_cast<std::int64_t>(size_of(io[0].type));
      copy_bytes(out, in, bytes);
      in += bytes;
      return out + bytes;
    }
    std::byte* end = out;
    for (std::int64_t i = 0; i < shape[axis]; ++i) end = tile(io, times, whole, axis + 1, in, end);
    repeat_bytes(out, end - out, times[axis]);
    return out + (end - out) * times[axis];
  }
};

}  // namespace

std::unique_ptr<Operator> make_Tile(const Definition&) { return std::make_unique<Tile>(); }

}  // namespace lading
