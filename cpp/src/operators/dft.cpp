// DFT and STFT (ONNX): sums of products with the roots of unity, as the definition has them, in float64. They take time
// with the square of the length: spectra in networks are short.
#include <algorithm>

#include "kernels/scalar_math.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"
#include "operators/reals.hpp"
#include "operators/windows.hpp"

namespace lading {
namespace {

// A sum over `given` terms, of which those up to `length` that are not there are zero, for each of `results`.
struct Transform {
  std::int64_t given, length, results;
  bool inverse, half;  // half: the terms are one side of a spectrum that mirrors itself
};

// cos and sin of 2 pi t / length, t < length; those that are zero are exactly zero.
void write_roots(std::int64_t length, double* roots) {
  constexpr double whole_turn = 6.283185307179586476925286766559;
  for (std::int64_t t = 0; t < length; ++t) {
    const double angle = whole_turn * static_cast<double>(t) / static_cast<double>(length);
    const bool axis = 4 * t % length == 0, real_axis = 2 * t % length == 0;
    roots[2 * t] = axis && !real_axis ? 0 : scalar_math::cos(angle);
    roots[2 * t + 1] = real_axis ? 0 : scalar_math::sin(angle);
  }
}

struct Complex {
  double real = 0, imaginary = 0;
};

// Result k of terms (real, imaginary).
Complex sum(const Transform& t, const double* roots, const Complex* terms, std::int64_t k) {
  const double sign = t.inverse ? 1 : -1;
  Complex result;
  for (std::int64_t j = 0, turn = 0; j < t.given; ++j, turn = (turn + k) % t.length) {
    const double cosine = roots[2 * turn], sine = sign * roots[2 * turn + 1];
    const double weight = t.half && j > 0 && 2 * j != t.length ? 2 : 1;
    result.real += weight * (terms[j].real * cosine - terms[j].imaginary * sine);
    result.imaginary += weight * (terms[j].real * sine + terms[j].imaginary * cosine);
  }
  if (!t.inverse) return result;
  return {result.real / static_cast<double>(t.length), result.imaginary / static_cast<double>(t.length)};
}

// What both operators have: lines of a tensor whose last axis holds a real and perhaps an imaginary part.
class Fourier : public Operator {
 public:
  std::size_t scratch(const Operands& io) const override {
    const Transform t = transform(io);
    return room_for(io, {t.length + t.given}, sizeof(Complex));
  }

 protected:
  virtual Transform transform(const Operands& io) const = 0;

  static int check_parts(const Operands& io) {
    check_type(io, 0, float_types);
    const Shape& shape = io[0].shape;
    if (shape.rank < 2 || (shape[shape.rank - 1] != 1 && shape[shape.rank - 1] != 2))
      io.fail({"needs real numbers (a last axis of length 1) or complex ones (2); the shape of input 0 is ", shape});
    return static_cast<int>(shape[shape.rank - 1]);
  }
  // A number that an input holds, at least 1.
  static std::int64_t positive(const Operands& io, int i, const char* what) {
    check_one_element(io, i);
    const std::int64_t number = io.integers(i)[0];
    if (number < 1) io.fail({"input ", i, " (", what, ") is ", number, "; it must be at least 1"});
    return number;
  }
  // Line by line: `from` and `to` are the places of a line's first numbers, `step` and `out_step` lead to the next ones.
  class Lines {
   public:
    Lines(const Operands& io, const Transform& t, std::int64_t step, std::int64_t out_step)
        : t_(t),
          x_(io[0]),
          y_(io.output()),
          step_(step),
          out_step_(out_step),
          parts_(static_cast<int>(io[0].shape[io[0].shape.rank - 1])),
          out_parts_(t.half && t.inverse ? 1 : 2),
          roots_(reinterpret_cast<double*>(io.scratch())),
          terms_(reinterpret_cast<Complex*>(roots_ + 2 * t.length)) {
      write_roots(t.length, roots_);
    }
    template <class Weight> void run(std::int64_t from, std::int64_t to, Weight weight) {
      for (std::int64_t j = 0; j < t_.given; ++j) {
        const std::int64_t at = (from + j * step_) * parts_;
        terms_[j] = {weight(j) * x_[at], parts_ == 2 ? weight(j) * x_[at + 1] : 0};
      }
      for (std::int64_t k = 0; k < t_.results; ++k) {
        const Complex result = sum(t_, roots_, terms_, k);
        const std::int64_t at = (to + k * out_step_) * out_parts_;
        write_real(y_, at, result.real);
        if (out_parts_ == 2) write_real(y_, at + 1, result.imaginary);
      }
    }

