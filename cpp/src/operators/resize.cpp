// Resize (ONNX): an image at another size, by its nearest pixels or by linear or cubic interpolation along one
// axis after the other, with antialiasing or without; or a part of it, with a value for what lies beyond the image.
// Coordinates are those of the ONNX specification. Lengths are scales times those of the whole image also for a part: its
// text makes them those of the part, but ONNX's own shapes, its reference and ONNX Runtime do not.
#include "operators/checks.hpp"
#include "operators/convert.hpp"
#include "operators/copy_strided.hpp"
#include "operators/reals.hpp"
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

// Inputs: data, roi (of tf_crop_and_resize: all starts, then all ends), scales, sizes.
class Resize final : public Operator {
 public:
  explicit Resize(const Definition& definition)
      : rules_(rules_of(definition)),
        policy_(static_cast<Policy>(
            choice(definition, "keep_aspect_ratio_policy", "stretch", {"stretch", "not_larger", "not_smaller"}))),
        axes_(definition.integers("axes")),
        extrapolation_(definition.real("extrapolation_value", 0)) {
    if (axes_.size() > max_rank) definition.fail("attribute 'axes' names more axes than a tensor can have");
  }
  std::uint32_t shape_inputs() const override { return 1 << 1 | 1 << 2 | 1 << 3; }

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
    if (io.output().size() == 0) return 0;
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
      const std::int64_t outer = shape.size(0, i), inner = shape.size(i + 1, rank);
      if (rules_.smooths(axes[i])) smooth_axis(io, axes[i], outer, inner, in, out);
      else resize_axis(io, axes[i], outer, inner, in, out);
      shape[i] = axes[i].out;
      in = out, turn = 1 - turn;
    }
    for (int i = 0; i <= last; ++i) fill_outside(io, axes[i], i);
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
            definition.real("cubic_coeff_a", -0.75f),
            definition.integer("exclude_outside", 0) != 0,
            definition.integer("antialias", 0) != 0};
  }
  static Place place_of(const Definition& definition) {
    return static_cast<Place>(choice(definition, "coordinate_transformation_mode", "half_pixel",
                                     {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                                      "asymmetric", "tf_crop_and_resize"}));
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
    if (rules_.mode != Mode::nearest && io[0].type != Type::float32)
      for (Axis& axis : axes) axis.in_single = false;
    if (rules_.place == Place::crop) set_part(io, axes, named);
    return axes;
  }
  void set_part(const Operands& io, Axes& axes, int named) const {
    if (!io.has(1) || io[1].size() != 2 * named)
      io.fail({"'tf_crop_and_resize' needs a roi (input 1) of a start and an end for each of ", named, " axes; it has ",
               io.has(1) ? io[1].size() : 0, " numbers"});
    check_type(io, 1, float_types);
    const Reals roi(io[1]);
    for (int k = 0; k < named; ++k) {
      Axis& axis = axes[axis_at(io, k)];
      axis.start = roi[k], axis.end = roi[named + k], axis.in_single = roi.single();
      if (!std::isfinite(axis.start) || !std::isfinite(axis.end))
        io.fail({"the part to resize runs from ", std::to_string(axis.start), " to ", std::to_string(axis.end),
                 " along axis ", axis_at(io, k), "; the numbers of the roi (input 1) must be finite"});
    }
  }
  int axis_at(const Operands& io, int k) const {
    return axes_.empty() ? k : normal_axis(io, axes_[static_cast<std::size_t>(k)], io[0].shape.rank);
  }
  static void set_scale(const Operands& io, Axis& axis, float scale) {
    const float length = std::floor(scale * static_cast<float>(axis.in));
    if (!(scale > 0) || !(length < 1e12f)) io.fail({"cannot resize by a scale of ", real_text(scale)});
    axis.scale = scale, axis.in_single = true, axis.out = static_cast<std::int64_t>(length);
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
  std::size_t taps_bytes(const Axes& axes) const {
    std::int64_t bytes = 0, unit = sizeof(Taps);
    for (const Axis& axis : axes)
      if (axis.resized())
        bytes = std::max(bytes, rules_.smooths(axis) ? (rules_.smooth_taps(axis) + 7) / 8 * unit : axis.out * unit);
    return static_cast<std::size_t>(bytes);
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
    for (std::int64_t x = 0; x < axis.out; ++x) taps[x] = taps_at(rules_, axis, x);
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

  // The same with antialiasing. No network spends its time here: one piece of code for both types.
  void smooth_axis(const Operands& io, const Axis& axis, std::int64_t outer, std::int64_t inner, const std::byte* in,
                   std::byte* out) const {
    double* weights = reinterpret_cast<double*>(io.scratch());
    const Reals pixels(io[0].type, in);
    for (std::int64_t x = 0, count = rules_.smooth_taps(axis); x < axis.out; ++x) {
      const std::int64_t first = smooth_weights(rules_, axis, x, weights);
      for (std::int64_t row = 0; row < outer * inner; ++row) {
        const std::int64_t o = row / inner, i = row % inner;
        double sum = 0;
        for (std::int64_t k = 0; k < count; ++k)
          if (weights[k] != 0)
            sum += weights[k] * pixels[(o * axis.in + std::clamp<std::int64_t>(first + k, 0, axis.in - 1)) * inner + i];
        write_real(io[0].type, out, (o * axis.out + x) * inner + i, sum);
      }
    }
  }

  void fill_outside(const Operands& io, const Axis& axis, int i) const {
    std::uint64_t value = 0;
    std::byte* bytes = reinterpret_cast<std::byte*>(&value);
    convert(Type::float32, reinterpret_cast<const std::byte*>(&extrapolation_), io[0].type, bytes, 1);
    const Shape& shape = io.output().shape;
    const std::int64_t slab = shape.size(i + 1, shape.rank);
    const std::size_t size = size_of(io[0].type);
    for (std::int64_t x = 0; x < axis.out; ++x) {
      if (!axis.resized() || !rules_.outside(axis, rules_.place_of(axis, x))) continue;
      for (std::int64_t o = 0, outer = shape.size(0, i); o < outer; ++o)
        fill_elements(io.output().data + static_cast<std::size_t>((o * axis.out + x) * slab) * size, slab, size, bytes);
    }
  }

  Rules rules_;
  Policy policy_;
  std::vector<std::int64_t> axes_;
  float extrapolation_;
};

}  // namespace

std::unique_ptr<Operator> make_Resize(const Definition& definition) { return std::make_unique<Resize>(definition); }

}  // namespace lading
