#include "operators/copy_strided.hpp"

#include <algorithm>

namespace lading {
namespace {

using Copy = Loops<2>;  // out, in

constexpr std::int64_t block = 32;  // rows and columns that stay in the first cache

// out[i, j] = in[i, j] for indices that begin at (i0, j0), row by row.
template <class T>
void copy_block(T* out, const T* in, const Copy::Loop& row, const Copy::Loop& column, std::int64_t i0, std::int64_t i1,
                std::int64_t j0, std::int64_t j1) {
  for (std::int64_t i = i0; i < i1; ++i)
    for (std::int64_t j = j0; j < j1; ++j)
      out[i * row.steps[0] + j * column.steps[0]] = in[i * row.steps[1] + j * column.steps[1]];
}

// The same for all indices, in blocks: reads or writes alone would touch a new cache line for every element.
template <class T> void copy_plane(T* out, const T* in, const Copy::Loop& row, const Copy::Loop& column) {
  for (std::int64_t i = 0; i < row.length; i += block)
    for (std::int64_t j = 0; j < column.length; j += block)
      copy_block(out, in, row, column, i, std::min(row.length, i + block), j, std::min(column.length, j + block));
}

#if __has_builtin(__builtin_shufflevector)
#define LADING_PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else  // GCC 11
#define LADING_PICK(a, b, ...) __builtin_shuffle(a, b, Four{__VA_ARGS__})
#endif

// out[i * row_step + j] = in[i + j * column_step] for i, j < 4, in vectors of the compiler.
void transpose_four(std::uint32_t* out, std::int64_t row_step, const std::uint32_t* in, std::int64_t column_step) {
  typedef std::uint32_t Four __attribute__((vector_size(16)));
  Four a, b, c, d;
  std::memcpy(&a, in, 16), std::memcpy(&b, in + column_step, 16);
  std::memcpy(&c, in + 2 * column_step, 16), std::memcpy(&d, in + 3 * column_step, 16);
  const Four ab = LADING_PICK(a, b, 0, 4, 1, 5), cd = LADING_PICK(c, d, 0, 4, 1, 5);
  const Four ef = LADING_PICK(a, b, 2, 6, 3, 7), gh = LADING_PICK(c, d, 2, 6, 3, 7);
  const Four rows[] = {LADING_PICK(ab, cd, 0, 1, 4, 5), LADING_PICK(ab, cd, 2, 3, 6, 7),
                       LADING_PICK(ef, gh, 0, 1, 4, 5), LADING_PICK(ef, gh, 2, 3, 6, 7)};
  for (int i = 0; i < 4; ++i) std::memcpy(out + i * row_step, &rows[i], 16);
}

// A plane of four-byte elements that is contiguous along i in `in`, and along j in `out`: the usual transpose.
void transpose_plane(std::uint32_t* out, const std::uint32_t* in, const Copy::Loop& row, const Copy::Loop& column) {
  const std::int64_t rows = row.length / 4 * 4, columns = column.length / 4 * 4;
  for (std::int64_t i0 = 0; i0 < rows; i0 += block)
    for (std::int64_t j = 0; j < columns; j += 4)
      for (std::int64_t i = i0; i < std::min(rows, i0 + block); i += 4)
        transpose_four(out + i * row.steps[0] + j, row.steps[0], in + i + j * column.steps[1], column.steps[1]);
  copy_block(out, in, row, column, 0, rows, columns, column.length);
  copy_block(out, in, row, column, rows, row.length, 0, column.length);
}

template <class T> void copy_row(T* out, const T* in, const Copy::Loop& loop) {
  const auto [to, from] = loop.steps;
  for (std::int64_t i = 0; i < loop.length; ++i) out[i * to] = in[i * from];
}

// The loop along which the input is contiguous; the last one if there is none.
int contiguous_loop(const Copy& loops) {
  for (int i = 0; i < loops.count(); ++i)
    if (loops[i].steps[1] == 1) return i;
  return loops.count() - 1;
}

template <class T> void copy(Copy loops, T* out, const T* in) {
  const Copy::Loop inner = loops.take();
  if (inner.length == 1) return loops.each([&](const auto& at) { out[at[0]] = in[at[1]]; });
  if (inner.steps[0] == 1 && inner.steps[1] == 1) {
    const std::size_t bytes = static_cast<std::size_t>(inner.length) * sizeof(T);
    return loops.each([&](const auto& at) { std::memcpy(out + at[0], in + at[1], bytes); });
  }
  if (inner.steps[0] == 1 && inner.steps[1] == 0)
    return loops.each([&](const auto& at) { std::fill_n(out + at[0], inner.length, in[at[1]]); });
  if (inner.steps[1] == 0 || loops.count() == 0)
    return loops.each([&](const auto& at) { copy_row(out + at[0], in + at[1], inner); });
  const Copy::Loop outer = loops.take(contiguous_loop(loops));
  if constexpr (sizeof(T) == 4)
    if (outer.steps[1] == 1 && inner.steps[0] == 1)
      return loops.each([&](const auto& at) { transpose_plane(out + at[0], in + at[1], outer, inner); });
  loops.each([&](const auto& at) { copy_plane(out + at[0], in + at[1], outer, inner); });
}

}  // namespace

void copy_strided(const Shape& shape, std::size_t size, std::byte* out, const Strides& out_strides, const std::byte* in,
                  const Strides& in_strides) {
  Copy loops;
  for (int axis = 0; axis < shape.rank; ++axis) loops.add(shape[axis], {out_strides[axis], in_strides[axis]});
  if (loops.empty()) return;
  with_size(size, [&](auto element) {
    using T = decltype(element);
    copy<T>(loops, reinterpret_cast<T*>(out), reinterpret_cast<const T*>(in));
  });
}

void copy_rows(std::int64_t rows, std::int64_t length, std::size_t size, std::byte* out, std::int64_t out_step,
               const std::byte* in, std::int64_t in_step) {
  Shape shape;
  shape.push(rows), shape.push(length);
  copy_strided(shape, size, out, {out_step, 1}, in, {in_step, 1});
}

void fill_elements(std::byte* out, std::int64_t count, std::size_t size, const std::byte* value) {
  with_size(size, [&](auto element) {
    std::memcpy(&element, value, size);
    std::fill_n(reinterpret_cast<decltype(element)*>(out), count, element);
  });
}

void repeat_bytes(std::byte* out, std::int64_t bytes, std::int64_t times) {
  const std::int64_t whole = bytes * times;
  for (std::int64_t done = bytes; done < whole; done += done) copy_bytes(out + done, out, std::min(done, whole - done));
}

}  // namespace lading
