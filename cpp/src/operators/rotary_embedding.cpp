// RotaryEmbedding (ONNX): pairs of features turned by an angle that depends on the position in the sequence.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

// How the input lies in memory: element (entry, step, head, feature), whatever the order of its axes.
struct Heads {
  std::int64_t entries, steps, heads, features, step, head;
};

// Inputs: data [entries, steps, heads * features] or [entries, heads, steps, features], cosines, sines, and the
// positions [entries, steps] at which to look them up; without positions they are [entries, steps, pairs].
class RotaryEmbedding final : public Operator {
 public:
  explicit RotaryEmbedding(const Definition& definition)
      : interleaved_(definition.integer("interleaved", 0) != 0),
        heads_(definition.integer("num_heads", 0)),
        turned_(definition.integer("rotary_embedding_dim", 0)) {
    if (heads_ < 0 || turned_ < 0)
      definition.fail({"attributes 'num_heads' and 'rotary_embedding_dim' are ", heads_, " and ", turned_,
                       "; they cannot be negative"});
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types), check_same_type(io, 1), check_same_type(io, 2);
    const Heads heads = heads_of(io);
    const std::int64_t pairs = turned(heads) / 2;
    if (turned(heads) % 2 != 0 || turned(heads) > heads.features)
      io.fail({"cannot turn ", turned(heads), " of ", heads.features, " features in pairs"});
    Shape steps;
    steps.push(heads.entries), steps.push(heads.steps);
    if (io.has(3)) {
      check_type(io, 3, bit(Type::int64)), check_rank(io, 1, 2);
      if (!(io[3].shape == steps)) io.fail({"positions must have shape ", steps, ", not ", io[3].shape});
      steps = Shape();
      steps.push(io[1].shape[0]);
    }
    steps.push(pairs);
    for (int i = 1; i < 3; ++i)
      if (!(io[i].shape == steps)) io.fail({"input ", i, " must have shape ", steps, ", not ", io[i].shape});
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const Heads heads = heads_of(io);
    const std::int64_t pairs = turned(heads) / 2, block = heads.steps * heads.heads * heads.features;
    for (std::int64_t e = 0; e < heads.entries; ++e)
      for (std::int64_t s = 0; s < heads.steps; ++s) {
        std::int64_t row = e * heads.steps + s;
        if (io.has(3)) row = position(io, row);
        for (std::int64_t h = 0; h < heads.heads; ++h)
          with_one_of<float_types>(io[0].type, [&](auto zero) {
            turn<decltype(zero)>(io, e * block + s * heads.step + h * heads.head, heads.features, row * pairs, pairs);
          });
      }
  }
  int entry(const Operands& io, int) const override {
    const int angles = io.has(3) ? io.entry(3) : io.entry(1);
    const bool fixed_tables = !io.has(3) || fixed_inputs(io, 1, 3);
    return io.entry(0) == 0 && angles == 0 && fixed_tables && io.entry(1) == io.entry(2) ? 0 : entry_of_shapes(io);
  }

 private:
  Heads heads_of(const Operands& io) const {
    const Shape& in = io[0].shape;
    if (in.rank == 4) return {in[0], in[2], in[1], in[3], in[3], in[2] * in[3]};
    if (in.rank != 3) io.fail({"needs three or four axes; the input has shape ", in});
    if (heads_ == 0 || in[2] % heads_ != 0)
      io.fail({"attribute 'num_heads' is ", heads_, "; it must divide the ", in[2], " features"});
    return {in[0], in[1], heads_, in[2] / heads_, in[2], in[2] / heads_};
  }
  std::int64_t turned(const Heads& heads) const { return turned_ ? turned_ : heads.features; }
  static std::int64_t position(const Operands& io, std::int64_t row) {
    const std::int64_t at = io[3].as<std::int64_t>()[row];
    if (at < 0 || at >= io[1].shape[0]) refuse_index(io, at, io[1].shape[0]);
    return at;
  }
  template <class T>
  void turn(const Operands& io, std::int64_t at, std::int64_t features, std::int64_t row, std::int64_t pairs) const {
    const T *in = io[0].as<T>() + at, *cosine = io[1].as<T>() + row, *sine = io[2].as<T>() + row;
    T* out = io.output().as<T>() + at;
    const std::int64_t step = interleaved_ ? 2 : 1, second = interleaved_ ? 1 : pairs;
    for (std::int64_t p = 0; p < pairs; ++p) {
      const T x = in[p * step], y = in[p * step + second];
      out[p * step] = cosine[p] * x - sine[p] * y;
      out[p * step + second] = sine[p] * x + cosine[p] * y;
    }
    for (std::int64_t f = 2 * pairs; f < features; ++f) out[f] = in[f];
  }
  bool interleaved_;
  std::int64_t heads_, turned_;
};

}  // namespace

std::unique_ptr<Operator> make_RotaryEmbedding(const Definition& definition) {
  return std::make_unique<RotaryEmbedding>(definition);
}

}  // namespace lading
