// MaxPool, AveragePool, LpPool (ONNX): one number for all elements under a window. float32 goes through the kernels,
// one axis after the other; other types, dilated windows and the places of the largest are worked out one by one.
#include <algorithm>
#include <limits>

#include "graph/memory.hpp"
#include "operators/checks.hpp"
#include "operators/pool_axes.hpp"
#include "operators/powers.hpp"

namespace lading {
namespace {

enum class Kind { max, average, lp };

constexpr Types max_types = float_types | bit(Type::int8) | bit(Type::uint8);

template <class T> T lowest() {
  return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
}

// A NaN is the largest of all. Raises nothing.
template <class T> bool beats(T x, T best) {
  if constexpr (std::is_floating_point_v<T>) return best == best && (x != x || std::isgreater(x, best));
  else return x > best;
}

class Pool final : public Operator {
 public:
  Pool(const Definition& definition, Kind kind)
      : kernels_(definition.kernels()),
        attributes_(definition),
        kind_(kind),
        p_(kind == Kind::lp ? norm_attribute(definition) : 0),
        padding_counts_(kind == Kind::average && definition.integer("count_include_pad", 0)),
        columns_first_(kind == Kind::max && definition.integer("storage_order", 0)) {
    if (!attributes_.has_kernel()) definition.fail("attribute 'kernel_shape' is missing");
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, kind_ == Kind::max ? max_types : float_types);
    const Shape out = shape_of_windows(io[0].shape[0], io[0].shape[1], windows(io));
    io.set(0, io[0].type, out);
    io.set(1, Type::int64, out);
  }
  std::size_t scratch(const Operands& io) const override {
    if (io.output().size() == 0 || !by_axes(io)) return 0;
    const Windows w = windows(io);
    return 2 * room_for(io, {largest_plane(w), planes_together(io, w)}, sizeof(float));
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Windows w = windows(io);
    if (by_axes(io)) return run_by_axes(io, w);
    if (kind_ == Kind::max) with_one_of<max_types>(io[0].type, [&](auto zero) { take_largest<decltype(zero)>(io, w); });
    else with_one_of<float_types>(io[0].type, [&](auto zero) { add_up<decltype(zero)>(io, w); });
  }
  int entry(const Operands& io, int output) const override {
    if (output == 1) return Entry::mixed;  // the places count the entries before
    return io.entry(0) == 0 || io.entry(0) == 1 ? io.entry(0) : int(Entry::mixed);
  }

 private:
  Windows windows(const Operands& io) const { return attributes_.over(io, attributes_.kernel(io)); }
  static std::int64_t planes(const Operands& io) { return io[0].shape.size(0, 2); }
  static std::int64_t plane_size(const Operands& io) { return io[0].shape.size(2, io[0].shape.rank); }

  // ---- axis by axis
  bool by_axes(const Operands& io) const {
    const Windows w = windows(io);
    for (int axis = 0; axis < w.rank; ++axis)
      if (w[axis].dilation != 1 && w[axis].kernel != 1) return false;
    return io[0].type == Type::float32 && !io.has_output(1) && p_ <= 2 && plane_size(io);
  }
  static std::int64_t largest_plane(const Windows& w) {
    std::int64_t size = 0;
    for (int done = 0; done <= w.rank; ++done) size = std::max(size, places_after(w, done));
    return size;
  }
  static std::int64_t planes_together(const Operands& io, const Windows& w) {
    constexpr std::int64_t numbers = 1 << 13;  // that stay in the cache
    return std::clamp<std::int64_t>(numbers / largest_plane(w), 1, planes(io));
  }
  void run_by_axes(const Operands& io, const Windows& w) const {
    const std::int64_t size_in = plane_size(io), size_out = places_after(w, w.rank), together = planes_together(io, w);
    float* spare[2] = {reinterpret_cast<float*>(io.scratch()), nullptr};
    spare[1] = reinterpret_cast<float*>(io.scratch() + room_for(io, {largest_plane(w), together}, sizeof(float)));
    const float* x = io[0].as<float>();
    float* y = io.output().as<float>();
    for (std::int64_t plane = 0; plane < planes(io); plane += together) {
      const std::int64_t some = std::min(together, planes(io) - plane);
      pool_planes(w, x + plane * size_in, y + plane * size_out, some, spare);
    }
    finish(y, io.output().size(), planes(io), w);
  }
  void pool_planes(const Windows& w, const float* x, float* y, std::int64_t planes, float* const* spare) const {
    Reduction f = kind_ == Kind::max       ? Reduction::max
                  : kind_ == Kind::average ? Reduction::sum
                  : p_ == 1                ? Reduction::l1
                                           : Reduction::sum_square;
    std::int64_t outer = planes, inner = places_after(w, 0);
    for (int axis = 0; axis < w.rank; ++axis, outer *= w[axis - 1].windows) {
      inner /= w[axis].length;
      if (axis + 1 == w.rank) return pool_rows(f, w[axis], x, y, outer, spare[axis % 2], spare[(axis + 1) % 2]);
      pool_columns(kernels_, f, w[axis], x, spare[axis % 2], outer, inner);
      x = spare[axis % 2];
      if (kind_ == Kind::lp) f = Reduction::sum;
    }
  }
  // Along the last axis: the rows become columns for the while. x is done with once it is turned.
  void pool_rows(Reduction f, const WindowAxis& axis, const float* x, float* y, std::int64_t rows, float* a,
                 float* b) const {
    kernels_.transpose(x, axis.length, rows, axis.length, a, rows);
    pool_columns(kernels_, f, axis, a, b, 1, rows);
    kernels_.transpose(b, rows, axis.windows, rows, y, axis.windows);
  }
  void finish(float* y, std::int64_t n, std::int64_t planes, const Windows& w) const {
    if (kind_ == Kind::average) divide(y, planes, w);
    if (kind_ == Kind::lp && p_ == 2) kernels_.unary(Unary::sqrt, y, y, n, 0, 0);
  }

