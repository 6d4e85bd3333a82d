// GlobalMaxPool, GlobalAveragePool, GlobalLpPool (ONNX): one number for each channel of each entry.
#include <algorithm>
#include <limits>

#include "kernels/kernels.hpp"
#include "operators/axis.hpp"
#include "operators/checks.hpp"
#include "operators/powers.hpp"

namespace lading {
namespace {

enum class Kind { max, average, lp };

class GlobalPool final : public Operator {
 public:
  GlobalPool(const Definition& definition, Kind kind)
      : kernels_(definition.kernels()), kind_(kind), p_(kind == Kind::lp ? norm_attribute(definition) : 1) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    Shape out = io[0].shape;
    if (out.rank < 3) io.fail({"input 0 needs the axes entry, channel and at least one more; its shape is ", out});
    for (int axis = 2; axis < out.rank; ++axis) out[axis] = 1;
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const AxisView v(io[0].shape, 2, io[0].shape.rank - 2);
    if (io[0].type == Type::float32 && p_ <= 2)
      return run_kernels(io[0].as<float>(), io.output().as<float>(), v.outer, v.length);
    with_one_of<float_types>(io[0].type, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t i = 0; i < v.outer; ++i)
        io.output().as<T>()[i] = pooled(io[0].as<T>() + i * v.length, v.length);
    });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) == 0 || io.entry(0) == 1 ? io.entry(0) : int(Entry::mixed);
  }

 private:
  void run_kernels(const float* x, float* y, std::int64_t rows, std::int64_t n) const {
    const float count = static_cast<float>(n);
    switch (kind_) {
      case Kind::max: return kernels_.reduce_rows(Reduction::max, x, y, rows, n);
      case Kind::average:
        if (!n) return static_cast<void>(std::fill_n(y, rows, std::numeric_limits<float>::quiet_NaN()));
        kernels_.reduce_rows(Reduction::sum, x, y, rows, n);
        return kernels_.binary(Binary::div, y, 1, &count, 0, y, rows);
      case Kind::lp:
        kernels_.reduce_rows(p_ == 1 ? Reduction::l1 : Reduction::sum_square, x, y, rows, n);
        if (p_ == 2) kernels_.unary(Unary::sqrt, y, y, rows, 0, 0);
    }
  }
  template <class T> T pooled(const T* x, std::int64_t n) const {
    if (kind_ == Kind::average && !n) return std::numeric_limits<T>::quiet_NaN();
    T best = -std::numeric_limits<T>::infinity();
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      if (kind_ == Kind::max && (x[i] != x[i] || std::isgreater(x[i], best))) best = x[i];
      if (kind_ == Kind::max && best != best) return best;
      if (kind_ != Kind::max) sum += kind_ == Kind::lp ? power_of_size(x[i], p_) : x[i];
    }
    if (kind_ == Kind::max) return best;
    return static_cast<T>(kind_ == Kind::lp ? root(sum, p_) : sum / static_cast<double>(n));
  }
  const Kernels& kernels_;
  Kind kind_;
  std::int64_t p_;
};

}  // namespace

std::unique_ptr<Operator> make_GlobalMaxPool(const Definition& definition) {
  return std::make_unique<GlobalPool>(definition, Kind::max);
}
std::unique_ptr<Operator> make_GlobalAveragePool(const Definition& definition) {
  return std::make_unique<GlobalPool>(definition, Kind::average);
}
std::unique_ptr<Operator> make_GlobalLpPool(const Definition& definition) {
  return std::make_unique<GlobalPool>(definition, Kind::lp);
}

}  // namespace lading
