// Numbers as sums of two float64, lane by lane: the steps of double_double.hpp, and so its bits. Left out is only
// what adds zero there.
#pragma once
#include "kernels/isa/simd.hpp"

namespace lading::LADING_ISA_NAMESPACE {

constexpr int lanes_float64 = VL / 2;
LADING_INLINE doubles load(const double* p) {
  doubles a;
  __builtin_memcpy(&a, p, sizeof a);
  return a;
}
LADING_INLINE void store(double* p, doubles a) { __builtin_memcpy(p, &a, sizeof a); }

constexpr double to_whole = 0x1.8p52;  // adding it rounds to a whole number, which then stands in the last bits
LADING_INLINE doubles whole(doubles x) { return (x + to_whole) - to_whole; }
// 2^n for whole n of normal powers.
LADING_INLINE doubles power_of_two(doubles n) { return (doubles)(((wholes)(n + to_whole) + 1023) << 52); }

// Two vectors whose steps alternate: each step waits for the one before it, so one vector alone leaves a CPU idle.
struct Pair {
  doubles v[2];
  Pair() = default;
  LADING_LAMBDA Pair(double a) : v{doubles{} + a, doubles{} + a} {}
  LADING_LAMBDA Pair(doubles a, doubles b) : v{a, b} {}
};
LADING_INLINE Pair operator-(Pair a) { return {-a.v[0], -a.v[1]}; }
LADING_INLINE Pair operator+(Pair a, Pair b) { return {a.v[0] + b.v[0], a.v[1] + b.v[1]}; }
LADING_INLINE Pair operator-(Pair a, Pair b) { return {a.v[0] - b.v[0], a.v[1] - b.v[1]}; }
LADING_INLINE Pair operator*(Pair a, Pair b) { return {a.v[0] * b.v[0], a.v[1] * b.v[1]}; }
LADING_INLINE Pair operator/(Pair a, Pair b) { return {a.v[0] / b.v[0], a.v[1] / b.v[1]}; }
LADING_INLINE Pair fma(Pair a, Pair b, Pair c) { return {fma(a.v[0], b.v[0], c.v[0]), fma(a.v[1], b.v[1], c.v[1])}; }
LADING_INLINE Pair whole(Pair x) { return {whole(x.v[0]), whole(x.v[1])}; }
LADING_INLINE Pair power_of_two(Pair n) { return {power_of_two(n.v[0]), power_of_two(n.v[1])}; }
struct DoubleDouble {
  Pair high, low;
};
LADING_INLINE DoubleDouble quick_sum(Pair a, Pair b) {
  const Pair sum = a + b;
  return {sum, b - (sum - a)};
}
LADING_INLINE DoubleDouble exact_sum(Pair a, Pair b) {
  const Pair sum = a + b, part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}
LADING_INLINE DoubleDouble exact_product(Pair a, Pair b) {
  const Pair product = a * b;
  return {product, fma(a, b, -product)};
}
LADING_INLINE DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
LADING_INLINE DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = exact_sum(a.high, b.high), low = exact_sum(a.low, b.low);
  const DoubleDouble sum = quick_sum(high.high, high.low + low.high);
  return quick_sum(sum.high, sum.low + low.low);
}
LADING_INLINE DoubleDouble operator+(Pair a, DoubleDouble b) {
  const DoubleDouble high = exact_sum(a, b.high);
  return quick_sum(high.high, high.low + b.low);
}
LADING_INLINE DoubleDouble operator*(Pair a, DoubleDouble b) {
  const DoubleDouble product = exact_product(a, b.high);
  return quick_sum(product.high, product.low + a * b.low);
}
LADING_INLINE DoubleDouble square(DoubleDouble a) {
  const DoubleDouble product = exact_product(a.high, a.high);
  const Pair cross = a.high * a.low;
  return quick_sum(product.high, product.low + (cross + cross));
}
// a / b, rounded
LADING_INLINE Pair ratio(DoubleDouble a, DoubleDouble b) {
  const Pair quotient = a.high / b.high;
  return quotient + (a + -(quotient * b)).high / b.high;
}
LADING_INLINE Pair reciprocal(DoubleDouble b) {
  const Pair quotient = 1 / b.high;
  return quotient + (Pair(1) + -(quotient * b)).high / b.high;
}

}  // namespace lading::LADING_ISA_NAMESPACE
