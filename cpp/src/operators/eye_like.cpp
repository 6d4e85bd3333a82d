// EyeLike (ONNX): ones on a diagonal, zeros elsewhere, in the shape of a matrix.
#include <algorithm>
#include <cstring>

#include "operators/checks.hpp"

namespace lading {
namespace {

class EyeLike final : public Operator {
 public:
  explicit EyeLike(const Definition& definition)
      : diagonal_(definition.integer("k", 0)),
        typed_(definition.has("dtype")),
        type_(type_attribute(definition, "dtype", Type::float32)) {}
  bool reads_shape_only() const override { return true; }
  void infer(const Operands& io) const override {
    check_rank(io, 0, 2);
    const Type type = typed_ ? type_ : io[0].type;
    if (!(computed_types & bit(type))) io.fail({"cannot make ", type, "; set attribute 'dtype' to float32"});
    io.set(0, type, io[0].shape);
  }
  void run(const Operands& io) const override {
    Tensor& out = io.output();
    const std::int64_t rows = out.shape[0], columns = out.shape[1];
    if (out.size() == 0) return;
    std::memset(out.data, 0, out.bytes());
    if (diagonal_ <= -rows || diagonal_ >= columns) return;
    with_one_of<computed_types>(out.type, [&](auto zero) {
      using T = decltype(zero);
      for (std::int64_t r = std::max<std::int64_t>(0, -diagonal_); r < rows && r + diagonal_ < columns; ++r)
        out.as<T>()[r * columns + r + diagonal_] = T(1);
    });
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) == Entry::mixed ? int(Entry::mixed) : int(Entry::lengths);
  }

 private:
  std::int64_t diagonal_;
  bool typed_;
  Type type_;
};

}  // namespace

std::unique_ptr<Operator> make_EyeLike(const Definition& definition) { return std::make_unique<EyeLike>(definition); }

}  // namespace lading
