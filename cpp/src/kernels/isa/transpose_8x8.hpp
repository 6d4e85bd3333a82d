// The 8 x 8 transpose of AVX, for both x86 instruction sets.
#pragma once

namespace lading::LADING_ISA_NAMESPACE {

constexpr int tile = 8;  // rows and columns of the smallest transpose

LADING_INLINE void transpose_tile(const float* x, long ldx, float* y, long ldy) {
  __m256 r[8], t[8];
  LADING_UNROLL for (int i = 0; i < 8; ++i) r[i] = _mm256_loadu_ps(x + i * ldx);
  LADING_UNROLL for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  LADING_UNROLL for (int i = 0; i < 8; i += 4) {
    LADING_UNROLL for (int j = 0; j < 2; ++j) {
      r[i + 2 * j] = _mm256_shuffle_ps(t[i + j], t[i + j + 2], 0x44);
      r[i + 2 * j + 1] = _mm256_shuffle_ps(t[i + j], t[i + j + 2], 0xee);
    }
  }
  LADING_UNROLL for (int i = 0; i < 4; ++i) {
    _mm256_storeu_ps(y + i * ldy, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
    _mm256_storeu_ps(y + (i + 4) * ldy, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
