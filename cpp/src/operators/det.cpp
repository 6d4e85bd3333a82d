// Det (ONNX): determinants of the square matrices in the last two axes, by elimination in float64.
#include <algorithm>
#include <cmath>

#include "operators/checks.hpp"
#include "operators/windows.hpp"

namespace lading {
namespace {

// Of a [n][n], which is lost. Rows are swapped so that the largest number of a column is the one divided by.
double determinant(double* a, std::int64_t n) {
  double product = 1;
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t pivot = k;
    for (std::int64_t i = k + 1; i < n; ++i)
      if (std::isgreater(std::abs(a[i * n + k]), std::abs(a[pivot * n + k]))) pivot = i;
    if (pivot != k) {
      std::swap_ranges(a + k * n, a + (k + 1) * n, a + pivot * n);
      product = -product;
    }
    product *= a[k * n + k];
    if (a[k * n + k] == 0) return product;
    for (std::int64_t i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / a[k * n + k];
      for (std::int64_t j = k + 1; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return product;
}

class Det final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    Shape out = io[0].shape;
    if (out.rank < 2 || out[out.rank - 1] != out[out.rank - 2])
      io.fail({"needs square matrices in the last two axes; the shape is ", out});
    out.rank -= 2;
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const std::int64_t n = io[0].shape[io[0].shape.rank - 1];
    return room_for(io, {n, n}, sizeof(double));
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) < 0 || io.entry(0) >= io.output().shape.rank ? int(Entry::mixed) : io.entry(0);
  }

 private:
  template <class T> static void run_typed(const Operands& io) {
    const std::int64_t n = io[0].shape[io[0].shape.rank - 1];
    auto* matrix = reinterpret_cast<double*>(io.scratch());
    for (std::int64_t i = 0; i < io.output().size(); ++i) {
      std::copy_n(io[0].as<T>() + i * n * n, n * n, matrix);
      io.output().as<T>()[i] = static_cast<T>(determinant(matrix, n));
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_Det(const Definition&) { return std::make_unique<Det>(); }

}  // namespace lading
