// ReduceSum, ReduceMean, ReduceMax ... (ONNX): one number for all that stand along the reduced axes. float32 goes
// through the kernels, one run of neighbouring axes after the other, from the last; all else in order.
#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"

namespace lading {
namespace {

enum class Kind { sum, mean, max, min, prod, l1, l2, sum_square, log_sum, log_sum_exp };

// What is done along the first run of axes, and along those that follow.
Reduction first_step(Kind kind) {
  switch (kind) {
    case Kind::max: return Reduction::max;
    case Kind::min: return Reduction::min;
    case Kind::prod: return Reduction::prod;
    case Kind::l1: return Reduction::l1;
    case Kind::l2:
    case Kind::sum_square: return Reduction::sum_square;
    case Kind::log_sum_exp: return Reduction::log_sum_exp;
    default: return Reduction::sum;
  }
}
Reduction next_step(Reduction first) {
  return first == Reduction::l1 || first == Reduction::sum_square ? Reduction::sum : first;
}

// The same in other types, one element after the other. Integers wrap around.
template <class T> class Accumulator {
 public:
  explicit Accumulator(Kind kind)
      : kind_(kind), sum_(kind == Kind::prod), best_(kind == Kind::max ? lowest() : highest()) {}
  void add(T x) {
    const Sum value = static_cast<Sum>(x);
    switch (kind_) {
      case Kind::max:
        if (x > best_ || x != x) best_ = x;
        break;  // a NaN stays
      case Kind::min:
        if (x < best_ || x != x) best_ = x;
        break;
      case Kind::prod: sum_ *= value; break;
      case Kind::l1: sum_ += x < T(0) ? Sum(0) - value : value; break;
      case Kind::l2:
      case Kind::sum_square: sum_ += value * value; break;
      case Kind::log_sum_exp: add_exponential(static_cast<double>(x)); break;
      default: sum_ += value;
    }
  }
  T result(std::int64_t count) const {
    const T sum = static_cast<T>(sum_);
    switch (kind_) {
      case Kind::max:
      case Kind::min: return best_;
      case Kind::mean: return mean(count);
      case Kind::l2: return static_cast<T>(std::sqrt(static_cast<double>(sum)));
      case Kind::log_sum: return static_cast<T>(scalar_math::log(static_cast<double>(sum)));
      case Kind::log_sum_exp: return static_cast<T>(scalar_math::log(exponentials_) + top_);
      default: return sum;
    }
  }

 private:
  using Limits = std::numeric_limits<T>;
  static constexpr bool real = std::is_floating_point_v<T>;
  using Sum = std::conditional_t<real, T, std::uint64_t>;
  using Quotient = std::conditional_t<real, T, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;
  static T lowest() { return real ? -Limits::infinity() : Limits::lowest(); }
  static T highest() { return real ? Limits::infinity() : Limits::max(); }
  T mean(std::int64_t count) const {
    if (count == 0) return Limits::quiet_NaN();  // 0 for integers
    return static_cast<T>(static_cast<Quotient>(sum_) / static_cast<Quotient>(count));
  }
  void add_exponential(double x) {  // exponentials_ is relative to the largest so far
    if (x > top_) {
      exponentials_ = exponentials_ * scalar_math::exp(top_ - x) + 1;
      top_ = x;
    } else {
      exponentials_ += x == top_ ? 1 : scalar_math::exp(x - top_);
    }
  }
  Kind kind_;
  Sum sum_;
  T best_;
  double top_ = -std::numeric_limits<double>::infinity(), exponentials_ = 0;
};

class Reduce final : public Operator {
 public:
  Reduce(const Definition& definition, Kind kind)
      : kernels_(definition.kernels()),
        kind_(kind),
        keep_(definition.integer("keepdims", 1)),
        nothing_by_default_(definition.integer("noop_with_empty_axes", 0)) {}
  std::uint32_t shape_inputs() const override { return 1 << 1; }
  void infer(const Operands& io) const override {
    check_type(io, 0, kind_ == Kind::max || kind_ == Kind::min ? computed_types : number_types);
    const std::uint32_t reduced = axes(io);
    Shape out;
    for (int axis = 0; axis < io[0].shape.rank; ++axis) {
      const bool gone = reduced >> axis & 1;
      if (!gone || keep_) out.push(gone ? 1 : io[0].shape[axis]);
    }
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    return io[0].type == Type::float32 ? 2 * aligned(after_first_run(io) * sizeof(float)) : 0;
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    if (io[0].type == Type::float32) return run_kernels(io);
    with_one_of<computed_types & ~bit(Type::float32)>(io[0].type, [&](auto zero) { run_in_order<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(0);
    if (axis < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    const std::uint32_t reduced = axes(io);
    if (reduced >> axis & 1) return Entry::mixed;
    return keep_ ? axis : axis - __builtin_popcount(reduced & ((1u << axis) - 1));
  }

 private:
  // The reduced axes, a bit each.
  std::uint32_t axes(const Operands& io) const {
    const int rank = io[0].shape.rank;
    const std::int64_t given = io.has(1) ? list_of_integers(io, 1).size() : 0;
    if (given == 0) return nothing_by_default_ ? 0 : (1u << rank) - 1;
    std::uint32_t bits = 0;
    for (std::int64_t i = 0; i < given; ++i) {
      const int axis = normal_axis(io, list_of_integers(io, 1)[i], rank);
      if (bits >> axis & 1) io.fail({"axis ", axis, " is named twice"});
      bits |= 1u << axis;
    }
    return bits;
  }
  static int last_run(std::uint32_t bits, int& count) {  // first axis of the last run, and its length
    const int end = 32 - __builtin_clz(bits);
    for (count = 1; end - count > 0 && bits >> (end - count - 1) & 1;) ++count;
    return end - count;
  }
  std::size_t after_first_run(const Operands& io) const {
    const std::uint32_t bits = axes(io);
    if (!bits) return 0;
    int count = 0;
    const int first = last_run(bits, count);
    const AxisView view(io[0].shape, first, count);
    return static_cast<std::size_t>(view.outer * view.inner);
  }
  void run_kernels(const Operands& io) const {
    Shape shape = io[0].shape;
    const float* x = io[0].as<float>();
    float *y = io.output().as<float>(), *spare[2] = {reinterpret_cast<float*>(io.scratch()), nullptr};
    spare[1] = reinterpret_cast<float*>(io.scratch() + aligned(after_first_run(io) * sizeof(float)));
    Reduction step = first_step(kind_);
    std::uint32_t bits = axes(io);
    if (!bits) kernels_.reduce_rows(step, x, y, shape.size(), 1);
    while (bits) {
      int count = 0;
      const int first = last_run(bits, count);
      bits &= (1u << first) - 1;
      float* to = bits ? spare[0] : y;
      reduce_run(step, x, to, AxisView(shape, first, count), first + count == shape.rank);
      for (int axis = first; axis < first + count; ++axis) shape[axis] = 1;
      step = next_step(step), x = to, std::swap(spare[0], spare[1]);
    }
    finish(y, io.output().size(), io[0].size() / io.output().size());
  }
  // By the place of the axes, not by their length: a sequence of length one is summed like any other.
  void reduce_run(Reduction step, const float* x, float* y, const AxisView& view, bool last) const {
    if (last) return kernels_.reduce_rows(step, x, y, view.outer, view.length);
    kernels_.reduce_columns(step, x, y, view.length, view.inner, view.outer, view.length * view.inner);
  }
  void finish(float* y, std::int64_t n, std::int64_t count) const {
    const float divisor = static_cast<float>(count);
    if (kind_ == Kind::l2) kernels_.unary(Unary::sqrt, y, y, n, 0, 0);
    if (kind_ == Kind::log_sum) kernels_.unary(Unary::log, y, y, n, 0, 0);
    if (kind_ == Kind::mean && count) kernels_.binary(Binary::div, y, 1, &divisor, 0, y, n);
    if (kind_ == Kind::mean && !count) std::fill_n(y, n, std::numeric_limits<float>::quiet_NaN());
  }
  template <class T> void run_in_order(const Operands& io) const {
    const Shape& shape = io[0].shape;
    const Strides strides = strides_of(shape);
    const std::uint32_t bits = axes(io);
    Loops<1> kept, reduced;
    std::int64_t count = 1;
    for (int axis = 0; axis < shape.rank; ++axis) {
      const bool gone = bits >> axis & 1;
      (gone ? reduced : kept).add(shape[axis], {strides[axis]});
      if (gone) count *= shape[axis];
    }
    T* y = io.output().as<T>();
    kept.each([&](const auto& at) {
      Accumulator<T> sum(kind_);
      reduced.each([&](const auto& more) { sum.add(io[0].as<T>()[at[0] + more[0]]); });
      *y++ = sum.result(count);
    });
  }
  const Kernels& kernels_;
  Kind kind_;
  bool keep_, nothing_by_default_;
};

}  // namespace

#define LADING_REDUCE(name, kind)                                       \
  std::unique_ptr<Operator> make_##name(const Definition& definition) { \
    return std::make_unique<Reduce>(definition, kind);                  \
  }
LADING_REDUCE(ReduceSum, Kind::sum)
LADING_REDUCE(ReduceMean, Kind::mean)
LADING_REDUCE(ReduceMax, Kind::max)
LADING_REDUCE(ReduceMin, Kind::min)
LADING_REDUCE(ReduceProd, Kind::prod)
LADING_REDUCE(ReduceL1, Kind::l1)
LADING_REDUCE(ReduceL2, Kind::l2)
LADING_REDUCE(ReduceSumSquare, Kind::sum_square)
LADING_REDUCE(ReduceLogSum, Kind::log_sum)
LADING_REDUCE(ReduceLogSumExp, Kind::log_sum_exp)

}  // namespace lading
