// internal.EdgeConvolution, which a pass makes of an EdgeConv: for each point the mean (or the largest) of what a small
// network makes of it and each of its neighbours. The first layer is linear in both, so it came before, once for each point:
// x [..., n, 2 c] holds a point's own part and what it gives to others. Inputs: x, places [..., n, k], and of the further layers
// w [K, N] and bias [N] in turn. Points are taken in blocks whose edges stay in the cache.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

class EdgeConvolution final : public Operator {
 public:
  explicit EdgeConvolution(const Definition& definition)
      : kernels_(definition.kernels()),
        relu_(definition.integers("relu")),
        width_(definition.integer("width")),
        outputs_(width_),
        largest_(choice(definition, "pool", "mean", {"mean", "max"}) == 1) {
    for (int i = 2; i + 1 < definition.input_count(); i += 2) add_layer(definition, i);
    if (relu_.size() != layers_.size() + 1) definition.fail("attribute 'relu' must say it of every layer");
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32)), check_type(io, 1, index_types);
    Shape x = io[0].shape, places = io[1].shape;
    const int rank = x.rank;
    bool fit = rank >= 2 && places.rank == rank && x[rank - 1] == 2 * width_ && places[rank - 1] > 0;
    for (int axis = 0; fit && axis < rank - 1; ++axis) fit = x[axis] == places[axis];
    if (!fit) io.fail({"points of shape ", x, " and places of shape ", places, " do not fit"});
    x[rank - 1] = outputs_;
    io.set(0, Type::float32, x);
  }
  std::size_t scratch(const Operands& io) const override {
    const auto edges = static_cast<std::size_t>(points_at_once(io) * neighbours(io));
    return aligned(edges * sizeof(std::int64_t)) + 2 * edge_bytes(io);
  }
  void run(const Operands& io) const override {
    const int rank = io[0].shape.rank;
    const std::int64_t n = io[0].shape[rank - 2], points = io[0].shape.size(0, rank - 1), block = points_at_once(io);
    for (std::int64_t first = 0; first < points; first += block)
      run_block(io, Integers(io, 1), n, first, std::min(block, points - first));
  }
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(0);
    if (axis < 0) return entry_of_shapes(io);
    return axis < io[0].shape.rank - 2 && io.entry(1) == axis ? axis : int(Entry::mixed);
  }
  bool has_packed(int i) const override { return i > 1; }
  std::size_t memory() const override {
    std::size_t bytes = 0;
    for (const PackedWeights& layer : layers_) bytes += layer.bytes();
    return bytes;
  }

 private:
  static constexpr std::int64_t edges_at_once = 56;

  void add_layer(const Definition& definition, int i) {
    layers_.push_back(packed_layer(definition, i));
    if (layers_.back().inputs() != outputs_) definition.fail({"needs weights [", outputs_, ", N]"});
    outputs_ = layers_.back().outputs(), widest_ = std::max(widest_, outputs_);
  }
  static std::int64_t neighbours(const Operands& io) { return io[1].shape[io[1].shape.rank - 1]; }
  static std::int64_t points_at_once(const Operands& io) {
    return std::max<std::int64_t>(1, edges_at_once / neighbours(io));
  }
  std::size_t edge_bytes(const Operands& io) const {
    const std::int64_t numbers = points_at_once(io) * neighbours(io) * std::max(widest_, width_);
    return aligned(static_cast<std::size_t>(numbers) * sizeof(float) + tail);
  }
  // `count` points from `first` on, of all that stand one after the other; n of them are one set.
  void run_block(const Operands& io, const Integers& places, std::int64_t n, std::int64_t first,
                 std::int64_t count) const {
    const std::int64_t k = neighbours(io), edges = count * k;
    auto* at = reinterpret_cast<std::int64_t*>(io.scratch());
    auto* x = reinterpret_cast<float*>(io.scratch() + aligned(points_at_once(io) * k * sizeof(std::int64_t)));
    auto* y = x + edge_bytes(io) / sizeof(float);
    std::int64_t set = first / n * n, edge = 0;
    for (std::int64_t point = first; point < first + count; ++point) {
      if (point == set + n) set = point;
      for (const std::int64_t end = edge + k; edge < end; ++edge)
        at[edge] = set + checked_index(io, places[first * k + edge], n);
    }
    const float* points = io[0].as<float>();
    kernels_.edges(points + first * 2 * width_, points + width_, 2 * width_, at, count, k, width_, x, relu_[0]);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer, std::swap(x, y))
      layers_[layer].multiply(x, edges, y, nullptr, relu_[layer + 1]);
    pool(x, io.output().as<float>() + first * outputs_, count, k);
  }
  void pool(const float* x, float* y, std::int64_t points, std::int64_t k) const {
    const float divisor = static_cast<float>(k);
    kernels_.reduce_columns(largest_ ? Reduction::max : Reduction::sum, x, y, k, outputs_, points, k * outputs_);
    if (!largest_) kernels_.binary(Binary::div, y, 1, &divisor, 0, y, points * outputs_);
  }

  const Kernels& kernels_;
  std::vector<std::int64_t> relu_;
  std::vector<PackedWeights> layers_;
  std::int64_t width_, outputs_, widest_ = 0;
  bool largest_;
};

}  // namespace

std::unique_ptr<Operator> make_EdgeConvolution(const Definition& definition) {
  return std::make_unique<EdgeConvolution>(definition);
}

}  // namespace lading
