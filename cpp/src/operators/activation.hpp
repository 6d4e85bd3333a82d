// An activation as ONNX names it, with its parameters, ready to be run by the kernels.
#pragma once
#include "kernels/kernels.hpp"
#include "operators/operator.hpp"

namespace lading {

struct Activation {
  bool none = true;   // y = x
  bool relu = false;  // the kernels of dense layers do it on their way
  Unary function = Unary::relu;
  float a = 0, b = 0;

  void run(const Kernels& kernels, const float* x, float* y, std::int64_t n) const {
    if (!none) kernels.unary(function, x, y, n, a, b);
  }
  // The parameters are attributes of the node that has the activation, named as in the activation's own node.
  // With a suffix where it has several: "alpha.2".
  static Activation named(const Definition& definition, const std::string& name, const std::string& suffix = "");
};

}  // namespace lading
