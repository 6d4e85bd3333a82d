// internal.BiasedAttention, which a pass makes of the steps of an attention whose scores something computed is added to:
// y = Softmax(Q K^T [* or / scale] + bias) V. Inputs: q [entry, n, head, W], k [entry, m, head, W], v [entry, m, head, V],
// which the steps turned and which are read where they stand, the bias [entry, head, n, m] and the scale, one number or none;
// y [entry, n, head, V]. All of them may lack the first axis. What has one element along an axis serves for all.
//
// A few heads at a time go through the kernels of these steps in their order, so the bits are theirs, also where all of a
// row is -inf: there is no number then.
#include <algorithm>

#include "graph/memory.hpp"
#include "kernels/kernels.hpp"
#include "operators/checks.hpp"
#include "operators/loops.hpp"

namespace lading {
namespace {

constexpr std::int64_t together = 8192;  // scores that stay in the first-level cache

enum Input { query, key, value, bias, factor };
enum Axis { entry_axis, row, head_axis, column };  // of all but the bias

// Four axes; no step is made along one of one element.
struct View {
  std::int64_t length[4] = {1, 1, 1, 1}, step[4] = {};

  explicit View(const Shape& shape) {
    std::int64_t size = 1;
    for (int axis = 3, from = shape.rank - 1; from >= 0; --axis, --from) {
      length[axis] = shape[from], step[axis] = shape[from] == 1 ? 0 : size;
      size *= shape[from];
    }
  }
};

// Everything that takes part, and how many of each there are.
struct Views {
  View q, k, v, b;
  std::int64_t entries, heads, queries, keys;
  std::int64_t scores() const { return queries * keys; }
  std::int64_t together() const {  // heads
    return std::clamp<std::int64_t>(lading::together / std::max<std::int64_t>(scores(), 1), 1,
                                    std::max<std::int64_t>(heads, 1));
  }
  std::size_t turned_bytes() const { return aligned(static_cast<std::size_t>(keys * k.length[column]) * 4 + tail); }
};

class BiasedAttention final : public Operator {
 public:
  explicit BiasedAttention(const Definition& definition)
      : kernels_(definition.kernels()), divides_(definition.has("divides")) {}

  void infer(const Operands& io) const override {
    const Views s = views_of(io);
    Shape scores, out;
    for (const std::int64_t length : {s.entries, s.heads, s.queries, s.keys}) scores.push(length);
    io.set(0, Type::float32, scores);  // refuses more than there can be
    if (io[query].shape.rank == 4) out.push(s.entries);
    for (const std::int64_t length : {s.queries, s.heads, s.v.length[column]}) out.push(length);
    io.set(0, Type::float32, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const Views s = views_of(io);
    return s.turned_bytes() + static_cast<std::size_t>(s.together() * s.scores()) * 4;
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Views s = views_of(io);
    for (std::int64_t e = 0; e < s.entries; ++e)
      for (std::int64_t head = 0, some; head < s.heads; head += some)
        run_heads(io, s, e, head, some = std::min(s.together(), s.heads - head));
  }
  int entry(const Operands& io, int) const override {
    for (int i = query; i <= bias; ++i) {
      const Shape& shape = io[i].shape;
      const bool own = io.entry(i) == 0 && shape.rank == 4;
      if (!own && (io.entry(i) != Entry::none || (shape.rank == 4 && shape[0] != 1))) return Entry::mixed;
    }
    return io[query].shape.rank == 4 ? 0 : int(Entry::mixed);
  }

 private:
  [[noreturn]] static void refuse(const Operands& io) {
    io.fail({"queries of shape ", io[query].shape, ", keys of ", io[key].shape, ", values of ", io[value].shape,
             " and what is added to scores of ", io[bias].shape, " do not fit"});
  }
  static Views views_of(const Operands& io) {
    const int rank = io[query].shape.rank;
    bool fits = rank == 3 || rank == 4;
    for (const int i : {query, key, value, bias}) {
      check_type(io, i, bit(Type::float32));
      fits &= io[i].shape.rank == rank || (i == bias && io[i].shape.rank < rank);
    }
    if (!fits) refuse(io);
    Views s{View(io[query].shape), View(io[key].shape), View(io[value].shape), View(io[bias].shape), 1, 1, 1, 1};
    const auto join = [&](std::int64_t& length, std::int64_t other) {
      fits &= length == other || length == 1 || other == 1;
      if (length == 1) length = other;
    };
    for (const View* view : {&s.q, &s.k, &s.v})
      join(s.entries, view->length[entry_axis]), join(s.heads, view->length[head_axis]);
    join(s.entries, s.b.length[0]), join(s.heads, s.b.length[1]);
    join(s.queries, s.q.length[row]), join(s.queries, s.b.length[2]);
    join(s.keys, s.k.length[row]), join(s.keys, s.b.length[3]);
    if (!fits || s.q.length[column] != s.k.length[column] || s.keys != s.v.length[row]) refuse(io);
    return s;
  }
  static const float* at(const Tensor& tensor, const View& view, std::int64_t e, std::int64_t head,
                         int axis = head_axis) {
    return tensor.as<float>() + e * view.step[0] + head * view.step[axis];
  }
  void run_heads(const Operands& io, const Views& s, std::int64_t e, std::int64_t first, std::int64_t heads) const {
    const std::int64_t n = s.queries, m = s.keys, width = s.k.length[column];
    auto* turned = reinterpret_cast<float*>(io.scratch());
    auto* scores = reinterpret_cast<float*>(io.scratch() + s.turned_bytes());
    for (std::int64_t h = 0; h < heads; ++h) {
      kernels_.transpose(at(io[key], s.k, e, first + h), s.k.step[row], m, width, turned, m);
      kernels_.matmul(at(io[query], s.q, e, first + h), s.q.step[row], turned, m, scores + h * n * m, m, n, m, width, 1,
                      nullptr);
    }
    if (io.has(factor))
      kernels_.binary(divides_ ? Binary::div : Binary::mul, scores, 1, io[factor].as<float>(), 0, scores,
                      heads * n * m);
    for (std::int64_t h = 0; h < heads; ++h) add(at(io[bias], s.b, e, first + h, 1), s, scores + h * n * m);
    if (m) kernels_.softmax(scores, scores, heads * n, m, false);
    const View out(io.output().shape);
    for (std::int64_t h = 0; h < heads; ++h)
      kernels_.matmul(scores + h * n * m, m, at(io[value], s.v, e, first + h), s.v.step[row],
                      const_cast<float*>(at(io.output(), out, e, first + h)), out.step[row], n, s.v.length[column], m,
                      1, nullptr);
  }
  void add(const float* from, const Views& s, float* scores) const {
    if (s.b.step[3] && s.b.step[2] == s.keys)
      return kernels_.binary(Binary::add, scores, 1, from, 1, scores, s.scores());
    for (std::int64_t i = 0; i < s.queries; ++i, from += s.b.step[2], scores += s.keys)
      kernels_.binary(Binary::add, scores, 1, from, s.b.step[3], scores, s.keys);
  }

  const Kernels& kernels_;
  bool divides_;
};

}  // namespace

std::unique_ptr<Operator> make_BiasedAttention(const Definition& definition) {
  return std::make_unique<BiasedAttention>(definition);
}

}  // namespace lading
