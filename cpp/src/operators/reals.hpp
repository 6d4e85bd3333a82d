// Numbers of operators that are too rare for code of their own for each type: float32 and float64 are both read as
// double, computed with, and rounded once when they are written.
#pragma once
#include "graph/tensor.hpp"

namespace lading {

class Reals {
 public:
  Reals(Type type, const std::byte* data) : data_(data), single_(type == Type::float32) {}
  explicit Reals(const Tensor& tensor) : Reals(tensor.type, tensor.data) {}
  bool single() const { return single_; }
  double operator[](std::int64_t k) const {
    return single_ ? double(reinterpret_cast<const float*>(data_)[k]) : reinterpret_cast<const double*>(data_)[k];
  }
  // A result as arithmetic in the tensor's own type would have it: where a choice hangs on it, as networks were trained.
  double own(double value) const { return single_ ? double(static_cast<float>(value)) : value; }

 private:
  const std::byte* data_;
  bool single_;
};

inline void write_real(Type type, std::byte* data, std::int64_t k, double value) {
  if (type == Type::float32) reinterpret_cast<float*>(data)[k] = static_cast<float>(value);
  else reinterpret_cast<double*>(data)[k] = value;
}
inline void write_real(Tensor& tensor, std::int64_t k, double value) { write_real(tensor.type, tensor.data, k, value); }

}  // namespace lading
