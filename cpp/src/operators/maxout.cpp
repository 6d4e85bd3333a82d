// internal.Maxout, which a pass makes of dense layers that read one input and of the Max over them: the pieces stand side by
// side in one product, and y is the largest of its `pieces` parts. Inputs: x [..., K], w [K, pieces N], bias [pieces N] or none.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

class Maxout final : public Operator {
 public:
  explicit Maxout(const Definition& definition)
      : kernels_(definition.kernels()), pieces_(definition.integer("pieces")), weights_(packed_layer(definition, 1)) {
    if (pieces_ < 1 || weights_.outputs() % pieces_) definition.fail("its pieces must be equally wide");
  }
  void infer(const Operands& io) const override {
    io.set(0, Type::float32, layer_shape(io, weights_.inputs(), width()));
  }
  std::size_t scratch(const Operands& io) const override {
    return static_cast<std::size_t>(std::min<std::int64_t>(row_count(io[0].shape), lane_block) * weights_.outputs()) *
           sizeof(float);
  }
  void run(const Operands& io) const override {
    auto* pieces = reinterpret_cast<float*>(io.scratch());
    const float* x = io[0].as<float>();
    float* y = io.output().as<float>();
    for (std::int64_t left = row_count(io[0].shape); left > 0; left -= lane_block) {
      const std::int64_t rows = std::min<std::int64_t>(left, lane_block);
      weights_.multiply(x, rows, pieces);
      kernels_.reduce_columns(Reduction::max, pieces, y, pieces_, width(), rows, weights_.outputs());
      x += rows * weights_.inputs(), y += rows * width();
    }
  }
  int entry(const Operands& io, int) const override { return row_entry(io); }
  bool has_packed(int i) const override { return i > 0; }
  std::size_t memory() const override { return weights_.bytes(); }

 private:
  std::int64_t width() const { return weights_.outputs() / pieces_; }

  const Kernels& kernels_;
  std::int64_t pieces_;
  PackedWeights weights_;
};

}  // namespace

std::unique_ptr<Operator> make_Maxout(const Definition& definition) { return std::make_unique<Maxout>(definition); }

}  // namespace lading
