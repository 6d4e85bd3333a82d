// Numbers of one type as numbers of another, the same way on every machine.
#pragma once
#include "graph/tensor.hpp"

namespace lading {

// Reals become integers towards zero; beyond their range the nearest one, NaN becomes 0. Integers that do not
// fit wrap around. What is not zero is true. float16 and bfloat16 are rounded once, to even.
void convert(Type from, const std::byte* in, Type to, std::byte* out, std::int64_t count);

}  // namespace lading