  // ---- one by one
  template <class T> void divide(T* y, std::int64_t planes, const Windows& w) const {
    const std::int64_t size = places_after(w, w.rank);
    if (!has_padding(w)) {
      const T count = static_cast<T>(numbers_under(w, {}, false));
      for (std::int64_t i = 0; i < planes * size; ++i) y[i] /= count;
      return;
    }
    std::int64_t at = 0;
    each_window(w, [&](const Place& window) {
      const std::int64_t count = numbers_under(w, window, padding_counts_);
      for (std::int64_t plane = 0, i = at++; plane < planes; ++plane, i += size)
        y[i] = count ? y[i] / static_cast<T>(count) : std::numeric_limits<T>::quiet_NaN();
    });
  }
  template <class T> void add_up(const Operands& io, const Windows& w) const {
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    for (std::int64_t plane = 0; plane < planes(io); ++plane, x += plane_size(io))
      each_window(w, [&](const Place& window) {
        double sum = 0;
        each_element(w, window, [&](std::int64_t i) { sum += kind_ == Kind::lp ? power_of_size(x[i], p_) : x[i]; });
        *y++ = static_cast<T>(kind_ == Kind::lp ? root(sum, p_) : sum);
      });
    if (kind_ == Kind::average) divide(io.output().as<T>(), planes(io), w);
  }
  // The first of the largest; -1 where a window sees nothing but padding.
  template <class T> void take_largest(const Operands& io, const Windows& w) const {
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    std::int64_t* places = io.has_output(1) ? io.output(1).as<std::int64_t>() : nullptr;
    const std::int64_t size = plane_size(io);
    for (std::int64_t plane = 0; plane < planes(io); ++plane, x += size)
      each_window(w, [&](const Place& window) {
        std::int64_t best = -1;
        each_element(w, window, [&](std::int64_t i) {
          if (best < 0 || beats(x[i], x[best])) best = i;
        });
        *y++ = best < 0 ? lowest<T>() : x[best];
        if (places) *places++ = best < 0 ? -1 : plane * size + (columns_first_ ? turned(w, best) : best);
      });
  }
  // The number of an element when the first axis is counted fastest.
  static std::int64_t turned(const Windows& w, std::int64_t element) {
    std::int64_t number = 0;
    for (int axis = w.rank - 1; axis >= 0; --axis) {
      std::int64_t before = 1;
      for (int other = 0; other < axis; ++other) before *= w[other].length;
      number += element % w[axis].length * before;
      element /= w[axis].length;
    }
    return number;
  }
  const Kernels& kernels_;
  WindowAttributes attributes_;
  Kind kind_;
  std::int64_t p_;
  bool padding_counts_, columns_first_;
};

}  // namespace

std::unique_ptr<Operator> make_MaxPool(const Definition& definition) {
  return std::make_unique<Pool>(definition, Kind::max);
}
std::unique_ptr<Operator> make_AveragePool(const Definition& definition) {
  return std::make_unique<Pool>(definition, Kind::average);
}
std::unique_ptr<Operator> make_LpPool(const Definition& definition) {
  return std::make_unique<Pool>(definition, Kind::lp);
}

}  // namespace lading
