// DepthToSpace, SpaceToDepth (ONNX): channels become blocks of an image, and back.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

// Both are a transpose of the six axes entry, channel, block row, block column, row, column.
class Blocks : public Operator {
 public:
  explicit Blocks(const Definition& definition) : block_(definition.integer("blocksize")) {
    if (block_ < 1 || block_ > 1 << 20)
      definition.fail({"attribute 'blocksize' is ", block_, "; it must be from 1 to 1048576"});
  }
  int entry(const Operands& io, int) const override { return io.entry(0) <= 0 ? io.entry(0) : int(Entry::mixed); }

 protected:
  static Shape list(std::initializer_list<std::int64_t> dims) {
    Shape shape;
    for (const std::int64_t dim : dims) shape.push(dim);
    return shape;
  }
  // The output's axes, taken in the order `from` out of an input of shape `in`.
  static void transpose(const Operands& io, const Shape& in, std::initializer_list<int> from) {
    const Strides own = strides_of(in);
    Shape out;
    Strides strides{};
    for (const int axis : from) strides[out.rank] = own[axis], out.push(in[axis]);
    copy_strided(out, size_of(io[0].type), io.output().data, strides_of(out), io[0].data, strides);
  }
  std::int64_t block_;
};

class DepthToSpace final : public Blocks {
 public:
  explicit DepthToSpace(const Definition& definition)
      : Blocks(definition), channels_first_(choice(definition, "mode", "DCR", {"DCR", "CRD"}) == 1) {}
  void infer(const Operands& io) const override {
    check_rank(io, 0, 4);
    const Shape& in = io[0].shape;
    if (in[1] % (block_ * block_) != 0) io.fail({in[1], " channels do not make blocks of ", block_, " x ", block_});
    io.set(0, io[0].type, list({in[0], in[1] / (block_ * block_), in[2] * block_, in[3] * block_}));
  }
  void run(const Operands& io) const override {
    const Shape& in = io[0].shape;
    const std::int64_t channels = in[1] / (block_ * block_);
    if (channels_first_) transpose(io, list({in[0], channels, block_, block_, in[2], in[3]}), {0, 1, 4, 2, 5, 3});
    else transpose(io, list({in[0], block_, block_, channels, in[2], in[3]}), {0, 3, 4, 1, 5, 2});
  }

 private:
  bool channels_first_;
};

class SpaceToDepth final : public Blocks {
 public:
  explicit SpaceToDepth(const Definition& definition) : Blocks(definition) {}
  void infer(const Operands& io) const override {
    check_rank(io, 0, 4);
    const Shape& in = io[0].shape;
    if (in[2] % block_ != 0 || in[3] % block_ != 0)
      io.fail({"an image of shape ", in, " does not divide into blocks of ", block_});
    io.set(0, io[0].type, list({in[0], in[1] * block_ * block_, in[2] / block_, in[3] / block_}));
  }
  void run(const Operands& io) const override {
    const Shape& in = io[0].shape;
    transpose(io, list({in[0], in[1], in[2] / block_, block_, in[3] / block_, block_}), {0, 3, 5, 1, 2, 4});
  }
};

}  // namespace

std::unique_ptr<Operator> make_DepthToSpace(const Definition& definition) {
  return std::make_unique<DepthToSpace>(definition);
}
std::unique_ptr<Operator> make_SpaceToDepth(const Definition& definition) {
  return std::make_unique<SpaceToDepth>(definition);
}

}  // namespace lading
