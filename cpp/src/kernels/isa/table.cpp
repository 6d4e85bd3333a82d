// The table of one instruction set.
#include "kernels/isa/table.hpp"
#include "kernels/isa/simd.hpp"

#define LADING_TEXT_NOW(name) #name
#define LADING_TEXT(name) LADING_TEXT_NOW(name)

namespace lading::LADING_ISA_NAMESPACE {

const Kernels table = {
    .isa = LADING_TEXT(LADING_ISA_NAMESPACE),
    .lanes = VL,
    .dense_bytes = dense_bytes,
    .reads_pairs = reads_pairs,
    .dense_pack = dense_pack,
    .dense = dense,
    .dense_again = dense_again,
    .dense_lanes = dense_lanes,
    .dense_windows = dense_windows,
    .largest_of_windows = largest_of_windows,
    .dense_float64 = dense_float64,
    .matmul = matmul,
    .convolve = convolve,
    .transpose = transpose,
    .unary = unary,
    .exp_float64 = exp_float64,
    .unary_float64 = unary_float64,
    .binary = binary,
    .softmax = softmax,
    .layer_norm = layer_norm,
    .reduce_rows = reduce_rows,
    .softmax_lanes = softmax_lanes,
    .reduce_columns = reduce_columns,
    .softmax_columns = softmax_columns,
    .distances = distances,
    .nearest = nearest,
    .edges = edges,
    .lstm_cell = lstm_cell,
    .gru_cell = gru_cell,
    .gate_step = gate_step,
    .gru_blend = gru_blend,
};

}  // namespace lading::LADING_ISA_NAMESPACE
