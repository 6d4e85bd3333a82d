// Pad (ONNX): more elements at both ends of some axes: a constant, or the tensor's own, continued by its
// edge, mirrored, or over again. Negative numbers cut elements away, before anything is continued.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

enum class Mode { constant, reflect, edge, wrap };

struct Side {
  std::int64_t before = 0, after = 0;
};
using Sides = std::array<Side, max_rank>;

// Along one axis: elements from `first` on, `kept` of them, go to the output at `at`.
struct Kept {
  std::int64_t first, kept, at;
};
Kept kept_of(const Side& side, std::int64_t length) {
  const std::int64_t first = std::max<std::int64_t>(0, -side.before);
  const std::int64_t end = length + std::min<std::int64_t>(0, side.after);
  return {first, std::max<std::int64_t>(0, end - first), std::max<std::int64_t>(0, side.before)};
}

// Which of n kept elements continues them at position p, counted from the first kept one.
std::int64_t continued(Mode mode, std::int64_t p, std::int64_t n) {
  const auto modulo = [](std::int64_t a, std::int64_t b) { return (a % b + b) % b; };
  if (mode == Mode::edge || n == 1) return std::clamp<std::int64_t>(p, 0, n - 1);
  if (mode == Mode::wrap) return modulo(p, n);
  const std::int64_t back_and_forth = modulo(p, 2 * (n - 1));
  return std::min(back_and_forth, 2 * (n - 1) - back_and_forth);
}

// Inputs: data, pads (all befores, then all afters), constant_value, axes (all, if omitted).
class Pad final : public Operator {
 public:
  explicit Pad(const Definition& definition)
      : mode_(static_cast<Mode>(choice(definition, "mode", "constant", {"constant", "reflect", "edge", "wrap"}))) {}
  std::uint32_t shape_inputs() const override { return 1 << 1 | 1 << 3; }

  void infer(const Operands& io) const override {
    const Sides sides = sides_of(io);
    Shape out = io[0].shape;
    if (io.has(2)) check_same_type(io, 2), check_one_element(io, 2);
    for (int axis = 0; axis < out.rank; ++axis) {
      const bool nothing = kept_of(sides[axis], out[axis]).kept == 0;
      out[axis] += sides[axis].before + sides[axis].after;
      if (nothing && out[axis] > 0 && mode_ != Mode::constant)
        io.fail({"axis ", axis, " is empty: there is nothing to continue it with"});
    }
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Sides sides = sides_of(io);
    int whole = io[0].shape.rank;  // from this axis on nothing is padded
    while (whole > 0 && sides[whole - 1].before == 0 && sides[whole - 1].after == 0) --whole;
    pad(io, sides, whole, 0, io[0].data, io.output().data);
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (entry < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    const Side side = sides_of(io)[entry];
    return side.before == 0 && side.after == 0 ? entry : int(Entry::mixed);
  }

 private:
  static Sides sides_of(const Operands& io) {
    constexpr std::int64_t most = std::int64_t(1) << 40;
    const Integers pads = list_of_integers(io, 1);
    const int rank = io[0].shape.rank;
    const std::int64_t count = io.has(3) ? list_of_integers(io, 3).size() : rank;
    if (pads.size() != 2 * count)
      io.fail({"input 1 must hold two numbers for each of ", count, " axes; it has ", pads.size()});
    Sides sides;
    std::uint32_t seen = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const int axis = io.has(3) ? normal_axis(io, list_of_integers(io, 3)[k], rank) : static_cast<int>(k);
      if (seen >> axis & 1) io.fail({"axis ", axis, " is named twice"});
      seen |= 1u << axis;
      sides[axis] = {pads[k], pads[k + count]};
      if (std::min(pads[k], pads[k + count]) < -most || std::max(pads[k], pads[k + count]) > most)
        io.fail({"cannot pad axis ", axis, " by ", pads[k], " and ", pads[k + count]});
    }
    return sides;
  }

  // Writes what lies under one index of the axes before `axis`.
  void pad(const Operands& io, const Sides& sides, int whole, int axis, const std::byte* in, std::byte* out) const {
    const Shape &from = io[0].shape, &to = io.output().shape;
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    if (axis == whole) return copy_bytes(out, in, from.size(axis, from.rank) * element);
    const std::int64_t row = from.size(axis + 1, from.rank) * element, slab = to.size(axis + 1, to.rank) * element;
    const Kept kept = kept_of(sides[axis], from[axis]);
    if (axis + 1 == whole) copy_bytes(out + kept.at * slab, in + kept.first * row, kept.kept * row);
    else
      for (std::int64_t i = 0; i < kept.kept; ++i)
        pad(io, sides, whole, axis + 1, in + (kept.first + i) * row, out + (kept.at + i) * slab);
    continue_axis(io, out, to[axis], slab, kept);
  }
  // Fills what is not kept of an axis; a step along it is `slab` bytes.
  void continue_axis(const Operands& io, std::byte* out, std::int64_t length, std::int64_t slab,
                     const Kept& kept) const {
    constexpr std::int64_t zero = 0;
    const std::size_t size = size_of(io[0].type);
    const std::int64_t elements = slab / static_cast<std::int64_t>(size);
    const std::byte* value = io.has(2) ? io[2].data : reinterpret_cast<const std::byte*>(&zero);
    for (std::int64_t i = 0; i < length; ++i) {
      if (i == kept.at) i += kept.kept;
      if (i >= length) break;
      if (mode_ == Mode::constant) fill_elements(out + i * slab, elements, size, value);
      else copy_bytes(out + i * slab, out + (kept.at + continued(mode_, i - kept.at, kept.kept)) * slab, slab);
    }
  }
  Mode mode_;
};

}  // namespace

std::unique_ptr<Operator> make_Pad(const Definition& definition) { return std::make_unique<Pad>(definition); }

}  // namespace lading
