#include "operators/gate_weights.hpp"

#include <cstring>

namespace lading {

template <>
GateProduct<float>::GateProduct(const Kernels& kernels, const float* w, const float* bias, std::int64_t inputs,
                                std::int64_t outputs, float* turned, Pieces& pieces) {
  auto* memory = pieces.take<std::byte>(static_cast<std::int64_t>(kernels.dense_bytes(inputs, outputs)));
  if (!memory) return;
  kernels.transpose(w, inputs, outputs, inputs, turned, outputs);
  packed_ = kernels.dense_pack(turned, bias, inputs, outputs, memory);
}

template <>
void GateProduct<float>::run(const Kernels& kernels, const float* x, std::int64_t ldx, std::int64_t rows, float* y,
                             std::int64_t ldy, const float* add, std::int64_t ldadd) const {
  if (x) return kernels.dense(packed_, x, ldx, rows, y, ldy, add, ldadd, false);
  for (std::int64_t r = 0; r < rows; ++r) {
    if (add) kernels.binary(Binary::add, packed_.bias, 1, add + r * ldadd, 1, y + r * ldy, packed_.outputs);
    else std::memcpy(y + r * ldy, packed_.bias, static_cast<std::size_t>(packed_.outputs) * sizeof(float));
  }
}

template <>
void GateProduct<float>::step(const Kernels& kernels, const float* x, float* y, const float* add, bool backward) const {
  if (add) kernels.binary(Binary::add, packed_.bias, 1, add, 1, y, packed_.outputs);
  kernels.dense_again(packed_, x, add ? y : packed_.bias, y, backward);
}

template <>
GateProduct<double>::GateProduct(const Kernels&, const double* w, const double* bias, std::int64_t inputs,
                                 std::int64_t outputs, double*, Pieces& pieces) {
  auto* weights = pieces.take<double>(whole_panels(outputs) * inputs);
  auto* biases = pieces.take<double>(whole_panels(outputs));
  if (biases) packed_ = pack_float64(w, 1, inputs, bias, inputs, outputs, weights, biases);
}

template <>
void GateProduct<double>::run(const Kernels& kernels, const double* x, std::int64_t ldx, std::int64_t rows, double* y,
                              std::int64_t ldy, const double* add, std::int64_t ldadd) const {
  kernels.dense_float64(packed_, x, ldx, rows, y, ldy, add, ldadd);
}

template <>
void GateProduct<double>::step(const Kernels& kernels, const double* x, double* y, const double* add, bool) const {
  run(kernels, x, packed_.inputs, 1, y, packed_.outputs, add, 0);
}

template <class T>
GateProducts<T> GateProducts<T>::make(const Kernels& kernels, const GateSizes& sizes, int d, const T* w, const T* r,
                                      const T* b, T* turned, Pieces& pieces) {
  const std::int64_t width = sizes.width(), together = (sizes.gates - sizes.apart) * sizes.hidden;
  const auto from = [](const T* p, std::int64_t at) { return p ? p + at : nullptr; };
  w = from(w, d * width * sizes.inputs), r = from(r, d * width * sizes.hidden), b = from(b, 2 * d * width);
  GateProducts products;
  products.input = {kernels, w, b, sizes.inputs, width, turned, pieces};
  products.state = {kernels, r, from(b, width), sizes.hidden, together, turned, pieces};
  if (sizes.apart)
    products.reset_state = {
        kernels, from(r, together * sizes.hidden), from(b, width + together), sizes.hidden, width - together, turned,
        pieces};
  return products;
}
template struct GateProducts<float>;
template struct GateProducts<double>;

}  // namespace lading
