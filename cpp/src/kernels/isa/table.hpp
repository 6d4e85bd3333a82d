// What each instruction set fills its table of kernels with; see kernels.hpp.
#pragma once
#include "kernels/kernels.hpp"

namespace lading::LADING_ISA_NAMESPACE {

extern const Kernels table;

size_t dense_bytes(int64_t inputs, int64_t outputs);
PackedDense dense_pack(const float* w, const float* bias, int64_t inputs, int64_t outputs, void* memory);
void dense(const PackedDense& d, const float* x, int64_t ldx, int64_t rows, float* y, int64_t ldy, const float* add,
           int64_t ldadd, bool relu);
void dense_lanes(const PackedDense& d, const float* x, int rows, float* y, bool relu);
void dense_windows(const PackedDense& d, const WindowTaps& taps, const float* x, int64_t ldx, int64_t rows, float* y,
                   int64_t ldy, bool relu);
void largest_of_windows(const WindowPool& pool, const float* x, float* y);
void matmul(const float* a, int64_t lda, const float* b, int64_t ldb, float* y, int64_t ldy, int64_t m, int64_t n,
            int64_t k, int chains, const float* bias);
void convolve(const float* a, int64_t lda, const float* b, const int64_t* at, float* y, int64_t ldy, int64_t m,
              int64_t n, int64_t k, const float* bias, bool relu);
void transpose(const float* x, int64_t ldx, int64_t rows, int64_t columns, float* y, int64_t ldy);
void unary(Unary f, const float* x, float* y, int64_t n, float a, float b);
void dense_float64(const PackedFloat64& w, const double* x, int64_t ldx, int64_t rows, double* y, int64_t ldy,
                   const double* add, int64_t ldadd);
void exp_float64(const double* x, double* y, int64_t n);
void unary_float64(Unary f, const double* x, double* y, int64_t n);
void binary(Binary f, const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);
void softmax(const float* x, float* y, int64_t rows, int64_t n, bool logarithm);
void softmax_lanes(float* x, int64_t n, int rows, bool logarithm);
void softmax_columns(const float* x, float* y, int64_t n, int64_t inner, bool logarithm);
void layer_norm(const float* x, const float* scale, const float* bias, float* y, int64_t rows, int64_t n, float epsilon,
                bool centred);
void reduce_rows(Reduction f, const float* x, float* y, int64_t rows, int64_t n);
void reduce_columns(Reduction f, const float* x, float* y, int64_t n, int64_t inner, int64_t count, int64_t step);
bool distances(float* products, const float* own, const float* others, int64_t n, int lanes, AddedLast last);
void nearest(const float* distances, int64_t n, int lanes, int64_t skipped, int64_t count, int64_t* places);
void edges(const float* own, const float* others, int64_t ld, const int64_t* at, int64_t points, int64_t each,
           int64_t width, float* y, bool relu);
void dense_again(const PackedDense& d, const float* x, const float* start, float* y, bool backward);
void lstm_cell(const float* gates, float* c, float* h, int64_t units);
void gru_cell(const float* input_part, const float* state_part, float* h, int64_t units);
void gate_step(const PackedGates& w, const GateStep& step);
void gru_blend(const float* z, const float* g, float* h, int64_t units);

}  // namespace lading::LADING_ISA_NAMESPACE
