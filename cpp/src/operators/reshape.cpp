// Reshape, Flatten, Squeeze, Unsqueeze (ONNX): the same elements in the same order under another shape.
#include <algorithm>

#include "operators/checks.hpp"

namespace lading {
namespace {

class Reshape final : public View {
 public:
  explicit Reshape(const Definition& definition) : zero_is_zero_(definition.integer("allowzero", 0) != 0) {}
  std::uint32_t shape_inputs() const override { return 1 << 1; }

  void infer(const Operands& io) const override {
    const Shape& in = io[0].shape;
    const Shape asked = io.integers(1);
    Shape out = asked;
    int open = -1;
    for (int axis = 0; axis < out.rank; ++axis) {
      if (asked[axis] < -1) io.fail({"cannot reshape to ", asked, ": a length is 0 or more, or -1 for what is left"});
      if (asked[axis] == -1 && open >= 0) io.fail({"shape ", asked, " has more than one -1"});
      if (asked[axis] == -1) open = axis;
      if (copies(asked, axis)) out[axis] = copied(io, asked, axis);
    }
    if (open >= 0) out[open] = remaining(io, asked, out, open);
    io.set(0, io[0].type, out);
    if (out.size() != in.size()) io.fail({"cannot reshape ", in, " to ", asked});
  }

  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0 || io.entry(1) == Entry::mixed || io.entry(1) >= 0) return without_entries(io);
    const int axis = reshaped_entry(io[0].shape, io.entry(0), io.output().shape, io.entries());
    if (axis < 0 || io.entry(1) != Entry::none) return axis;
    // A constant shape must not fix the number of entries by chance.
    const std::int64_t asked = io.integers(1)[axis];
    return asked == -1 || (asked == 0 && axis == io.entry(0)) ? axis : int(Entry::mixed);
  }

 private:
  bool copies(const Shape& asked, int axis) const { return asked[axis] == 0 && !zero_is_zero_; }
  static std::int64_t copied(const Operands& io, const Shape& asked, int axis) {
    if (axis >= io[0].shape.rank)
      io.fail({"shape ", asked, " copies axis ", axis, ", which ", io[0].shape, " does not have"});
    return io[0].shape[axis];
  }
  // The length at -1. Axes that are copied cancel, so that it is known also where one of them is empty.
  std::int64_t remaining(const Operands& io, const Shape& asked, const Shape& out, int open) const {
    Shape rest = io[0].shape;
    std::int64_t given = 1;
    for (int axis = 0; axis < out.rank; ++axis) {
      if (copies(asked, axis)) rest[axis] = 1;
      else if (axis != open && __builtin_mul_overflow(given, out[axis], &given)) given = 0;
    }
    if (given == 0 || rest.size() % given != 0) io.fail({"cannot reshape ", io[0].shape, " to ", asked});
    return rest.size() / given;
  }
  static int without_entries(const Operands& io) {
    return io.entry(0) == Entry::uniform && io.entry(1) != Entry::mixed ? int(Entry::uniform) : entry_of_shapes(io);
  }
  bool zero_is_zero_;
};

class Flatten final : public View {
 public:
  explicit Flatten(const Definition& definition) : axis_(definition.integer("axis", 1)) {}
  void infer(const Operands& io) const override {
    const Shape& in = io[0].shape;
    if (axis_ < -in.rank || axis_ > in.rank) io.fail({"attribute 'axis' is ", axis_, "; the input has shape ", in});
    const int axis = static_cast<int>(axis_ < 0 ? axis_ + in.rank : axis_);
    Shape out;
    out.push(in.size(0, axis));
    out.push(in.size(axis, in.rank));
    io.set(0, io[0].type, out);
  }
  int entry(const Operands& io, int) const override {
    return reshaped_entry(io[0].shape, io.entry(0), io.output().shape, io.entries());
  }

 private:
  std::int64_t axis_;
};

// Which axes are named by input 1, given as a mask over `rank` axes.
std::uint32_t named_axes(const Operands& io, int rank) {
  const Integers axes = list_of_integers(io, 1);
  std::uint32_t mask = 0;
  for (std::int64_t k = 0; k < axes.size(); ++k) {
    const std::uint32_t one = 1u << normal_axis(io, axes[k], rank);
    if (mask & one) io.fail({"axis ", axes[k], " is named twice"});
    mask |= one;
  }
  return mask;
}

class Squeeze final : public View {
 public:
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override {
    const Shape& in = io[0].shape;
    const std::uint32_t gone = io.has(1) ? named_axes(io, in.rank) : ones(in);
    if (gone & ~ones(in)) io.fail({"can only remove axes of length 1; the input has shape ", in});
    Shape out;
    for (int axis = 0; axis < in.rank; ++axis)
      if (!(gone >> axis & 1)) out.push(in[axis]);
    io.set(0, io[0].type, out);
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (!fixed_inputs(io, 1)) return entry_of_shapes(io);
    if (entry < 0) return entry;
    if (!io.has(1)) return Entry::mixed;  // for one entry its axis would go as well
    const std::uint32_t gone = named_axes(io, io[0].shape.rank);
    return entry - __builtin_popcount(gone & ((1u << entry) - 1));
  }

 private:
  static std::uint32_t ones(const Shape& shape) {
    std::uint32_t mask = 0;
    for (int axis = 0; axis < shape.rank; ++axis) mask |= (shape[axis] == 1 ? 1u : 0u) << axis;
    return mask;
  }
};

class Unsqueeze final : public View {
 public:
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override {
    const Shape& in = io[0].shape;
    const std::int64_t rank = in.rank + io[1].size();
    check_output_rank(io, static_cast<int>(std::min<std::int64_t>(rank, 1 << 20)));
    const std::uint32_t added = named_axes(io, static_cast<int>(rank));
    Shape out;
    for (int axis = 0, from = 0; axis < rank; ++axis) out.push(added >> axis & 1 ? 1 : in[from++]);
    io.set(0, io[0].type, out);
  }
  int entry(const Operands& io, int) const override {
    if (!fixed_inputs(io, 1)) return entry_of_shapes(io);
    if (io.entry(0) < 0) return io.entry(0);
    const std::uint32_t added = named_axes(io, io.output().shape.rank);
    int axis = 0;
    for (int from = 0; from < io.entry(0) || (added >> axis & 1); ++axis) from += !(added >> axis & 1);
    return axis;
  }
};

}  // namespace

std::unique_ptr<Operator> make_Flatten(const Definition& definition) { return std::make_unique<Flatten>(definition); }
std::unique_ptr<Operator> make_Reshape(const Definition& definition) { return std::make_unique<Reshape>(definition); }
std::unique_ptr<Operator> make_Squeeze(const Definition&) { return std::make_unique<Squeeze>(); }
std::unique_ptr<Operator> make_Unsqueeze(const Definition&) { return std::make_unique<Unsqueeze>(); }

}  // namespace lading
