// Shape, Size (ONNX): the shape of a tensor as numbers.
#include <algorithm>
#include <limits>

#include "operators/checks.hpp"

namespace lading {
namespace {

// Lengths of the axes from `start` to `end`, which count from the end if negative and are cut to what is there.
class ShapeOperator final : public Operator {
 public:
  explicit ShapeOperator(const Definition& definition)
      : start_(definition.integer("start", 0)),
        end_(definition.integer("end", std::numeric_limits<std::int64_t>::max())) {}
  bool reads_shape_only() const override { return true; }
  void infer(const Operands& io) const override {
    const int rank = io[0].shape.rank;
    Shape out;
    out.push(std::max(0, cut(end_, rank) - cut(start_, rank)));
    io.set(0, Type::int64, out);
  }
  void run(const Operands& io) const override {
    const Shape& in = io[0].shape;
    std::copy(in.dims.begin() + cut(start_, in.rank),
              in.dims.begin() + std::max(cut(start_, in.rank), cut(end_, in.rank)), io.output().as<std::int64_t>());
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0), rank = io[0].shape.rank;
    if (entry < 0) return entry == Entry::mixed ? int(Entry::mixed) : int(Entry::lengths);
    return entry >= cut(start_, rank) && entry < cut(end_, rank) ? int(Entry::lengths) : int(Entry::none);
  }

 private:
  static int cut(std::int64_t axis, int rank) {
    return static_cast<int>(std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank));
  }
  std::int64_t start_, end_;
};

class Size final : public Operator {
 public:
  bool reads_shape_only() const override { return true; }
  void infer(const Operands& io) const override { io.set(0, Type::int64, Shape()); }
  void run(const Operands& io) const override { *io.output().as<std::int64_t>() = io[0].size(); }
  int entry(const Operands& io, int) const override {
    return io.entry(0) == Entry::mixed ? int(Entry::mixed) : int(Entry::lengths);
  }
};

}  // namespace

std::unique_ptr<Operator> make_Shape(const Definition& definition) {
  return std::make_unique<ShapeOperator>(definition);
}
std::unique_ptr<Operator> make_Size(const Definition&) { return std::make_unique<Size>(); }

}  // namespace lading
