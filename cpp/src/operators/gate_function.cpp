#include "operators/gate_function.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/scalar_math.hpp"
#include "operators/checks.hpp"

namespace lading {

struct GateFunction::Row {
  const char* name;
  Unary kernel;
  Real real;
  int parameters = 0;         // alpha, or alpha and beta
  float alpha = 0, beta = 0;  // their defaults
};

namespace {

double hard_sigmoid(double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); }

// ONNX takes these names in any case, as ONNX Runtime does.
bool same_name(const std::string& a, const char* b) {
  const std::string_view other = b;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [&](char u, char v) { return lower(u) == lower(v); };
  return std::equal(a.begin(), a.end(), other.begin(), other.end(), same);
}

// Takes the next number of a list, which are handed out to the activations that use one.
float next(const std::vector<float>& given, std::size_t& used, float otherwise) {
  return used < given.size() ? given[used++] : otherwise;
}

void refuse_surplus(const Definition& definition, const char* name, std::size_t given, std::size_t used) {
  if (used && given > used)
    definition.fail({"attribute '", name, "' has ", given, " numbers, but only ", used, " of the activations take",
                     (used == 1 ? "s one" : " one")});
}

}  // namespace

// ThresholdedRelu keeps its threshold here, unlike the operator of that name.
const GateFunction::Row& GateFunction::row(const Definition& definition, const std::string& name) {
  static constexpr Row rows[] = {
      {"Relu", Unary::relu, [](double x, double, double) { return x < 0 ? 0 : x; }},
      {"Tanh", Unary::tanh, [](double x, double, double) { return scalar_math::tanh(x); }},
      {"Sigmoid", Unary::sigmoid, [](double x, double, double) { return scalar_math::sigmoid(x); }},
      {"Softsign", Unary::softsign, [](double x, double, double) { return x / (1 + std::abs(x)); }},
      {"Softplus", Unary::softplus, [](double x, double, double) { return scalar_math::softplus(x); }},
      {"LeakyRelu", Unary::leaky_relu, [](double x, double a, double) { return x < 0 ? a * x : x; }, 1, 0.01f},
      {"Elu", Unary::elu, [](double x, double a, double) { return x < 0 ? a * scalar_math::expm1(x) : x; }, 1, 1},
      {"HardSigmoid", Unary::hard_sigmoid, hard_sigmoid, 2, 0.2f, 0.5f},
      {"ThresholdedRelu", Unary::count, [](double x, double a, double) { return x < a ? 0 : x; }, 1, 1},
      {"Affine", Unary::count, [](double x, double a, double b) { return a * x + b; }, 2, 1, 0},
      {"ScaledTanh", Unary::count, [](double x, double a, double b) { return a * scalar_math::tanh(b * x); }, 2, 1, 1},
  };
  std::string names;
  for (const Row& row : rows) {
    if (same_name(name, row.name)) return row;
    names += std::string(names.empty() ? "" : ", ") + row.name;
  }
  definition.fail({"attribute 'activations' has '", name, "'; it must be one of ", names});
}

std::vector<GateFunction> GateFunction::of(const Definition& definition, int directions,
                                           const std::vector<const char*>& defaults) {
  std::vector<std::string> names = definition.texts("activations");
  const std::vector<float> alphas = definition.reals("activation_alpha"), betas = definition.reals("activation_beta");
  const std::size_t wanted = static_cast<std::size_t>(directions) * defaults.size();
  // The default that ONNX writes for RNN is for two directions, whatever the number.
  if (defaults.size() == 1 && names.size() == 2 && names[0] == names[1]) names.resize(wanted);
  if (!names.empty() && names.size() != wanted)
    definition.fail({"attribute 'activations' has ", counted(static_cast<std::int64_t>(names.size()), "name"),
                     "; it needs ", defaults.size(), " for each of ", counted(directions, "direction")});
  std::optional<float> clip;
  if (definition.has("clip")) clip = definition.real("clip", 0);
  if (clip && *clip < 0) definition.fail({"attribute 'clip' is ", real_text(*clip), "; it cannot be negative"});
  std::vector<GateFunction> functions(wanted);
  std::size_t alpha = 0, beta = 0;
  for (std::size_t i = 0; i < wanted; ++i) {
    const Row& found = row(definition, names.empty() ? defaults[i % defaults.size()] : names[i]);
    functions[i].kernel_ = found.kernel, functions[i].real_ = found.real, functions[i].clip_ = clip;
    if (found.parameters > 0) functions[i].alpha_ = next(alphas, alpha, found.alpha);
    if (found.parameters > 1) functions[i].beta_ = next(betas, beta, found.beta);
  }
  refuse_surplus(definition, "activation_alpha", alphas.size(), alpha);
  refuse_surplus(definition, "activation_beta", betas.size(), beta);
  return functions;
}

void GateFunction::run(const Kernels& kernels, float* x, std::int64_t n) const {
  if (clip_) kernels.unary(Unary::clip, x, x, n, -*clip_, *clip_);
  if (kernel_ != Unary::count) return kernels.unary(kernel_, x, x, n, alpha_, beta_);
  for (std::int64_t i = 0; i < n; ++i) x[i] = static_cast<float>(real_(x[i], alpha_, beta_));
}

void GateFunction::run(const Kernels& kernels, double* x, std::int64_t n) const {
  for (std::int64_t i = 0; clip_ && i < n; ++i) x[i] = x[i] < -*clip_ ? -*clip_ : x[i] > *clip_ ? *clip_ : x[i];
  if (has_float64(kernel_)) return kernels.unary_float64(kernel_, x, x, n);
  if (kernel_ == Unary::hard_sigmoid)  // lwtnn's usual gates: without a call for each
    for (std::int64_t i = 0; i < n; ++i) x[i] = hard_sigmoid(x[i], alpha_, beta_);
  else
    for (std::int64_t i = 0; i < n; ++i) x[i] = real_(x[i], alpha_, beta_);
}

}  // namespace lading
