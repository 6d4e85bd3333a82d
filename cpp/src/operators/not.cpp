// Not, BitwiseNot (ONNX).
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Not final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::boolean));
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    const bool* in = io[0].as<bool>();
    bool* out = io.output().as<bool>();
    for (std::int64_t i = 0, n = io[0].size(); i < n; ++i) out[i] = !in[i];
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }
};

class BitwiseNot final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, integer_types);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    std::byte* out = io.output().data;
    for (std::size_t i = 0, n = io[0].bytes(); i < n; ++i) out[i] = ~io[0].data[i];
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }
};

}  // namespace

std::unique_ptr<Operator> make_BitwiseNot(const Definition&) { return std::make_unique<BitwiseNot>(); }
std::unique_ptr<Operator> make_Not(const Definition&) { return std::make_unique<Not>(); }

}  // namespace lading
