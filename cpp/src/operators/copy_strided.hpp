// Copies a tensor from one arrangement to another: what transposes, slices and broadcasts come down to.
#pragma once
#include <cstring>

#include "operators/loops.hpp"

namespace lading {

// out[i0 * out_strides[0] + i1 * out_strides[1] + ...] = in[i0 * in_strides[0] + ...] for every index of `shape`.
// Elements have `size` bytes: 1, 2, 4 or 8.
void copy_strided(const Shape& shape, std::size_t size, std::byte* out, const Strides& out_strides, const std::byte* in,
                  const Strides& in_strides);

// `rows` rows of `length` elements, which begin every out_step and in_step elements.
void copy_rows(std::int64_t rows, std::int64_t length, std::size_t size, std::byte* out, std::int64_t out_step,
               const std::byte* in, std::int64_t in_step);

// `count` times the element of `size` bytes at `value`.
void fill_elements(std::byte* out, std::int64_t count, std::size_t size, const std::byte* value);

// `bytes` at out, which are there already, until they stand there `times` times.
void repeat_bytes(std::byte* out, std::int64_t bytes, std::int64_t times);

// memcpy that also takes no bytes from nowhere.
inline void copy_bytes(std::byte* out, const std::byte* in, std::int64_t bytes) {
  if (bytes > 0) std::memcpy(out, in, static_cast<std::size_t>(bytes));
}

// f(T{}) with an unsigned integer of `size` bytes: for operators that move elements and do not look at them.
template <class F> decltype(auto) with_size(std::size_t size, F&& f) {
  switch (size) {
    case 1: return f(std::uint8_t{});
    case 2: return f(std::uint16_t{});
    case 4: return f(std::uint32_t{});
    default: return f(std::uint64_t{});
  }
}

}  // namespace lading
