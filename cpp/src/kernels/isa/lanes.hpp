// Products of layers whose rows stand on the lanes: y [outputs][lane_block] = (bias + add) + x [inputs][ldx] w [inputs][ldw].
// They serve dense layers in chains and the gates of recurrent ones.
#pragma once
#include "kernels/isa/block.hpp"

namespace lading::LADING_ISA_NAMESPACE {

struct LaneCall {
  long inputs, ldx, ldw;
  int chains, lanes;  // lanes: rounded up to the vectors of the kernel
  bool relu;
  const float *x, *w, *bias, *add;  // add [outputs][lane_block] may be null or y; y is no other operand
  float* y;
};

// By the outputs that are made together, 1 to lane_rows.
struct LaneTable {
  void (*one_vector[lane_rows + 1])(const LaneCall&);  // only where two are more than sixteen lanes
  void (*two_vectors[lane_rows + 1])(const LaneCall&);
};
extern const LaneTable lane_table;

}  // namespace lading::LADING_ISA_NAMESPACE
