// Cast, CastLike (ONNX): the same numbers in another type; see convert.hpp for those that do not fit.
#include "operators/checks.hpp"
#include "operators/convert.hpp"

namespace lading {
namespace {

class Cast final : public Operator {
 public:
  explicit Cast(const Definition& definition) {
    if (!definition.has("to")) definition.fail("attribute 'to' is missing");
    to_ = type_attribute(definition, "to", Type::float32);
  }
  void infer(const Operands& io) const override { io.set(0, to_, io[0].shape); }
  void run(const Operands& io) const override { convert(io[0].type, io[0].data, to_, io.output().data, io[0].size()); }
  int entry(const Operands& io, int) const override { return io.entry(0); }

 private:
  Type to_;
};

// Input 1 gives its type only.
class CastLike final : public Operator {
 public:
  void infer(const Operands& io) const override { io.set(0, io[1].type, io[0].shape); }
  void run(const Operands& io) const override {
    convert(io[0].type, io[0].data, io[1].type, io.output().data, io[0].size());
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }
};

}  // namespace

std::unique_ptr<Operator> make_Cast(const Definition& definition) { return std::make_unique<Cast>(definition); }
std::unique_ptr<Operator> make_CastLike(const Definition&) { return std::make_unique<CastLike>(); }

}  // namespace lading
