#pragma once
#include "trees/layout.hpp"

namespace lading::trees::avx2 {

void rank_row_float(const Segment<float>* segments, int count, const float* x, uint8_t* ranks);
void rank_row_double(const Segment<double>* segments, int count, const double* x, uint8_t* ranks);
void group(const Groups& groups, int number, const uint8_t* ranks, uint8_t* codes);

}  // namespace lading::trees::avx2
