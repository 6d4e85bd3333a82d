// ReverseSequence (ONNX): the first elements of each sequence in reverse, as many as its length says.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class ReverseSequence final : public Operator {
 public:
  explicit ReverseSequence(const Definition& definition)
      : batch_(definition.integer("batch_axis", 1)), time_(definition.integer("time_axis", 0)) {
    if (!(batch_ == 0 && time_ == 1) && !(batch_ == 1 && time_ == 0))
      definition.fail("attributes 'batch_axis' and 'time_axis' must be 0 and 1, or 1 and 0");
  }
  void infer(const Operands& io) const override {
    check_type(io, 1, bit(Type::int64)), check_rank(io, 1, 1);
    if (io[0].shape.rank < 2) io.fail({"needs at least two axes; the input has shape ", io[0].shape});
    const std::int64_t sequences = io[0].shape[static_cast<int>(batch_)];
    if (io[1].shape[0] != sequences)
      io.fail({"needs a length for each of ", sequences, " sequences; it has ", io[1].shape[0]});
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const Shape& shape = io[0].shape;
    const std::int64_t sequences = shape[static_cast<int>(batch_)], steps = shape[static_cast<int>(time_)];
    const std::int64_t piece = shape.size(2, shape.rank) * static_cast<std::int64_t>(size_of(io[0].type));
    const std::int64_t sequence = piece * (batch_ == 0 ? steps : 1), step = piece * (time_ == 0 ? sequences : 1);
    for (std::int64_t s = 0; s < sequences; ++s) {
      const std::int64_t length = io[1].as<std::int64_t>()[s];
      if (length < 0 || length > steps)
        io.fail({"sequence ", s, " has length ", length, "; there are ", steps, " steps"});
      for (std::int64_t t = 0; t < steps; ++t) {
        const std::int64_t from = t < length ? length - 1 - t : t;
        copy_bytes(io.output().data + s * sequence + t * step, io[0].data + s * sequence + from * step, piece);
      }
    }
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (entry == batch_ && io.entry(1) == 0) return entry;
    if (entry >= 2 && io.entry(1) == Entry::none) return entry;
    return entry_of_shapes(io);
  }

 private:
  std::int64_t batch_, time_;
};

}  // namespace

std::unique_ptr<Operator> make_ReverseSequence(const Definition& definition) {
  return std::make_unique<ReverseSequence>(definition);
}

}  // namespace lading
