// Resize (ONNX): an image at another size, by its nearest pixels or by linear or cubic interpolation along one
// axis after the other. Coordinates are those of the ONNX specification.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"
#include "operators/resize_taps.hpp"

namespace lading {
namespace {

using namespace resize;

enum class Policy { stretch, not_larger, not_smaller };

// out = weighted sums of rows of `inner` elements
template <class T> void mix_rows(T* out, const T* in, std::int64_t inner, const Taps& taps, int count) {
  for (std::int64_t i = 0; i < inner; ++i) {
    T sum = static_cast<T>(taps.weight[0]) * in[taps.pixel[0] * inner + i];
    for (int t = 1; t < count; ++t) sum += static_cast<T>(taps.weight[t]) * in[taps.pixel[t] * inner + i];
    out[i] = sum;
  }
}

// Inputs: data, roi (not used), scales, sizes.
class Resize final : public Operator {
 public:
  explicit Resize(const Definition& definition)
      : rules_(rules_of(definition)),
        policy_(static_cast<Policy>(
            choice(definition, "keep_aspect_ratio_policy", "stretch", {"stretch", "not_larger", "not_smaller"}))),
        axes_(definition.integers("axes")) {
    if (definition.integer("antialias", 0) != 0)
      definition.fail("attribute 'antialias' = 1 is not supported; resize without it, or before the network");
    if (axes_.size() > max_rank) definition.fail("attribute 'axes' names more axes than a tensor can have");
  }
  std::uint32_t shape_inputs() const override { return 1 << 2 | 1 << 3; }

  void infer(const Operands& io) const override {
    check_type(io, 0, rules_.mode == Mode::nearest ? all_types : float_types);
    const Axes axes = axes_of(io);
    Shape out = io[0].shape;
    for (int i = 0; i < out.rank; ++i) {
      out[i] = axes[i].out;
      if (axes[i].in == 0 && axes[i].out > 0) io.fail({"axis ", i, " is empty and cannot be resized"});
    }
    io.set(0, io[0].type, out);
  }
  // The taps of an axis, and two images in between, which take turns; none if a single axis is resized.
  std::size_t scratch(const Operands& io) const override {
    const Axes axes = axes_of(io);
    const auto resized = std::count_if(axes.begin(), axes.end(), [](const Axis& axis) { return axis.resized(); });
    return taps_bytes(axes) + (resized > 1 ? 2 * image_bytes(io) : 0);
  }

  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Axes axes = axes_of(io);
    const int rank = io[0].shape.rank;
    int last = rank - 1;
    while (last >= 0 && !axes[last].resized()) --last;
    if (last < 0) return copy_bytes(io.output().data, io[0].data, static_cast<std::int64_t>(io[0].bytes()));
    Shape shape = io[0].shape;
    const std::byte* in = io[0].data;
    for (int i = 0, turn = 0; i <= last; ++i) {
      if (!axes[i].resized()) continue;
      std::byte* out = i == last ? io.output().data : io.scratch() + taps_bytes(axes) + (turn ? image_bytes(io) : 0);
      resize_axis(io, axes[i], shape.size(0, i), shape.size(i + 1, rank), in, out);
      shape[i] = axes[i].out;
      in = out, turn = 1 - turn;
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    return axes_of(io)[io.entry(0)].resized() ? int(Entry::mixed) : io.entry(0);
  }