   private:
    Transform t_;
    Reals x_;
    Tensor& y_;
    std::int64_t step_, out_step_;
    int parts_, out_parts_;
    double* roots_;
    Complex* terms_;
  };
};

class DFT final : public Fourier {
 public:
  explicit DFT(const Definition& definition)
      : inverse_(definition.integer("inverse", 0)), onesided_(definition.integer("onesided", 0)) {}
  std::uint32_t shape_inputs() const override { return 1 << 1 | 1 << 2; }
  void infer(const Operands& io) const override {
    const int parts = check_parts(io);
    if (onesided_ && parts != (inverse_ ? 2 : 1))
      io.fail({"with onesided = 1 it takes ",
               (inverse_ ? "complex numbers (a last axis of length 2) back to real ones"
                         : "real numbers (a last axis of length 1)"),
               "; the shape of input 0 is ", io[0].shape});
    const Transform t = transform(io);
    if (t.length < 1) io.fail({"has nothing to transform along axis ", axis(io), " of ", io[0].shape});
    Shape out = io[0].shape;
    out[axis(io)] = t.results;
    out[out.rank - 1] = t.half ? 1 : 2;
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Transform t = transform(io);
    Shape lines = io[0].shape;
    --lines.rank;
    const AxisView v(lines, axis(io));
    Lines line(io, t, v.inner, v.inner);
    for (std::int64_t outer = 0; outer < v.outer; ++outer)
      for (std::int64_t inner = 0; inner < v.inner; ++inner)
        line.run(outer * v.length * v.inner + inner, outer * t.results * v.inner + inner,
                 [](std::int64_t) { return 1.0; });
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return entry_of_shapes(io);
    const bool apart = io.entry(0) != axis(io) && io.entry(0) + 1 != io[0].shape.rank;
    return apart && fixed_inputs(io, 1) ? io.entry(0) : int(Entry::mixed);
  }

 private:
  int axis(const Operands& io) const {
    const int rank = io[0].shape.rank;
    if (!io.has(2)) return rank - 2;
    check_one_element(io, 2);
    const int axis = normal_axis(io, io.integers(2)[0], rank);
    if (axis == rank - 1) io.fail({"cannot transform along axis ", axis, ", which holds real and imaginary parts"});
    return axis;
  }
  Transform transform(const Operands& io) const override {
    const std::int64_t there = io[0].shape[axis(io)];
    const bool half = inverse_ && onesided_;
    const std::int64_t length = io.has(1) ? positive(io, 1, "dft_length") : half ? 2 * (there - 1) : there;
    const std::int64_t side = length / 2 + 1;
    return {std::min(there, half ? side : length), length, onesided_ && !half ? side : length, inverse_, half};
  }
  bool inverse_, onesided_;
};

class STFT final : public Fourier {
 public:
  explicit STFT(const Definition& definition) : onesided_(definition.integer("onesided", 1)) {}
  std::uint32_t shape_inputs() const override { return 1 << 1 | 1 << 3; }
  void infer(const Operands& io) const override {
    check_rank(io, 0, 3);
    if (check_parts(io) == 2 && onesided_)
      io.fail(
          {"with onesided = 1 it takes real numbers (a last axis of length 1); the shape of input 0 is ", io[0].shape});
    if (io.has(2)) check_rank(io, 2, 1), check_same_type(io, 2);
    const Transform t = transform(io);
    if (io.has(2) && io[2].shape[0] != t.length)
      io.fail({"input 2 (window) has ", io[2].shape[0], " numbers, input 3 (frame_length) is ", t.length});
    const std::int64_t signal = io[0].shape[1];
    if (t.length < 1 || t.length > signal)
      io.fail({"frames of ", t.length, " do not fit into signals of ", signal, " (input 0 is ", io[0].shape, ")"});
    Shape out = io[0].shape;
    out.push(2);
    out[1] = (signal - t.length) / positive(io, 1, "frame_step") + 1;
    out[2] = t.results;
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Transform t = transform(io);
    const Shape& out = io.output().shape;
    Lines line(io, t, 1, 1);
    const std::int64_t step = positive(io, 1, "frame_step");
    const Reals window(io.has(2) ? io[2] : io[0]);
    const auto weight = [&](std::int64_t j) { return io.has(2) ? window[j] : 1.0; };
    for (std::int64_t i = 0; i < out[0]; ++i)
      for (std::int64_t frame = 0; frame < out[1]; ++frame)
        line.run(i * io[0].shape[1] + frame * step, (i * out[1] + frame) * t.results, weight);
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return entry_of_shapes(io);
    return first_axis_entry(io);
  }

 private:
  Transform transform(const Operands& io) const override {
    const std::int64_t length = io.has(3)   ? positive(io, 3, "frame_length")
                                : io.has(2) ? io[2].shape[0]
                                            : io[0].shape[1];
    return {length, length, onesided_ ? length / 2 + 1 : length, false, false};
  }
  bool onesided_;
};

}  // namespace

std::unique_ptr<Operator> make_DFT(const Definition& definition) { return std::make_unique<DFT>(definition); }
std::unique_ptr<Operator> make_STFT(const Definition& definition) { return std::make_unique<STFT>(definition); }

}  // namespace lading
