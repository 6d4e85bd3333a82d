// internal.Neighbours, which a pass makes of distances and TopK: the places of the `count` nearest points of each point, but for
// the `skipped` first. Inputs: points [..., n, d] (or, as columns, [..., d, n]) and their squares, one number for each point.
// A distance is 2 p q and both squares, in the order that the graph had; so are ties: the first place wins.
#include <algorithm>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/order.hpp"

namespace lading {
namespace {

class Neighbours final : public Operator {
 public:
  explicit Neighbours(const Definition& definition)
      : kernels_(definition.kernels()),
        count_(definition.integer("count")),
        skipped_(definition.integer("skipped", 0)),
        columns_(definition.integer("columns", 0) != 0),
        nan_first_(definition.integer("nan_first", 0) != 0),
        last_(static_cast<AddedLast>(choice(definition, "last", "others", {"products", "own", "others"}))) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::float32)), check_type(io, 1, bit(Type::float32));
    const Points points(io, columns_);
    if (io[0].shape.rank < 2 || io[1].size() != points.sets * points.n)
      io.fail({"points of shape ", io[0].shape, " do not fit squares of shape ", io[1].shape});
    if (count_ > points.n) refuse_count(io, count_, points.n);
    Shape out = io[0].shape;
    out[out.rank - 2] = points.n, out[out.rank - 1] = count_ - skipped_;
    io.set(0, Type::int64, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const Points points(io, columns_);
    return turned_bytes(points) + distance_bytes(points) + static_cast<std::size_t>(points.n) * sizeof(Candidate);
  }
  void run(const Operands& io) const override {
    const Points points(io, columns_);
    const float *given = io[0].as<float>(), *squares = io[1].as<float>();
    auto* places = io.output().as<std::int64_t>();
    for (std::int64_t set = 0; set < points.sets; ++set) {
      run_set(io, points, given, squares, places);
      given += points.n * points.d, squares += points.n, places += points.n * (count_ - skipped_);
    }
  }
  // Points of other entries are no neighbours.
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(0);
    if (axis < 0) return entry_of_shapes(io);
    return axis < io[0].shape.rank - 2 && io.entry(1) == axis ? axis : int(Entry::mixed);
  }

 private:
  struct Points {
    std::int64_t sets, n, d;
    Points(const Operands& io, bool columns) {
      const Shape& shape = io[0].shape;
      sets = shape.size(0, shape.rank - 2);
      n = shape[shape.rank - (columns ? 1 : 2)], d = shape[shape.rank - (columns ? 2 : 1)];
    }
  };
  static constexpr std::int64_t block = lane_block;  // points whose neighbours are looked for together, one a lane

  static std::size_t turned_bytes(const Points& points) {
    return aligned(static_cast<std::size_t>(points.n * points.d) * sizeof(float) + tail);
  }
  static std::size_t distance_bytes(const Points& points) {
    return aligned(static_cast<std::size_t>(points.n * block) * sizeof(float) + tail);
  }
  void run_set(const Operands& io, const Points& points, const float* given, const float* squares,
               std::int64_t* places) const {
    const std::int64_t n = points.n, d = points.d, kept = count_ - skipped_;
    auto* turned = reinterpret_cast<float*>(io.scratch());
    auto* distances = reinterpret_cast<float*>(io.scratch() + turned_bytes(points));
    kernels_.transpose(given, columns_ ? n : d, columns_ ? d : n, columns_ ? n : d, turned, columns_ ? d : n);
    const float *rows = columns_ ? turned : given, *columns = columns_ ? given : turned;
    for (std::int64_t first = 0; first < n; first += block) {
      const int lanes = static_cast<int>(std::min(block, n - first));
      kernels_.matmul(rows, d, columns + first, n, distances, block, n, lanes, d, 1, nullptr);
      const bool plain = kernels_.distances(distances, squares + first, squares, n, lanes, last_);
      if (plain && n <= most_exact) kernels_.nearest(distances, n, lanes, skipped_, count_, places + first * kept);
      else
        for (int lane = 0; lane < lanes; ++lane) sort(io, points, distances + lane, places + (first + lane) * kept);
    }
  }
  // As TopK does it, for distances that are infinite or not numbers.
  void sort(const Operands& io, const Points& points, const float* distances, std::int64_t* places) const {
    std::byte* memory = io.scratch() + turned_bytes(points) + distance_bytes(points);
    auto* candidates = reinterpret_cast<Candidate*>(memory);
    for (std::int64_t i = 0; i < points.n; ++i) {
      const float distance = distances[i * block];
      candidates[i] = {nan_first_ ? ~sort_key(-distance) : sort_key(distance), i};
    }
    sort_first(candidates, count_, points.n);
    for (std::int64_t k = skipped_; k < count_; ++k) *places++ = candidates[k].index;
  }

  static constexpr std::int64_t most_exact = 1 << 24;  // places are float32 in the kernel
  const Kernels& kernels_;
  std::int64_t count_, skipped_;
  bool columns_, nan_first_;
  AddedLast last_;
};

}  // namespace

std::unique_ptr<Operator> make_Neighbours(const Definition& definition) {
  return std::make_unique<Neighbours>(definition);
}

}  // namespace lading
