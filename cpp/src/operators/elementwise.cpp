#include "operators/elementwise.hpp"

#include <algorithm>

#include "operators/convert.hpp"

namespace lading {
namespace {

// The row of exactly this type, or null.
BinaryRow own_row(const BinaryRows& rows, Type type) {
  switch (type) {
    case Type::float32: return rows.float32;
    case Type::float64: return rows.float64;
    case Type::int64: return rows.int64;
    case Type::uint64: return rows.uint64 ? rows.uint64 : rows.int64;
    case Type::boolean: return rows.boolean;
    default: return nullptr;
  }
}

// Integers narrower than 64 bits, a chunk at a time. Keeping the low bits of the result is what arithmetic
// in the narrow type would give.
void widened_row(const BinaryRows& rows, Type type, std::byte* out, const std::byte* a, const std::byte* b,
                 std::int64_t count, std::int64_t step_a, std::int64_t step_b) {
  constexpr std::int64_t chunk = 256;
  alignas(8) std::byte x[chunk * 8], y[chunk * 8], result[chunk * 8];
  const BinaryRow row = rows.int64 ? rows.int64 : rows.uint64;
  const std::int64_t size = static_cast<std::int64_t>(size_of(type));
  for (std::int64_t start = 0; start < count; start += chunk) {
    const std::int64_t n = std::min(chunk, count - start);
    convert(type, a + start * step_a * size, Type::int64, x, step_a ? n : 1);
    convert(type, b + start * step_b * size, Type::int64, y, step_b ? n : 1);
    if (rows.gives_boolean) {
      row(out + start, x, y, n, step_a, step_b);
    } else {
      row(result, x, y, n, step_a, step_b);
      convert(Type::int64, result, type, out + start * size, n);
    }
  }
}

// Operands that are as they are, or one number, need no loops around them.
bool run_flat(Binary kernel, Tensor& out, const Tensor& a, const Tensor& b) {
  const std::int64_t count = out.size(), of_a = a.size(), of_b = b.size();
  if ((of_a != count && of_a != 1) || (of_b != count && of_b != 1)) return false;
  kernels().binary(kernel, a.as<float>(), of_a == count, b.as<float>(), of_b == count, out.as<float>(), count);
  return true;
}

}  // namespace

void combine(const BinaryRows& rows, Tensor& out, const Tensor& a, const Tensor& b) {
  if (a.type == Type::float32 && rows.kernel && run_flat(*rows.kernel, out, a, b)) return;
  Loops<3> loops = broadcast_loops<3>(out.shape, {&a.shape, &b.shape});
  const Loops<3>::Loop inner = loops.take();
  const BinaryRow row = own_row(rows, a.type);
  if (a.type == Type::float32 && rows.kernel) {
    const auto kernel = kernels().binary;
    return loops.each([&](const auto& at) {
      kernel(*rows.kernel, a.as<float>() + at[1], inner.steps[1], b.as<float>() + at[2], inner.steps[2],
             out.as<float>() + at[0], inner.length);
    });
  }
  const std::int64_t size = static_cast<std::int64_t>(size_of(a.type));
  const std::int64_t out_size = static_cast<std::int64_t>(size_of(out.type));
  loops.each([&](const auto& at) {
    std::byte* to = out.data + at[0] * out_size;
    const std::byte *x = a.data + at[1] * size, *y = b.data + at[2] * size;
    if (row) row(to, x, y, inner.length, inner.steps[1], inner.steps[2]);
    else widened_row(rows, a.type, to, x, y, inner.length, inner.steps[1], inner.steps[2]);
  });
}

}  // namespace lading
