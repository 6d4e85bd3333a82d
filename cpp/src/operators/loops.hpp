// Nested loops over several tensors at once, each with its own strides.
#pragma once
#include <array>

#include "graph/tensor.hpp"

namespace lading {

using Strides = std::array<std::int64_t, max_rank>;  // elements from one index of an axis to the next

inline Strides strides_of(const Shape& shape) {
  Strides strides{};
  std::int64_t step = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

// N tensors are walked in step. Loops of length one vanish, and two that every tensor runs through as if
// they were one become one, so that the innermost loop is as long as it can be.
template <int N> class Loops {
 public:
  using Offsets = std::array<std::int64_t, N>;
  struct Loop {
    std::int64_t length;
    Offsets steps;
  };

  // From the outermost loop to the innermost.
  void add(std::int64_t length, const Offsets& steps) {
    if (length == 0) empty_ = true;
    if (length == 1) return;
    if (count_ && continues(loops_[count_ - 1], length, steps)) {
      loops_[count_ - 1].length *= length;
      loops_[count_ - 1].steps = steps;
    } else {
      loops_[count_++] = {length, steps};
    }
  }
  bool empty() const { return empty_; }
  int count() const { return count_; }
  const Loop& operator[](int i) const { return loops_[i]; }

  // Takes the innermost loop, or loop i, out of the nest: the caller runs it.
  Loop take() { return count_ ? loops_[--count_] : Loop{1, {}}; }
  Loop take(int i) {
    const Loop taken = loops_[i];
    for (--count_; i < count_; ++i) loops_[i] = loops_[i + 1];
    return taken;
  }

  // f(offsets) at every index of the loops that are left.
  template <class F> void each(F&& f) const {
    if (empty_) return;
    Offsets at{};
    std::array<std::int64_t, max_loops> index{};
    for (;;) {
      f(static_cast<const Offsets&>(at));
      int i = count_ - 1;
      for (; i >= 0; --i) {
        for (int n = 0; n < N; ++n) at[n] += loops_[i].steps[n];
        if (++index[i] < loops_[i].length) break;
        for (int n = 0; n < N; ++n) at[n] -= loops_[i].steps[n] * loops_[i].length;
        index[i] = 0;
      }
      if (i < 0) return;
    }
  }

 private:
  static constexpr int max_loops = max_rank;
  static bool continues(const Loop& outer, std::int64_t length, const Offsets& steps) {
    for (int n = 0; n < N; ++n)
      if (outer.steps[n] != length * steps[n]) return false;
    return true;
  }
  std::array<Loop, max_loops> loops_;  // the first count_ of them
  int count_ = 0;
  bool empty_ = false;
};

// Steps of a tensor that is broadcast to `output`: 0 along the axes where it is repeated.
inline Strides broadcast_strides(const Shape& shape, const Shape& output) {
  const Strides own = strides_of(shape);
  Strides strides{};
  for (int axis = shape.rank - 1, out = output.rank - 1; axis >= 0; --axis, --out)
    strides[out] = shape[axis] == 1 ? 0 : own[axis];
  return strides;
}

// Loops over `output` and the tensors that are broadcast to it; tensor 0 is the output itself. In the
// innermost loop each tensor steps by 1 or stays.
template <int N> Loops<N> broadcast_loops(const Shape& output, const std::array<const Shape*, N - 1>& inputs) {
  Loops<N> loops;
  const std::int64_t numbers = output.size();
  typename Loops<N>::Offsets flat{1};
  bool is_flat = true;  // each is as it is, or one number
  for (int n = 1; n < N; ++n) {
    const std::int64_t own = inputs[n - 1]->size();
    is_flat &= own == numbers || own == 1, flat[n] = own == numbers;
  }
  if (is_flat) return loops.add(numbers, flat), loops;
  std::array<Strides, N> strides;
  strides[0] = strides_of(output);
  for (int n = 1; n < N; ++n) strides[n] = broadcast_strides(*inputs[n - 1], output);
  for (int axis = 0; axis < output.rank; ++axis) {
    typename Loops<N>::Offsets steps;
    for (int n = 0; n < N; ++n) steps[n] = strides[n][axis];
    loops.add(output[axis], steps);
  }
  return loops;
}

}  // namespace lading
