// The one inner loop of all matrix products: a block of rows x vectors of outputs, kept in registers.
//
// Bits. Every output is `chains` interleaved sums of fused multiply-adds over k; chain p takes k = p,
// p + chains, ...; chain 0 starts at the bias, the others at 0; they are added ((c0 + c1) + c2) + c3. A block
// runs its chains side by side (few accumulators: hides the latency of the adds) or one after the other (many
// rows need the registers): each output sees the same operations in the same order.
#pragma once
#include "kernels/isa/simd.hpp"

namespace lading::LADING_ISA_NAMESPACE {

// Vector registers, how many of them hold sums, the widest block, and the most rows for each width; the widest
// panel of a layer with many outputs; whether one row takes two panels at once; outputs of a block whose lanes
// are rows.
#if defined(__AVX512F__)
constexpr int all_registers = 32, registers = 28, widest = 6, most_rows[] = {0, 8, 12, 8, 6, 5, 4};
constexpr int widest_of_many = 4, pairs = 0, lane_rows = 12;
#elif defined(__AVX2__)
constexpr int all_registers = 16, registers = 13, widest = 3, most_rows[] = {0, 12, 6, 4, 3};
constexpr int widest_of_many = 3, pairs = 1, lane_rows = 6;
#elif defined(__aarch64__) && LADING_NEON
constexpr int all_registers = 16, registers = 10, widest = 3, most_rows[] = {0, 10, 5, 3, 2};
constexpr int widest_of_many = 3, pairs = 1, lane_rows = 5;
#else
constexpr int all_registers = 0, registers = 4, widest = 2, most_rows[] = {0, 4, 2};
constexpr int widest_of_many = 2, pairs = 0, lane_rows = 2;
#endif

struct FullMultiply {
  __attribute__((always_inline)) vec operator()(int, vec a, vec b, vec sum) const { return fma(a, b, sum); }
};

// Sums of scalar(row, k) times load(k, vector), whatever a k is: init(row, vector) starts a sum, done(row, vector, sum)
// takes it. `together` of the chains run side by side: walk(chain, step) calls step(p, k) for every k of chain + p, in
// order, p being below `together`. multiply(vector, a, b, sum) is a * b + sum. `few_registers`: where the sums of a chain
// take most of them, those of the chains before it wait in memory.
// Loops to unroll read best nested.
// clang-format off
template <int rows, int vectors, int together, bool few_registers, class Walk, class Scalar, class Load, class Init, class Done, class Multiply>
LADING_INLINE void sums(int chains, Walk walk, Scalar scalar, Load load, Init init, Done done, Multiply multiply) {
  vec sum[rows][vectors];
  int chain = 0;
  do {
    vec part[together][rows][vectors];
    LADING_UNROLL for (int p = 0; p < together; ++p)
      LADING_UNROLL for (int r = 0; r < rows; ++r)
        LADING_UNROLL for (int v = 0; v < vectors; ++v) part[p][r][v] = p || chain ? zero() : init(r, v);
    walk(chain, [&](int p, auto k) LADING_LAMBDA {
      vec w[vectors];
      LADING_UNROLL for (int v = 0; v < vectors; ++v) {
        w[v] = load(k, v);
        if constexpr (rows > 1 && (rows * together + 1) * vectors < all_registers) hold(w[v]);
      }
      LADING_UNROLL for (int r = 0; r < rows; ++r) {
        const vec a = all(scalar(r, k));
        LADING_UNROLL for (int v = 0; v < vectors; ++v) part[p][r][v] = multiply(v, a, w[v], part[p][r][v]);
      }
    });
    LADING_UNROLL for (int p = 0; p < together; ++p)
      LADING_UNROLL for (int r = 0; r < rows; ++r)
        LADING_UNROLL for (int v = 0; v < vectors; ++v) {
          sum[r][v] = p || chain ? sum[r][v] + part[p][r][v] : part[p][r][v];
          if constexpr (few_registers && rows * vectors * (together + 1) + vectors + 2 >= all_registers) leave(sum[r][v]);
        }
  } while ((chain += together) < chains);
  LADING_UNROLL for (int r = 0; r < rows; ++r)
    LADING_UNROLL for (int v = 0; v < vectors; ++v) done(r, v, sum[r][v]);
}

// The same over k = 0 to K - 1.
template <int rows, int vectors, int together, class Scalar, class Load, class Init, class Done, class Multiply = FullMultiply>
LADING_INLINE void block(long K, int chains, Scalar scalar, Load load, Init init, Done done, Multiply multiply = {}) {
  const auto walk = [=](int chain, auto step) LADING_LAMBDA {
    long k = chain;
    for (; k + together <= K; k += chains)
      LADING_UNROLL for (int p = 0; p < together; ++p) step(p, k + p);
    if constexpr (together > 1)
      LADING_UNROLL for (int p = 0; p < together - 1; ++p)
        if (k + p < K) step(p, k + p);
  };
  sums<rows, vectors, together, false>(chains, walk, scalar, load, init, done, multiply);
}
// clang-format on

// body(Together<n>) with as many chains side by side as fit into the registers and as there are.
template <int n> struct Together {};
template <int rows, int vectors, class Body> LADING_INLINE void with_chains(int chains, Body body) {
  if constexpr (rows * vectors < 8 && rows * vectors * 4 <= registers)
    if (chains == 4) return body(Together<4>{});
  if constexpr (rows * vectors < 8 && rows * vectors * 2 <= registers)
    if (chains >= 2) return body(Together<2>{});
  body(Together<1>{});
}

// The same with all of four chains side by side, or none: less code, for what is seldom so small.
template <int rows, int vectors, class Body> LADING_INLINE void with_all_chains(int chains, Body body) {
  if constexpr (rows * vectors <= 4 && rows * vectors * 4 <= registers)
    if (chains == 4) return body(Together<4>{});
  body(Together<1>{});
}

// One function for each block size that the kernel has: at[vectors][rows], made by Kernel::run<rows, vectors>.
template <class Call, class Kernel, int most_vectors> struct BlockTable {
  using Function = void (*)(const Call&);
  Function at[most_vectors + 1][16] = {};
  template <int vectors, int rows> constexpr void fill() {
    if constexpr (Kernel::has(rows)) at[vectors][rows] = Kernel::template run<rows, vectors>;
    if constexpr (rows < Kernel::most(vectors)) fill<vectors, rows + 1>();
    else if constexpr (vectors < most_vectors) fill<vectors + 1, 1>();
  }
  constexpr BlockTable() { fill<1, 1>(); }
};

}  // namespace lading::LADING_ISA_NAMESPACE
