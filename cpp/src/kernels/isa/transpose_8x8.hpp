// Transposes of AVX, for both x86 instruction sets: an 8 x 8 tile, and half of one.
#pragma once

namespace lading::LADING_ISA_NAMESPACE {

constexpr int tile = 8;  // rows and columns of the smallest transpose

// The 4 x 4 matrices in both halves.
LADING_INLINE void transpose_halves(__m256* r) {
  const __m256 a = _mm256_unpacklo_ps(r[0], r[1]), b = _mm256_unpackhi_ps(r[0], r[1]);
  const __m256 c = _mm256_unpacklo_ps(r[2], r[3]), d = _mm256_unpackhi_ps(r[2], r[3]);
  r[0] = _mm256_shuffle_ps(a, c, 0x44), r[1] = _mm256_shuffle_ps(a, c, 0xee);
  r[2] = _mm256_shuffle_ps(b, d, 0x44), r[3] = _mm256_shuffle_ps(b, d, 0xee);
}

// The first n <= 4 numbers.
LADING_INLINE __m128 load_four(const float* p, int n) {
  if (n == 4) return _mm_loadu_ps(p);
  return _mm_maskload_ps(p, _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3)));
}
LADING_INLINE void store_four(float* p, __m128 a, int n) {
  if (n == 4) return _mm_storeu_ps(p, a);
  if (n >= 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(p), a);
    a = _mm_movehl_ps(a, a);
    p += 2;
  }
  if (n & 1) _mm_store_ss(p, a);
}

// Eight rows of up to four columns. Two rows meet where memory is read, which costs no shuffle.
LADING_INLINE void transpose_columns(const float* x, long ldx, int columns, float* y, long ldy) {
  __m256 r[4];
  LADING_UNROLL for (int i = 0; i < 4; ++i) r[i] = _mm256_insertf128_ps(
      _mm256_castps128_ps256(load_four(x + i * ldx, columns)), load_four(x + (i + 4) * ldx, columns), 1);
  transpose_halves(r);
  LADING_UNROLL for (int i = 0; i < 4; ++i) if (i < columns) _mm256_storeu_ps(y + i * ldy, r[i]);
}

// Up to four rows of eight columns.
LADING_INLINE void transpose_rows(const float* x, long ldx, int rows, float* y, long ldy) {
  __m256 r[4];
  LADING_UNROLL for (int i = 0; i < 4; ++i) r[i] = i < rows ? _mm256_loadu_ps(x + i * ldx) : _mm256_setzero_ps();
  transpose_halves(r);
  LADING_UNROLL for (int i = 0; i < 4; ++i) {
    store_four(y + i * ldy, _mm256_castps256_ps128(r[i]), rows);
    store_four(y + (i + 4) * ldy, _mm256_extractf128_ps(r[i], 1), rows);
  }
}

LADING_INLINE void transpose_tile(const float* x, long ldx, float* y, long ldy) {
  transpose_columns(x, ldx, 4, y, ldy);
  transpose_columns(x + 4, ldx, 4, y + 4 * ldy, ldy);
}

}  // namespace lading::LADING_ISA_NAMESPACE
