#include "operators/activation.hpp"

namespace lading {
namespace {

struct Row {
  const char* name;
  Unary function;
  const char* a = nullptr;
  float default_a = 0;
  const char* b = nullptr;
  float default_b = 0;
};
constexpr Row rows[] = {
    {"Relu", Unary::relu},
    {"LeakyRelu", Unary::leaky_relu, "alpha", 0.01f},
    {"ThresholdedRelu", Unary::thresholded_relu, "alpha", 1},
    {"Elu", Unary::elu, "alpha", 1},
    {"Celu", Unary::celu, "alpha", 1},
    {"Selu", Unary::selu, "alpha", 1.67326319217681884765625f, "gamma", 1.05070102214813232421875f},
    {"Sigmoid", Unary::sigmoid},
    {"HardSigmoid", Unary::hard_sigmoid, "alpha", 0.2f, "beta", 0.5f},
    {"HardSwish", Unary::hard_swish},
    {"Swish", Unary::swish, "alpha", 1},
    {"Mish", Unary::mish},
    {"Softplus", Unary::softplus},
    {"Softsign", Unary::softsign},
    {"Tanh", Unary::tanh},
    {"Erf", Unary::erf},
    {"Gelu", Unary::gelu},
    {"Exp", Unary::exp},
};

}  // namespace

Activation Activation::named(const Definition& definition, const std::string& name, const std::string& suffix) {
  if (name.empty()) return {};
  for (const Row& row : rows) {
    if (name != row.name) continue;
    Activation activation{false, row.function == Unary::relu, row.function};
    if (row.a) activation.a = definition.real((row.a + suffix).c_str(), row.default_a);
    if (row.b) activation.b = definition.real((row.b + suffix).c_str(), row.default_b);
    if (row.function == Unary::gelu && definition.text(("approximate" + suffix).c_str(), "none") == "tanh")
      activation.function = Unary::gelu_tanh;
    return activation;
  }
  definition.fail({"has no activation '", name, "'"});
}

}  // namespace lading
