// Attention (ONNX): softmax(scale Q K^T + bias) V for every head. Queries are taken in blocks that stand transposed,
// one a column, so that softmax runs down the columns; a query's bits do not depend on its block. Columns of zeros fill
// the last vector.
#include <cmath>
#include <cstring>

#include "graph/memory.hpp"
#include "operators/attention_arithmetic.hpp"
#include "operators/attention_bias.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

constexpr std::int64_t query_block = 64;

enum Output { result, present_key, present_value, product };
// What output 3 shows of the scores.
enum Stage { scaled, capped, masked, weights };

template <class T> struct Scratch {
  T *queries, *scores, *bias, *rows, *tops;  // [width][block], [keys][block] twice, [block][keys], [block]
};
// Takes the next pieces of memory; without memory it only counts.
class Pieces {
 public:
  explicit Pieces(std::byte* memory) : memory_(memory) {}
  template <class T> T* take(std::int64_t count) {
    T* piece = memory_ ? reinterpret_cast<T*>(memory_ + used_) : nullptr;
    used_ += aligned(static_cast<std::size_t>(count) * sizeof(T) + tail);
    return piece;
  }
  std::size_t used() const { return used_; }

 private:
  std::byte* memory_;
  std::size_t used_ = 0;
};

class Attention final : public Operator {
 public:
  explicit Attention(const Definition& definition)
      : kernels_(definition.kernels()),
        heads_{definition.integer("q_num_heads", 0), definition.integer("kv_num_heads", 0)},
        causal_(definition.integer("is_causal", 0) != 0),
        has_scale_(definition.has("scale")),
        scale_(definition.real("scale", 1)),
        softcap_(definition.real("softcap", 0)),
        stage_(definition.integer("qk_matmul_output_mode", 0)),
        precise_(type_attribute(definition, "softmax_precision", Type::float32) == Type::float64) {
    if (heads_.queries < 0 || heads_.keys < 0)
      definition.fail({"attributes 'q_num_heads' and 'kv_num_heads' are ", heads_.queries, " and ", heads_.keys,
                       "; they cannot be negative"});
    if (softcap_ < 0) definition.fail({"attribute 'softcap' is ", real_text(softcap_), "; it cannot be negative"});
    if (stage_ < scaled || stage_ > weights)
      definition.fail({"attribute 'qk_matmul_output_mode' is ", stage_, "; it must be from 0 to 3"});
    if (definition.has_input(past_key) != definition.has_input(past_value))
      definition.fail("past_key and past_value (inputs 4 and 5) must be given together");
    if (definition.has_input(valid_keys) && definition.has_input(past_key))
      definition.fail("nonpad_kv_seqlen (input 6) cannot be used together with past_key and past_value");
  }
  void infer(const Operands& io) const override {
    check_type(io, query, float_types);
    for (const int i : {key, value, past_key, past_value})
      if (io.has(i)) check_same_type(io, i);
    if (io.has(valid_keys)) check_type(io, valid_keys, bit(Type::int64));
    const AttentionShape s(io, heads_);
    const auto set = [&](int i, std::initializer_list<std::int64_t> dims) {
      io.set(i, io[query].type, shape_of(dims));
    };
    if (s.joined) set(result, {s.batch, s.queries, s.heads * s.value_width});
    else set(result, {s.batch, s.heads, s.queries, s.value_width});
    set(present_key, {s.batch, s.shared_heads, s.keys(), s.width});
    set(present_value, {s.batch, s.shared_heads, s.keys(), s.value_width});
    set(product, {s.batch, s.heads, s.queries, s.keys()});
  }
  std::size_t scratch(const Operands& io) const override {
    Pieces pieces(nullptr);
    const AttentionShape s(io, heads_);
    with_one_of<float_types>(io[query].type, [&](auto zero) {
      using T = decltype(zero);
      take<T>(pieces, s);
      joined_rows<T>(io, s, pieces, past_key), joined_rows<T>(io, s, pieces, past_value);
    });
    return pieces.used();
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[query].type, [&](auto zero) { run_heads<decltype(zero)>(io); });
  }
  // Entries are batches; a mask may be the same for all of them.
  int entry(const Operands& io, int) const override {
    for (const int i : {query, key, value, past_key, past_value, valid_keys})
      if (io.has(i) && io.entry(i) != 0) return entry_of_shapes(io);
    if (!io.has(attention_mask)) return 0;
    const Shape& mask = io[attention_mask].shape;
    const bool own = mask.rank == 4 && io.entry(attention_mask) == 0;
    const bool shared = (mask.rank < 4 || mask[0] == 1) && io.entry(attention_mask) == Entry::none;
    return own || shared ? 0 : entry_of_shapes(io);
  }

 private:
  // ---- keys and values
  // Where the past and this run's rows of input 1 (past: 4) or 2 (5) stand one after the other: output 1 or 2, or
  // scratch memory if that is not wanted; null if the input itself serves.
  template <class T> static T* joined_rows(const Operands& io, const AttentionShape& s, Pieces& pieces, int past) {
    const int output = past == past_key ? present_key : present_value;
    if (io.has_output(output)) return io.output(output).as<T>();
    const std::int64_t width = past == past_key ? s.width : s.value_width;
    return io.has(past) ? pieces.take<T>(s.batch * s.shared_heads * s.keys() * width) : nullptr;
  }
  template <class T>
  static void join(const Operands& io, const AttentionShape& s, int past, std::int64_t width, T* to) {
    const T* fresh = io[past == past_key ? key : value].as<T>();
    for (std::int64_t b = 0; b < s.batch; ++b)
      for (std::int64_t head = 0; head < s.shared_heads; ++head) {
        if (io.has(past) && s.past * width)
          std::memcpy(to, io[past].as<T>() + (b * s.shared_heads + head) * s.past * width, s.past * width * sizeof(T));
        to += s.past * width;
        const Rows<const T> rows = rows_of_head(fresh, s.joined, b, head, s.shared_heads, s.fresh, width);
        for (std::int64_t i = 0; i < s.fresh; ++i, to += width)
          if (width) std::memcpy(to, rows.data + i * rows.step, width * sizeof(T));
      }
  }

  // ---- numbers
  template <class T> Scratch<T> take(Pieces& pieces, const AttentionShape& s) const {
    const std::int64_t block = Arithmetic<T>{kernels_}.whole(std::min(s.queries, query_block));
    const std::int64_t scores = s.keys() * block;
    return {pieces.take<T>(s.width * block), pieces.take<T>(scores), pieces.take<T>(scores), pieces.take<T>(scores),
            pieces.take<T>(block)};
  }
  template <class T> void run_heads(const Operands& io) const {
    const AttentionShape s(io, heads_);
    Pieces pieces(io.scratch());
    const Scratch<T> memory = take<T>(pieces, s);
    T* keys = joined_rows<T>(io, s, pieces, past_key);
    T* values = joined_rows<T>(io, s, pieces, past_value);
    if (keys) join(io, s, past_key, s.width, keys);
    if (values) join(io, s, past_value, s.value_width, values);
    const std::int64_t* valid = io.has(valid_keys) ? checked_valid(io, s) : nullptr;
    const AttentionBias<T> bias(kernels_, io.has(attention_mask) ? &io[attention_mask] : nullptr, valid, causal_, s);
    for (std::int64_t b = 0; b < s.batch; ++b)
      for (std::int64_t head = 0; head < s.heads; ++head) {
        const std::int64_t own = s.shared(head), n = s.keys();
        const auto k = keys ? rows_of_head<const T>(keys, false, b, own, s.shared_heads, n, s.width)
                            : rows_of_head(io[key].as<T>(), s.joined, b, own, s.shared_heads, n, s.width);
        const auto v = values ? rows_of_head<const T>(values, false, b, own, s.shared_heads, n, s.value_width)
                              : rows_of_head(io[value].as<T>(), s.joined, b, own, s.shared_heads, n, s.value_width);
        for (std::int64_t first = 0; first < s.queries; first += query_block)
          run_block<T>(io, s, bias, memory, {b, head, first, std::min(query_block, s.queries - first)}, k, v);
      }
  }
  static const std::int64_t* checked_valid(const Operands& io, const AttentionShape& s) {
    const auto* valid = io[valid_keys].as<std::int64_t>();
    for (std::int64_t b = 0; b < s.batch; ++b)
      if (valid[b] < 0 || valid[b] > s.keys())
        io.fail({"nonpad_kv_seqlen (input 6) is ", valid[b], " for batch ", b,
                 "; it must be from 0 to the number of keys, ", s.keys()});
    return valid;
  }
  template <class T>
  void run_block(const Operands& io, const AttentionShape& s, const AttentionBias<T>& bias, const Scratch<T>& memory,
                 const Queries& q, Rows<const T> keys, Rows<const T> values) const {
    const Arithmetic<T> compute{kernels_};
    const std::int64_t n = s.keys(), m = q.count;
    Rows<const T> queries = rows_of_head(io[query].as<T>(), s.joined, q.batch, q.head, s.heads, s.queries, s.width);
    queries.data += q.first * queries.step;
    const std::int64_t step = compute.whole(m);
    const Rows<T> scores{memory.scores, step};
    if (step > m) std::fill_n(memory.queries, s.width * step, T(0));
    compute.transpose(queries, m, s.width, {memory.queries, step});
    compute.scale(memory.queries, s.width * step, scale(s));
    compute.product(keys, {memory.queries, step}, scores, n, step, s.width);
    show(io, s, scaled, q, scores);
    if (softcap_ > 0) compute.cap(scores.data, n * step, softcap_);
    show(io, s, capped, q, scores);
    bias.add(q, scores.data, step, memory.bias);
    show(io, s, masked, q, scores);
    weigh(compute, scores, n, memory.tops);
    show(io, s, weights, q, scores);
    compute.transpose({scores.data, step}, n, m, {memory.rows, n});
    Rows<T> out = rows_of_head(io.output().as<T>(), s.joined, q.batch, q.head, s.heads, s.queries, s.value_width);
    out.data += q.first * out.step;
    compute.product({memory.rows, n}, values, out, m, s.value_width, n);
  }
  double scale(const AttentionShape& s) const {
    return has_scale_ ? scale_ : s.width ? 1 / std::sqrt(static_cast<double>(s.width)) : 1;
  }
  // Softmax down the columns; a query that may see no key has no weights.
  template <class T> void weigh(const Arithmetic<T>& compute, Rows<T> scores, std::int64_t n, T* tops) const {
    const T nothing = AttentionBias<T>::hidden;
    compute.tops(scores.data, n, scores.step, tops);
    const auto clear = [&](std::int64_t i) {
      for (std::int64_t k = 0; k < n; ++k) scores.data[k * scores.step + i] = 0;
    };
    for (std::int64_t i = 0; i < scores.step; ++i)
      if (tops[i] == nothing) clear(i);
    compute.softmax(scores.data, n, scores.step, precise_);
    for (std::int64_t i = 0; i < scores.step; ++i)
      if (tops[i] == nothing) clear(i);
  }
  template <class T>
  void show(const Operands& io, const AttentionShape& s, Stage stage, const Queries& q, Rows<T> scores) const {
    if (stage != stage_ || !io.has_output(product)) return;
    const std::int64_t at = ((q.batch * s.heads + q.head) * s.queries + q.first) * s.keys();
    T* to = io.output(product).as<T>() + at;
    Arithmetic<T>{kernels_}.transpose({scores.data, scores.step}, s.keys(), q.count, {to, s.keys()});
  }
  const Kernels& kernels_;
  AttentionHeads heads_;
  bool causal_, has_scale_;
  float scale_, softcap_;
  std::int64_t stage_;
  bool precise_;
};

}  // namespace

std::unique_ptr<Operator> make_Attention(const Definition& definition) {
  return std::make_unique<Attention>(definition);
}

}  // namespace lading
