// Gemm (ONNX): alpha A' B' + beta C, where A' and B' may be transposed and C is broadcast. float32 with constant
// weights B is a dense layer, float64 its product; everything else is a product of two computed matrices.
#include <optional>

#include "operators/elementwise.hpp"
#include "operators/matrices.hpp"
#include "operators/packed_weights.hpp"

namespace lading {
namespace {

struct Sizes {
  std::int64_t m, n, k;
};

template <class T>
void transpose_into(const Kernels& kernels, const T* x, std::int64_t rows, std::int64_t columns, T* y) {
  if constexpr (std::is_same_v<T, float>) kernels.transpose(x, columns, rows, columns, y, rows);
  else
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
}

class Gemm final : public Operator {
 public:
  explicit Gemm(const Definition& definition)
      : kernels_(definition.kernels()),
        transpose_a_(definition.integer("transA", 0)),
        transpose_b_(definition.integer("transB", 0)),
        alpha_(definition.real("alpha", 1)),
        beta_(definition.real("beta", 1)) {
    const Tensor *b = definition.constant(1), *c = definition.constant(2);
    if (b && b->type == Type::float32 && b->shape.rank == 2)
      pack(definition, *b, c && c->type == Type::float32 ? c : nullptr);
    weights_float64_ = {definition, b, transpose_b_ != 0};
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, matrix_types), check_same_type(io, 1);
    check_rank(io, 0, 2), check_rank(io, 1, 2);
    const Sizes s = sizes(io);
    if (io[1].shape[transpose_b_] != s.k)
      io.fail({"matrices of shape ", io[0].shape, (transpose_a_ ? " (transposed)" : ""), " and ", io[1].shape,
               (transpose_b_ ? " (transposed)" : ""), " do not fit"});
    Shape out;
    out.push(s.m), out.push(s.n);
    if (io.has(2)) {
      check_same_type(io, 2);
      if (io[2].shape.rank > 2 || !(broadcast(io, out, io[2].shape) == out))
        io.fail({"input 2 of shape ", io[2].shape, " cannot be broadcast to ", out});
    }
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const std::size_t size = size_of(io[0].type);
    return (transpose_a_ ? aligned(static_cast<std::size_t>(io[0].size()) * size) : 0) +
           (transpose_b_ && !weights_ && !weights_float64_ ? aligned(static_cast<std::size_t>(io[1].size()) * size)
                                                           : 0) +
           (beta_ != 1 && io.has(2) ? aligned(static_cast<std::size_t>(io[2].size()) * size) : 0);
  }
  void run(const Operands& io) const override {
    with_one_of<matrix_types>(io[0].type, [&](auto zero) { run_typed<decltype(zero)>(io); });
  }
  // Entries may be rows of A' or columns of B'. C has no entries, or has them there.
  int entry(const Operands& io, int) const override {
    const int a = io.entry(0), b = io.entry(1);
    int axis = Entry::none;
    if (a == (transpose_a_ ? 1 : 0) && b == Entry::none) axis = 0;
    else if (b == (transpose_b_ ? 0 : 1) && a == Entry::none) axis = 1;
    else return Entry::mixed;
    if (!io.has(2)) return axis;
    const int own = axis - (2 - io[2].shape.rank);  // that axis of C
    if (io.entry(2) == Entry::none) return own < 0 || io[2].shape[own] == 1 ? axis : int(Entry::mixed);
    return io.entry(2) == own ? axis : int(Entry::mixed);
  }
  bool has_packed(int i) const override { return i == 1 && (weights_ || weights_float64_); }
  std::size_t memory() const override { return weights_ ? weights_->bytes() : weights_float64_.bytes(); }

 private:
  Sizes sizes(const Operands& io) const {
    return {io[0].shape[transpose_a_], io[1].shape[!transpose_b_], io[0].shape[!transpose_a_]};
  }
  // alpha goes into the weights, and beta C into the bias if it is one.
  void pack(const Definition& definition, const Tensor& b, const Tensor* c) {
    const std::int64_t inputs = b.shape[transpose_b_], outputs = b.shape[!transpose_b_];
    std::vector<float> w = transpose_b_ ? transposed(b.as<float>(), outputs, inputs)
                                        : std::vector<float>(b.as<float>(), b.as<float>() + b.size());
    for (float& number : w) number *= alpha_;
    std::vector<float> bias;
    if (c && (c->size() == 1 || (c->size() == outputs && c->shape[c->shape.rank - 1] == outputs))) {
      for (std::int64_t j = 0; j < outputs; ++j) bias.push_back(beta_ * c->as<float>()[c->size() == 1 ? 0 : j]);
      has_bias_ = true;
    }
    weights_.emplace(definition, w.data(), has_bias_ ? bias.data() : nullptr, inputs, outputs);
  }
  template <class T> void run_typed(const Operands& io) const {
    const Sizes s = sizes(io);
    std::byte* free = io.scratch();
    const auto take = [&](std::int64_t count) {
      T* piece = reinterpret_cast<T*>(free);
      free += aligned(static_cast<std::size_t>(count) * sizeof(T));
      return piece;
    };
    const auto turned = [&](const Tensor& x, bool transpose) {
      if (!transpose) return x.as<T>();
      T* y = take(x.size());
      transpose_into(kernels_, x.as<T>(), x.shape[0], x.shape[1], y);
      return static_cast<const T*>(y);
    };
    T* y = io.output().as<T>();
    const T* a = turned(io[0], transpose_a_);
    if constexpr (std::is_same_v<T, float>) {
      if (weights_) {
        weights_->multiply(a, s.m, y);
        if (io.has(2) && !has_bias_) add<T>(io, beta_ == 1 ? nullptr : take(io[2].size()));
        return;
      }
    }
    if constexpr (std::is_same_v<T, double>) {
      if (weights_float64_) weights_float64_.multiply(kernels_, a, s.m, y);
    }
    if (!std::is_same_v<T, double> || !weights_float64_)
      multiply_matrices(kernels_, a, turned(io[1], transpose_b_), y, s.m, s.n, s.k);
    if (alpha_ != 1)
      for (std::int64_t i = 0; i < s.m * s.n; ++i) y[i] = static_cast<T>(alpha_ * y[i]);
    if (io.has(2)) add<T>(io, beta_ == 1 ? nullptr : take(io[2].size()));
  }
  // y = y + beta C; `scaled` has room for beta C if beta is not 1.
  template <class T> void add(const Operands& io, T* scaled) const {
    Tensor c = io[2];
    for (std::int64_t i = 0, n = scaled ? c.size() : 0; i < n; ++i) scaled[i] = static_cast<T>(beta_ * c.as<T>()[i]);
    if (scaled) c.data = reinterpret_cast<std::byte*>(scaled);
    static constexpr BinaryRows rows = number_rows<Add>(Binary::add);
    combine(rows, io.output(), io.output(), c);
  }
  struct Add {
    template <class T> T operator()(T a, T b) const { return static_cast<T>(Unsigned<T>(a) + Unsigned<T>(b)); }
  };

  const Kernels& kernels_;
  bool transpose_a_, transpose_b_, has_bias_ = false;
  float alpha_, beta_;
  std::optional<PackedWeights> weights_;
  PackedWeightsFloat64 weights_float64_;
};

}  // namespace

std::unique_ptr<Operator> make_Gemm(const Definition& definition) { return std::make_unique<Gemm>(definition); }

}  // namespace lading
