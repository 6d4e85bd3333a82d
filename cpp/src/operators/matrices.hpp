// Products of computed matrices, of any type. float32 goes through the kernels; all others add up in order.
#pragma once
#include <type_traits>

#include "kernels/kernels.hpp"
#include "operators/checks.hpp"

namespace lading {

constexpr Types matrix_types =
    float_types | bit(Type::int32) | bit(Type::int64) | bit(Type::uint32) | bit(Type::uint64);

// y [m][n] = a [m][k] b [k][n], all contiguous. One sum in order: zeros at the end of k change nothing. Integers
// wrap around.
template <class T>
void multiply_matrices(const Kernels& kernels, const T* a, const T* b, T* y, std::int64_t m, std::int64_t n,
                       std::int64_t k) {
  if constexpr (std::is_same_v<T, float>) {
    kernels.matmul(a, k, b, n, y, n, m, n, k, 1, nullptr);
  } else {
    using Wide = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
    for (std::int64_t i = 0; i < m; ++i) {
      T* row = y + i * n;
      for (std::int64_t j = 0; j < n; ++j) row[j] = 0;
      for (std::int64_t l = 0; l < k; ++l)
        for (std::int64_t j = 0; j < n; ++j)
          row[j] = static_cast<T>(static_cast<Wide>(row[j]) +
                                  static_cast<Wide>(a[i * k + l]) * static_cast<Wide>(b[l * n + j]));
    }
  }
}

}  // namespace lading
