// ConvTranspose (ONNX): every element adds its multiple of the kernel to the output, and the bias is what the sums
// start with. The multiples of all elements are a matrix product, [output channel, k...] times [elements] over the
// input channels; then they are added where they belong, one k after the other.
#include <algorithm>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/windows.hpp"

namespace lading {
namespace {

struct Sizes {
  std::int64_t entries, channels, maps, kernel, elements;  // channels and maps of one group
};

// to [maps, k...][channels] = w [channels][maps, k...]
template <class T> void turn(const T* w, std::int64_t channels, std::int64_t columns, T* to) {
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t j = 0; j < columns; ++j) to[j * channels + c] = w[c * columns + j];
}

class ConvTranspose final : public Operator {
 public:
  explicit ConvTranspose(const Definition& definition)
      : kernels_(definition.kernels()), attributes_(definition), groups_(definition.integer("group", 1)) {
    if (groups_ < 1) definition.fail({"attribute 'group' is ", groups_, "; it must be at least 1"});
    const Tensor* w = definition.constant(1);
    if (w && w->type == Type::float32 && w->shape.rank > 2 && w->size() && w->shape[0] % groups_ == 0) pack(*w);
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_same_type(io, 1);
    check_rank(io, 1, io[0].shape.rank);
    const Windows windows = attributes_.under(io, io[1].shape);
    const Shape &x = io[0].shape, &w = io[1].shape;
    if (x[1] != w[0])
      io.fail({"weights of shape ", w, " take ", w[0], " channels; the input of shape ", x, " has ", x[1]});
    if (w[0] % groups_) io.fail({w[0], " channels do not make ", groups_, " equal groups"});
    Shape out = x;
    if (__builtin_mul_overflow(w[1], groups_, &out[1])) io.fail({"attribute 'group' is too large: ", groups_});
    for (int i = 0; i < windows.rank; ++i) out[i + 2] = windows[i].length;
    if (io.has(2)) {
      check_same_type(io, 2);
      if (io[2].shape.rank != 1 || io[2].size() != out[1])
        io.fail({"input 2 of shape ", io[2].shape, " must have one number for each of ", out[1], " output channels"});
    }
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    if (io.output().size() == 0) return 0;
    const Sizes s = sizes(io);
    return weights_room(io) + room_for(io, {s.kernel, s.elements, maps_together(s)}, size_of(io[0].type));
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override { return first_axis_entry(io); }
  std::size_t memory() const override { return packed_bytes_; }

 private:
  Sizes sizes(const Operands& io) const {
    const Shape &x = io[0].shape, &w = io[1].shape;
    return {x[0], w[0] / groups_, w[1], w.size(2, w.rank), x.size(2, x.rank)};
  }
  void pack(const Tensor& w) {
    packed_bytes_ = aligned(w.bytes());
    packed_ = allocate(packed_bytes_);
    turn_groups(w.as<float>(), w.shape, reinterpret_cast<float*>(packed_.get()));
  }
  template <class T> void turn_groups(const T* w, const Shape& shape, T* to) const {
    const std::int64_t channels = shape[0] / groups_, columns = shape.size(1, shape.rank);
    for (std::int64_t group = 0; group < groups_; ++group)
      turn(w + group * channels * columns, channels, columns, to + group * channels * columns);
  }
  std::size_t weights_room(const Operands& io) const { return packed_ ? 0 : aligned(io[1].bytes()); }
  static std::int64_t maps_together(const Sizes& s) {
    constexpr std::int64_t numbers = 1 << 15;  // that stay in the cache
    return std::clamp<std::int64_t>(numbers / std::max<std::int64_t>(1, s.kernel * s.elements), 1,
                                    std::max<std::int64_t>(1, s.maps));
  }

  template <class T> void run_typed(const Operands& io) const {
    const Sizes s = sizes(io);
    const Windows windows = attributes_.under(io, io[1].shape);
    const T* w = packed_ ? reinterpret_cast<const T*>(packed_.get()) : reinterpret_cast<const T*>(io.scratch());
    T* multiples = reinterpret_cast<T*>(io.scratch() + weights_room(io));
    if (!packed_) turn_groups(io[1].as<T>(), io[1].shape, reinterpret_cast<T*>(io.scratch()));
    const std::int64_t size = io.output().shape.size(2, io.output().shape.rank), together = maps_together(s);
    const T* x = io[0].as<T>();
    T* y = io.output().as<T>();
    for (std::int64_t i = 0; i < s.entries * groups_; ++i, x += s.channels * s.elements) {
      const std::int64_t group = i % groups_;
      const T* rows = w + group * s.channels * s.maps * s.kernel;
      for (std::int64_t map = 0; map < s.maps; map += together) {
        const std::int64_t some = std::min(together, s.maps - map);
        multiply(rows + map * s.kernel * s.channels, x, multiples, some * s.kernel, s.elements, s.channels);
        for (std::int64_t m = 0; m < some; ++m, y += size) {
          std::fill_n(y, size, io.has(2) ? io[2].as<T>()[group * s.maps + map + m] : T(0));
          add_all(windows, multiples + m * s.kernel * s.elements, y);
        }
      }
    }
  }
  void multiply(const float* w, const float* x, float* y, std::int64_t rows, std::int64_t n, std::int64_t depth) const {
    kernels_.matmul(w, depth, x, n, y, n, rows, n, depth, chains(depth), nullptr);
  }
  void multiply(const double* w, const double* x, double* y, std::int64_t rows, std::int64_t n,
                std::int64_t depth) const {
    std::fill_n(y, rows * n, 0.0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t k = 0; k < depth; ++k)
        for (std::int64_t i = 0; i < n; ++i) y[r * n + i] += w[r * depth + k] * x[k * n + i];
  }
  // y [lengths...] += multiples [k...][elements...], where they belong.
  template <class T> static void add_all(const Windows& windows, const T* multiples, T* y) {
    std::int64_t elements = 1;
    Place k{};
    for (int axis = 0; axis < windows.rank; ++axis) elements *= windows[axis].windows;
    for (bool more = true; more; multiples += elements) {
      add_one(windows, k, 0, multiples, elements, y);
      more = false;
      for (int axis = windows.rank - 1; axis >= 0 && !more; --axis) {
        std::int64_t& index = k[static_cast<std::size_t>(axis)];
        more = ++index < windows[axis].kernel;
        if (!more) index = 0;
      }
    }
  }
  template <class T>
  static void add_one(const Windows& windows, const Place& k, int axis, const T* x, std::int64_t elements, T* y) {
    const WindowAxis& along = windows[axis];
    const std::int64_t number = k[static_cast<std::size_t>(axis)];
    const Range range = along.windows_with(number);
    std::int64_t inner = 1;
    for (int other = axis + 1; other < windows.rank; ++other) inner *= windows[other].length;
    if (axis + 1 < windows.rank) {
      const std::int64_t each = along.windows ? elements / along.windows : 0;
      for (std::int64_t i = range.first; i < range.end; ++i)
        add_one(windows, k, axis + 1, x + i * each, each, y + along.element(i, number) * inner);
      return;
    }
    for (std::int64_t i = range.first; i < range.end; ++i) y[along.element(i, number)] += x[i];
  }

  const Kernels& kernels_;
  WindowAttributes attributes_;
  std::int64_t groups_;
  Memory packed_;
  std::size_t packed_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_ConvTranspose(const Definition& definition) {
  return std::make_unique<ConvTranspose>(definition);
}

}  // namespace lading
