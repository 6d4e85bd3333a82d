// The lengths of an Attention, and where its tensors keep the rows of a head.
#pragma once
#include "operators/checks.hpp"

namespace lading {

enum AttentionInput { query, key, value, attention_mask, past_key, past_value, valid_keys };

struct AttentionHeads {  // attributes q_num_heads and kv_num_heads, 0 if absent
  std::int64_t queries, keys;
};

struct AttentionShape {
  bool joined = false;                                  // rank 3: heads stand side by side in the last axis
  std::int64_t batch = 0, heads = 0, shared_heads = 0;  // of the queries; of keys and values
  std::int64_t queries = 0, past = 0, fresh = 0;        // rows: queries; keys that came before, keys of this run
  std::int64_t width = 0, value_width = 0;              // of queries and keys; of values

  // From the operands, whose shapes are checked.
  AttentionShape(const Operands& io, const AttentionHeads& heads);
  std::int64_t keys() const { return past + fresh; }
  // Key head that query head `head` looks at.
  std::int64_t shared(std::int64_t head) const { return head / (heads / shared_heads); }
};

Shape shape_of(std::initializer_list<std::int64_t> dims);

// Row i of a head is at data + i * step.
template <class T> struct Rows {
  T* data;
  std::int64_t step;
};

// The rows of one head of a tensor [batch][rows][heads * width] (joined) or [batch][heads][rows][width].
template <class T>
Rows<T> rows_of_head(T* data, bool joined, std::int64_t b, std::int64_t head, std::int64_t heads, std::int64_t rows,
                     std::int64_t width) {
  if (joined) return {data + (b * rows * heads + head) * width, heads * width};
  return {data + (b * heads + head) * rows * width, width};
}

}  // namespace lading
