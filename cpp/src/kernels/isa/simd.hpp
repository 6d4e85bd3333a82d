// One vector of floats with the same operations, and the same bits, on every instruction set. Comparisons are
// quiet: a NaN raises no exception. Rounding to nearest is assumed, as everywhere in the engine.
#pragma once
#include <stdint.h>

// GCC 12 suspects its own AVX-512 header, and sums that the first round of a loop sets.
#pragma GCC diagnostic ignored "-Wuninitialized"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define LADING_INLINE static inline __attribute__((always_inline))
#define LADING_CALLED static inline __attribute__((noinline))
#define LADING_FUNCTION LADING_INLINE  // a longer one: called where code should be small
#define LADING_LAMBDA __attribute__((always_inline))
#if defined(__AVX2__) || defined(__aarch64__)
#define LADING_UNROLL _Pragma("GCC unroll 32")
#else
#define LADING_UNROLL _Pragma("GCC unroll 1")
#endif

// Whether this file is being compiled for the instruction set `neon`.
#define LADING_JOIN_NOW(a, b) a##b
#define LADING_JOIN(a, b) LADING_JOIN_NOW(a, b)
#define LADING_IS_neon 1
#define LADING_NEON LADING_JOIN(LADING_IS_, LADING_ISA_NAMESPACE)

#if defined(__AVX512F__)
#include "kernels/isa/simd_avx512.hpp"
#elif defined(__AVX2__) && defined(__FMA__)
#include "kernels/isa/simd_avx2.hpp"
#elif defined(__aarch64__) && LADING_NEON
#include "kernels/isa/simd_neon.hpp"
#else
#include "kernels/isa/simd_generic.hpp"
#endif

namespace lading::LADING_ISA_NAMESPACE {

constexpr bool fma_is_fast = VL > 4, reads_pairs = VL > 4;

// Leaves a in memory: what is seldom needed should take no register from the sums of an inner loop.
LADING_INLINE void leave(vec& a) { asm("" : "+m"(a)); }

LADING_INLINE vec zero() { return all(0.f); }
LADING_INLINE vec operator-(vec a) { return bits_xor(all(-0.f), a); }
LADING_INLINE vec upper_half(vec a) { return bits_and(a, all(__builtin_bit_cast(float, 0xffff0000))); }
LADING_INLINE vec absolute(vec a) { return bits_andnot(all(-0.f), a); }
LADING_INLINE vec with_sign(vec size, vec sign) { return bits_or(absolute(size), bits_and(all(-0.f), sign)); }

// The first n lanes from memory; the others repeat the first, so that they raise no exception of their own.
LADING_INLINE vec load_some(const float* p, int n) { return pick(lanes_below(n), load_first(p, n), all(*p)); }

#if !defined(__AVX512F__)
// Factors of a sum of products, of which the first n lanes count.
constexpr bool masks_are_free = false;
LADING_INLINE vec load_factors(const float* p, int n) { return load_some(p, n); }
LADING_INLINE vec fma_first(vec a, vec b, vec c, int) { return fma(a, b, c); }
#endif

// Sixteen lanes on every instruction set: what sums along a row are made of.
constexpr int row_lanes = 16;
constexpr int parts = row_lanes / VL;

}  // namespace lading::LADING_ISA_NAMESPACE
