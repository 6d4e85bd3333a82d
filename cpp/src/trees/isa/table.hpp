// The table of kernels of an instruction set.
//
// To be included after its blocks and groups.
#pragma once

namespace lading::trees::LADING_ISA_NAMESPACE {
namespace {

// Enough for sums of either type.
template <int rows> size_t block_bytes(const Blocks& b) {
  constexpr size_t columns = BlockRows<float, rows>::scratch;
  return aligned(9 * size_t(rows / 8)) + most_together * size_t(rows) + columns +
         aligned(size_t(b.outputs) * rows * sizeof(double)) + aligned(size_t(b.slots) * (rows / 8));
}

template <int rows> constexpr BlockKernels block_kernels(const BlockTimes& times) {
  return {rows,
          times,
          block_bytes<rows>,
          block<float, float, rows>,
          block<float, double, rows>,
          block<double, double, rows>};
}

constexpr TreeKernels tree_kernels(const RowTimes& row, const BlockKernels& narrow, const BlockKernels& wider = {},
                                   const BlockKernels& widest = {}) {
  return {rank_row<float>,        rank_row<double>,       group, row, {narrow, wider, widest},
          most_table_bits<float>, most_table_bits<double>};
}

}  // namespace
}  // namespace lading::trees::LADING_ISA_NAMESPACE
