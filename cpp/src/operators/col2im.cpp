// Col2Im (ONNX): the windows of an image, a column for each, added up where they lie in it; sums in float64.
#include <algorithm>

#include "operators/checks.hpp"
#include "operators/reals.hpp"
#include "operators/windows.hpp"

namespace lading {
namespace {

struct Spot {
  std::int64_t of_window = 0, window = 0, element = 0;
};

// f(spot) for every element of every window that exists.
template <class F> void each_spot(const Windows& windows, F& f, int axis = 0, Spot before = {}) {
  if (axis == windows.rank) return f(before);
  const WindowAxis& along = windows[axis];
  for (std::int64_t k = 0; k < along.kernel; ++k) {
    const Range range = along.windows_with(k);
    for (std::int64_t window = range.first; window < range.end; ++window)
      each_spot(windows, f, axis + 1,
                {before.of_window * along.kernel + k, before.window * along.windows + window,
                 before.element * along.length + along.element(window, k)});
  }
}

class Col2Im final : public Operator {
 public:
  explicit Col2Im(const Definition& definition) : attributes_(definition) {}
  std::uint32_t shape_inputs() const override { return 1 << 1 | 1 << 2; }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_rank(io, 0, 3);
    const Shape image = io.integers(1), block = io.integers(2);
    if (image.rank != block.rank || image.rank < 1)
      io.fail({"input 1 (image_shape) is ", image, " and input 2 (block_shape) ", block,
               "; both have one number for each axis of the image"});
    check_positive(io, image, "1 (image_shape)"), check_positive(io, block, "2 (block_shape)");
    const std::int64_t of_window = product(io, block), rows = io[0].shape[1];
    if (rows % of_window)
      io.fail({"input 0 has ", rows, " numbers in a column; blocks ", block, " need a multiple of ", of_window});
    check_output_rank(io, image.rank + 2);
    Shape out = io[0].shape, places;
    out.rank = 2, out[1] = rows / of_window;
    for (int i = 0; i < image.rank; ++i) out.push(image[i]);
    io.set(0, io[0].type, out);
    const Windows windows = attributes_.over(io, out, block);
    for (int i = 0; i < windows.rank; ++i) places.push(windows[i].windows);
    if (product(io, places) != io[0].shape[2])
      io.fail({"input 0 has ", io[0].shape[2], " columns; blocks ", block, " stand at ", product(io, places),
               " places of an image ", image});
  }
  std::size_t scratch(const Operands& io) const override {
    const Shape& out = io.output().shape;
    return room_for(io, {out.size(2, out.rank)}, sizeof(double));
  }
  void run(const Operands& io) const override {
    const Shape& out = io.output().shape;
    const Windows windows = attributes_.over(io, out, io.integers(2));
    const std::int64_t pixels = out.size(2, out.rank), columns = io[0].shape[2];
    const std::int64_t of_image = columns * (out[1] ? io[0].shape[1] / out[1] : 0);
    const Reals x(io[0]);
    Tensor& y = io.output();
    auto* image = reinterpret_cast<double*>(io.scratch());
    for (std::int64_t i = 0; i < out[0] * out[1]; ++i) {
      std::fill_n(image, pixels, 0.0);
      auto add = [&](const Spot& s) { image[s.element] += x[i * of_image + s.of_window * columns + s.window]; };
      each_spot(windows, add);
      for (std::int64_t p = 0; p < pixels; ++p) write_real(y, i * pixels + p, image[p]);
    }
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0) return entry_of_shapes(io);
    return first_axis_entry(io);
  }

 private:
  static void check_positive(const Operands& io, const Shape& shape, const char* input) {
    for (int i = 0; i < shape.rank; ++i)
      if (shape[i] < 1) io.fail({"input ", input, " is ", shape, "; its numbers must be at least 1"});
  }
  static std::int64_t product(const Operands& io, const Shape& shape) {
    constexpr std::int64_t most = std::int64_t(1) << 40;
    std::int64_t product = 1;
    for (int i = 0; i < shape.rank; ++i) {
      if (shape[i] > most / product) io.fail({"would have more than ", most, " windows or places in one: ", shape});
      product *= shape[i];
    }
    return product;
  }
  WindowAttributes attributes_;
};

}  // namespace

std::unique_ptr<Operator> make_Col2Im(const Definition& definition) { return std::make_unique<Col2Im>(definition); }

}  // namespace lading
