// Operands of float32 or float64 seen as float64, for operators that compute in it: compiled once for both.
#pragma once
#include "graph/tensor.hpp"

namespace lading {

class RealNumbers {
 public:
  explicit RealNumbers(const Tensor& tensor) : data_(tensor.data), wide_(tensor.type == Type::float64) {}
  double operator[](std::int64_t i) const {
    return wide_ ? reinterpret_cast<const double*>(data_)[i]
                 : static_cast<double>(reinterpret_cast<const float*>(data_)[i]);
  }

 private:
  const std::byte* data_;
  bool wide_;
};

class RealResults {
 public:
  explicit RealResults(Tensor& tensor) : data_(tensor.data), wide_(tensor.type == Type::float64) {}
  void set(std::int64_t i, double value) {
    if (wide_) reinterpret_cast<double*>(data_)[i] = value;
    else reinterpret_cast<float*>(data_)[i] = static_cast<float>(value);
  }

 private:
  std::byte* data_;
  bool wide_;
};

}  // namespace lading
