// The entry rule of Expand and Tile: input 0 repeated along some axes, as often as input 1 says.
#pragma once
#include "operators/checks.hpp"

namespace lading {

// Along which axes the output is longer than the input, whose axes are its last ones.
inline bool repeats(const Operands& io, int axis) {
  const Shape &in = io[0].shape, &out = io.output().shape;
  const int from = axis - (out.rank - in.rank);
  return out[axis] != (from < 0 ? 1 : in[from]);
}

// A value without entries, given to each of them: repeated along one axis from 1 to the number of entries.
inline int given_to_each_entry(const Operands& io) {
  const Shape &in = io[0].shape, &out = io.output().shape;
  int found = Entry::none;
  for (int axis = 0; axis < out.rank; ++axis) {
    if (out[axis] != io.entries()) continue;
    const int from = axis - (out.rank - in.rank);
    if (found >= 0 || (from >= 0 && in[from] != 1)) return Entry::lengths;  // which axis it is cannot be told
    found = axis;
  }
  return found >= 0 ? found : int(Entry::lengths);
}

inline int repeated_entry(const Operands& io) {
  const int entry = io.entry(0), times = io.entry(1);
  if (times != Entry::none && times != Entry::lengths) return entry_of_shapes(io);
  if (entry == Entry::none) return given_to_each_entry(io);
  if (entry < 0) return entry;
  const Shape& out = io.output().shape;
  const int axis = entry + out.rank - io[0].shape.rank;
  if (repeats(io, axis)) return Entry::mixed;
  for (int other = 0; other < out.rank && times == Entry::lengths; ++other)
    if (other != axis && out[other] == io.entries() && repeats(io, other)) return Entry::mixed;
  return axis;
}

}  // namespace lading
