// Matrices turned around, a tile at a time.
#include "kernels/isa/simd.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

// f(i) for i = 0, each, 2 each ...; the last piece begins early enough to be whole.
template <class F> LADING_INLINE void pieces(int64_t n, int64_t each, F f) {
  for (int64_t i = 0; i < n; i += each) f(i + each > n ? n - each : i);
}

// What is too narrow or too low for a tile; nothing vectors could do better if both.
void transpose_small(const float* x, int64_t ldx, int64_t rows, int64_t columns, float* y, int64_t ldy) {
#if defined(__AVX2__)
  if (rows >= tile && columns > 1) {
    const int some = columns < 4 ? static_cast<int>(columns) : 4;
    return pieces(rows, tile, [=](int64_t row) LADING_LAMBDA {
      pieces(columns, some, [=](int64_t column) LADING_LAMBDA {
        transpose_columns(x + row * ldx + column, ldx, some, y + column * ldy + row, ldy);
      });
    });
  }
  if (columns >= tile && rows > 1) {
    const int some = rows < 4 ? static_cast<int>(rows) : 4;
    return pieces(columns, tile, [=](int64_t column) LADING_LAMBDA {
      pieces(rows, some, [=](int64_t row) LADING_LAMBDA {
        transpose_rows(x + row * ldx + column, ldx, some, y + column * ldy + row, ldy);
      });
    });
  }
#endif
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) y[j * ldy + i] = x[i * ldx + j];
}

}  // namespace

void transpose(const float* x, int64_t ldx, int64_t rows, int64_t columns, float* y, int64_t ldy) {
  if (rows < tile || columns < tile) return transpose_small(x, ldx, rows, columns, y, ldy);
  pieces(rows, tile, [=](int64_t row) LADING_LAMBDA {
    pieces(columns, tile, [=](int64_t column) LADING_LAMBDA {
      transpose_tile(x + row * ldx + column, ldx, y + column * ldy + row, ldy);
    });
  });
}

}  // namespace lading::LADING_ISA_NAMESPACE
