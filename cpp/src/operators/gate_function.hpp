// An activation of a recurrent layer, applied to numbers that the layer's clip has bounded.
#pragma once
#include <optional>

#include "kernels/kernels.hpp"
#include "operators/operator.hpp"

namespace lading {

class GateFunction {
 public:
  // The activations of a node, `defaults` for each direction: attributes activations, activation_alpha,
  // activation_beta and clip.
  static std::vector<GateFunction> of(const Definition& definition, int directions,
                                      const std::vector<const char*>& defaults);

  void run(const Kernels& kernels, float* x, std::int64_t n) const;
  void run(const Kernels& kernels, double* x, std::int64_t n) const;
  // Sigmoid or Tanh as it stands, without a clip.
  bool is(Unary function) const { return !clip_ && kernel_ == function; }

 private:
  using Real = double (*)(double x, double alpha, double beta);
  struct Row;
  static const Row& row(const Definition& definition, const std::string& name);

  Unary kernel_ = Unary::count;  // float32; count: there is none
  Real real_ = nullptr;
  float alpha_ = 0, beta_ = 0;
  std::optional<float> clip_;
};

}  // namespace lading
