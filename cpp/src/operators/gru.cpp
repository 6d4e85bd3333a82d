// GRU (ONNX): gated recurrent unit. Gates in the order z (update) r (reset) h (candidate).
#include "operators/recurrent.hpp"

namespace lading {
namespace {

class GRU final : public Recurrent {
 public:
  // linear_before_reset: the state is multiplied by its weights, then reset; else it is reset before.
  explicit GRU(const Definition& definition)
      : Recurrent(definition, 3, definition.integer("linear_before_reset", 0) ? 0 : 1, 1, {"Sigmoid", "Tanh"}),
        linear_(definition.integer("linear_before_reset", 0)),
        usual_(all_functions_are({Unary::sigmoid, Unary::tanh})) {
    if (usual_ && linear_) take_blocks(definition);
  }
  void step(const StepRows<float>& rows) const override { step_rows(rows); }
  void step(const StepRows<double>& rows) const override { step_rows(rows); }

 private:
  template <class T> void step_rows(const StepRows<T>& rows) const {
    if (linear_) reset_after(rows);
    else reset_before(rows);
  }
  template <class T> void reset_after(const StepRows<T>& rows) const {
    const std::int64_t n = rows.sizes.hidden, width = 3 * n;
    rows.multiply_state(kernels_, nullptr);
    for (std::int64_t row = 0; row < rows.count; ++row) {
      const T* input = rows.input + row * width;
      T *gates = rows.gates + row * width, *candidate = gates + 2 * n, *h = rows.h + row * n;
      if constexpr (std::is_same_v<T, float>)
        if (usual_) {
          kernels_.gru_cell(input, gates, h, n);
          continue;
        }
      for (std::int64_t k = 0; k < 2 * n; ++k) gates[k] += input[k];
      rows.functions[0].run(kernels_, gates, 2 * n);
      for (std::int64_t k = 0; k < n; ++k) candidate[k] = gates[n + k] * candidate[k] + input[2 * n + k];
      blend(rows, gates, candidate, h);
    }
  }
  template <class T> void reset_before(const StepRows<T>& rows) const {
    const std::int64_t n = rows.sizes.hidden, width = 3 * n;
    rows.multiply_state(kernels_, rows.input);
    for (std::int64_t row = 0; row < rows.count; ++row) {
      T *gates = rows.gates + row * width, *reset = gates + n;
      rows.functions[0].run(kernels_, gates, 2 * n);
      for (std::int64_t k = 0; k < n; ++k) reset[k] *= rows.h[row * n + k];
    }
    rows.products.reset_state.run(kernels_, rows.from_zero ? nullptr : rows.gates + n, width, rows.count,
                                  rows.gates + 2 * n, width, rows.input + 2 * n, width);
    for (std::int64_t row = 0; row < rows.count; ++row)
      blend(rows, rows.gates + row * width, rows.gates + row * width + 2 * n, rows.h + row * n);
  }
  // h = (1 - z) g + z h, g being the candidate
  template <class T> void blend(const StepRows<T>& rows, const T* z, T* g, T* h) const {
    const std::int64_t n = rows.sizes.hidden;
    rows.functions[1].run(kernels_, g, n);
    if constexpr (std::is_same_v<T, float>) kernels_.gru_blend(z, g, h, n);
    else
      for (std::int64_t k = 0; k < n; ++k) h[k] = z[k] * (h[k] - g[k]) + g[k];
  }
  bool linear_, usual_;
};

}  // namespace

std::unique_ptr<Operator> make_GRU(const Definition& definition) { return std::make_unique<GRU>(definition); }

}  // namespace lading
