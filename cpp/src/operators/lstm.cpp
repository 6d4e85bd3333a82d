// LSTM (ONNX): long short-term memory. Gates in the order i o f c.
#include "operators/recurrent.hpp"

namespace lading {
namespace {

class LSTM final : public Recurrent {
 public:
  explicit LSTM(const Definition& definition)
      : Recurrent(definition, 4, 0, 2, {"Sigmoid", "Tanh", "Tanh"}),
        couples_(definition.integer("input_forget", 0)),
        usual_(!couples_ && all_functions_are({Unary::sigmoid, Unary::tanh, Unary::tanh})) {
    if (usual_ && !definition.has_input(7)) take_blocks(definition);  // without peepholes
  }
  void step(const StepRows<float>& rows) const override { step_rows(rows); }
  void step(const StepRows<double>& rows) const override { step_rows(rows); }

 private:
  template <class T> void step_rows(const StepRows<T>& rows) const {
    const std::int64_t n = rows.sizes.hidden, width = 4 * n;
    rows.multiply_state(kernels_, rows.input);
    for (std::int64_t r = 0; r < rows.count; ++r) {
      T *gates = rows.gates + r * width, *c = rows.c + r * n, *h = rows.h + r * n;
      if constexpr (std::is_same_v<T, float>)
        if (usual_ && !rows.peephole) {
          kernels_.lstm_cell(gates, c, h, n);
          continue;
        }
      cell(rows, gates, c, h);
    }
  }
  template <class T> void cell(const StepRows<T>& rows, T* i, T* c, T* h) const {
    const std::int64_t n = rows.sizes.hidden;
    const T* p = rows.peephole;
    const GateFunction* f = rows.functions;
    T *o = i + n, *forget = o + n, *candidate = forget + n;
    for (std::int64_t k = 0; p && k < n; ++k) i[k] += p[k] * c[k], forget[k] += p[2 * n + k] * c[k];
    const bool together = !p && !couples_;  // i, o and forget, which stand side by side
    f[0].run(kernels_, i, together ? 3 * n : n), f[1].run(kernels_, candidate, n);
    if (!together && !couples_) f[0].run(kernels_, forget, n);
    for (std::int64_t k = 0; k < n; ++k) c[k] = (couples_ ? 1 - i[k] : forget[k]) * c[k] + i[k] * candidate[k];
    for (std::int64_t k = 0; p && k < n; ++k) o[k] += p[n + k] * c[k];
    for (std::int64_t k = 0; k < n; ++k) h[k] = c[k];
    if (!together) f[0].run(kernels_, o, n);
    f[2].run(kernels_, h, n);
    for (std::int64_t k = 0; k < n; ++k) h[k] *= o[k];
  }
  bool couples_;  // the forget gate is 1 - the input gate
  bool usual_;
};

}  // namespace

std::unique_ptr<Operator> make_LSTM(const Definition& definition) { return std::make_unique<LSTM>(definition); }

}  // namespace lading
