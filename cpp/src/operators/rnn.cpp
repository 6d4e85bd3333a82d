// RNN (ONNX): the plain recurrent layer, h = f(x W' + h R' + bias).
#include <algorithm>

#include "operators/recurrent.hpp"

namespace lading {
namespace {

class RNN final : public Recurrent {
 public:
  explicit RNN(const Definition& definition) : Recurrent(definition, 1, 0, 1, {"Tanh"}) {}
  void step(const StepRows<float>& rows) const override { step_rows(rows); }
  void step(const StepRows<double>& rows) const override { step_rows(rows); }

 private:
  template <class T> void step_rows(const StepRows<T>& rows) const {
    const std::int64_t n = rows.sizes.hidden, all = rows.count * n;
    rows.multiply_state(kernels_, rows.input);
    rows.functions[0].run(kernels_, rows.gates, all);
    std::copy(rows.gates, rows.gates + all, rows.h);
  }
};

}  // namespace

std::unique_ptr<Operator> make_RNN(const Definition& definition) { return std::make_unique<RNN>(definition); }

}  // namespace lading
