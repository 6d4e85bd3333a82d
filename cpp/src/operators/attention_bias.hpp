// What an Attention adds to its scores: a mask, and -inf for every key that a query may not see.
#pragma once
#include <algorithm>
#include <limits>

#include "kernels/kernels.hpp"
#include "operators/attention_shape.hpp"
#include "operators/loops.hpp"

namespace lading {

// Some queries of one head.
struct Queries {
  std::int64_t batch, head, first, count;
};

template <class T> class AttentionBias {
 public:
  static constexpr T hidden = -std::numeric_limits<T>::infinity();

  // mask and valid (keys of each batch) may be null; `offset`: keys before the first query, if causal
  AttentionBias(const Kernels& kernels, const Tensor* mask, const std::int64_t* valid, bool causal,
                const AttentionShape& shape)
      : kernels_(kernels), mask_(mask), valid_(valid), causal_(causal), shape_(shape) {
    if (!mask) return;
    Shape scores = mask->shape;
    for (int axis = 0; axis < scores.rank; ++axis) scores[axis] = scores[axis] == 1 ? 2 : scores[axis];
    const Strides steps = broadcast_strides(mask->shape, scores);
    for (int axis = 0; axis < 3 && axis < scores.rank - 1; ++axis) steps_[2 - axis] = steps[scores.rank - 2 - axis];
    masked_ = std::min(mask->shape[scores.rank - 1], shape.keys());
  }
  bool any() const { return mask_ || valid_ || causal_; }

  // scores [keys][step] += bias; `memory` holds as many numbers. Columns beyond the queries get whatever is finite or -inf.
  void add(const Queries& q, T* scores, std::int64_t step, T* memory) const {
    if (!any()) return;
    fill(q, memory, step);
    for (std::int64_t i = 0, size = shape_.keys() * step; i < size; ++i) {
      const T sum = scores[i] + memory[i];
      scores[i] = memory[i] == hidden ? hidden : sum;
    }
  }

 private:
  void fill(const Queries& q, T* bias, std::int64_t step) const {
    const std::int64_t valid = valid_ ? valid_[q.batch] : shape_.keys();
    const std::int64_t end = std::min(valid, mask_ ? masked_ : shape_.keys());
    if (!mask_ || steps_[2]) std::fill_n(bias, end * step, T(0));
    if (mask_ && mask_->type == Type::boolean) copy_mask(q, mask_->as<bool>(), end, bias, step);
    else if (mask_) copy_mask(q, mask_->as<T>(), end, bias, step);
    std::fill_n(bias + end * step, (shape_.keys() - end) * step, hidden);  // a short mask hides the keys behind its end
    if (!causal_) return;
    const std::int64_t before = valid_ ? valid - shape_.queries : shape_.past;
    for (std::int64_t key = 0; key < end; ++key)
      std::fill_n(bias + key * step, std::clamp(key - before - q.first, std::int64_t(0), q.count), hidden);
  }
  static T value(bool seen) { return seen ? T(0) : hidden; }
  static T value(T bias) { return bias; }
  template <class M>
  void copy_mask(const Queries& q, const M* mask, std::int64_t keys, T* bias, std::int64_t step) const {
    mask += q.batch * steps_[0] + q.head * steps_[1] + q.first * steps_[2];
    const std::int64_t apart = steps_[2];
    if constexpr (std::is_same_v<M, float>)
      if (apart) return kernels_.transpose(mask, apart, q.count, keys, bias, step);
    for (std::int64_t key = 0; key < keys; ++key, bias += step)
      if (!apart) std::fill_n(bias, step, value(mask[key]));
      else
        for (std::int64_t i = 0; i < q.count; ++i) bias[i] = value(mask[i * apart + key]);
  }
  const Kernels& kernels_;
  const Tensor* mask_;
  const std::int64_t* valid_;
  bool causal_;
  const AttentionShape& shape_;
  std::array<std::int64_t, 3> steps_{};  // of the mask along batch, heads and queries
  std::int64_t masked_ = 0;              // keys that the mask has
};

}  // namespace lading