 private:
  static Rules rules_of(const Definition& definition) {
    return {static_cast<Mode>(choice(definition, "mode", "nearest", {"nearest", "linear", "cubic"})),
            place_of(definition),
            static_cast<Nearest>(choice(definition, "nearest_mode", "round_prefer_floor",
                                        {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})),
            definition.real("cubic_coeff_a", -0.75f), definition.integer("exclude_outside", 0) != 0};
  }
  static Place place_of(const Definition& definition) {
    const char* name = "coordinate_transformation_mode";
    if (definition.text(name, "") == "tf_crop_and_resize")
      definition.fail("'tf_crop_and_resize' is not supported; use 'half_pixel' on a slice of the input");
    return static_cast<Place>(
        choice(definition, name, "half_pixel",
               {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"}));
  }

  Axes axes_of(const Operands& io) const {
    const Shape& in = io[0].shape;
    Axes axes;
    for (int i = 0; i < in.rank; ++i) axes[i].in = axes[i].out = in[i];
    const bool scaled = io.has(2) && io[2].size() > 0, sized = io.has(3) && io[3].size() > 0;
    const int named = axes_.empty() ? in.rank : static_cast<int>(axes_.size());
    if (scaled == sized) io.fail("needs either scales (input 2) or sizes (input 3)");
    if (io[scaled ? 2 : 3].size() != named)
      io.fail({"needs one number for each of ", named, " axes; has ", io[scaled ? 2 : 3].size()});
    if (scaled) check_type(io, 2, bit(Type::float32));
    for (int k = 0; k < named; ++k) {
      Axis& axis = axes[axis_at(io, k)];
      if (scaled) set_scale(io, axis, io[2].as<float>()[k]);
      else set_size(io, axis, list_of_integers(io, 3)[k]);
    }
    if (sized && policy_ != Policy::stretch) keep_ratio(io, axes, named);
    return axes;
  }
  int axis_at(const Operands& io, int k) const {
    return axes_.empty() ? k : normal_axis(io, axes_[static_cast<std::size_t>(k)], io[0].shape.rank);
  }
  static void set_scale(const Operands& io, Axis& axis, float scale) {
    const float length = std::floor(scale * static_cast<float>(axis.in));
    if (!(scale > 0) || !(length < 1e12f)) io.fail({"cannot resize by a scale of ", real_text(scale)});
    axis.scale = scale, axis.given = true, axis.out = static_cast<std::int64_t>(length);
  }
  static void set_size(const Operands& io, Axis& axis, std::int64_t size) {
    if (size < 0) io.fail({"cannot resize to a length of ", size});
    axis.out = size;
    axis.scale = axis.in ? static_cast<double>(size) / static_cast<double>(axis.in) : 1;
  }
  void keep_ratio(const Operands& io, Axes& axes, int named) const {
    double scale = axes[axis_at(io, 0)].scale;
    for (int k = 1; k < named; ++k) {
      const double other = axes[axis_at(io, k)].scale;
      scale = policy_ == Policy::not_larger ? std::min(scale, other) : std::max(scale, other);
    }
    for (int k = 0; k < named; ++k) {
      Axis& axis = axes[axis_at(io, k)];
      const double length = std::floor(scale * static_cast<double>(axis.in) + 0.5);
      if (!(length < 1e12)) io.fail("sizes are too large");
      axis.scale = scale, axis.out = static_cast<std::int64_t>(length);
    }
  }
  static std::size_t taps_bytes(const Axes& axes) {
    std::int64_t longest = 0;
    for (const Axis& axis : axes)
      if (axis.resized()) longest = std::max(longest, axis.out);
    return static_cast<std::size_t>(longest) * sizeof(Taps);
  }
  // Bytes of the largest image in between, whole cache lines.
  std::size_t image_bytes(const Operands& io) const {
    const Axes axes = axes_of(io);
    std::size_t size = size_of(io[0].type);
    for (int i = 0; i < io[0].shape.rank; ++i)
      if (__builtin_mul_overflow(size, static_cast<std::size_t>(std::max(axes[i].in, axes[i].out)), &size))
        io.fail({"cannot resize ", io[0].shape, " to ", io.output().shape, ": too large"});
    return (size + 63) / 64 * 64;
  }

  void resize_axis(const Operands& io, const Axis& axis, std::int64_t outer, std::int64_t inner, const std::byte* in,
                   std::byte* out) const {
    Taps* taps = reinterpret_cast<Taps*>(io.scratch());
    const bool in_single = axis.given && (rules_.mode == Mode::nearest || io[0].type == Type::float32);
    for (std::int64_t x = 0; x < axis.out; ++x) taps[x] = taps_at(rules_, axis, x, in_single);
    const auto each_row = [&](auto zero, auto&& f) {
      auto* to = reinterpret_cast<decltype(zero)*>(out);
      const auto* from = reinterpret_cast<const decltype(zero)*>(in);
      for (std::int64_t o = 0; o < outer; ++o, from += axis.in * inner)
        for (std::int64_t x = 0; x < axis.out; ++x, to += inner) f(to, from, taps[x]);
    };
    if (rules_.mode == Mode::nearest)
      with_size(size_of(io[0].type), [&](auto zero) {
        each_row(zero, [&](auto* to, const auto* from, const Taps& at) {
          if (inner == 1) *to = from[at.pixel[0]];
          else std::copy_n(from + at.pixel[0] * inner, inner, to);
        });
      });
    else
      with_one_of<float_types>(io[0].type, [&](auto zero) {
        each_row(zero, [&](auto* to, const auto* from, const Taps& at) {
          mix_rows(to, from, inner, at, rules_.mode == Mode::linear ? 2 : most_taps);
        });
      });
  }

  Rules rules_;
  Policy policy_;
  std::vector<std::int64_t> axes_;
};

}  // namespace

std::unique_ptr<Operator> make_Resize(const Definition& definition) { return std::make_unique<Resize>(definition); }

}  // namespace lading
