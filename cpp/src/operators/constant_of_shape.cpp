// ConstantOfShape (ONNX): one number, over and over.
#include <cstring>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class ConstantOfShape final : public Operator {
 public:
  explicit ConstantOfShape(const Definition& definition) {
    const auto found = definition.attributes().find("value");
    if (found == definition.attributes().end()) return;
    const Constant* constant = std::get_if<Constant>(&found->second);
    if (!constant || constant->shape.size() != 1) definition.fail("attribute 'value' must be a tensor of one element");
    type_ = constant->type;
    std::memcpy(value_, constant->data.get(), size_of(type_));
  }
  std::uint32_t shape_inputs() const override { return 1; }
  void infer(const Operands& io) const override { io.set(0, type_, io.integers(0)); }
  void run(const Operands& io) const override {
    fill_elements(io.output().data, io.output().size(), size_of(type_), value_);
  }
  int entry(const Operands& io, int) const override {
    return io.entry(0) == Entry::lengths ? int(Entry::uniform) : entry_of_shapes(io);
  }

 private:
  Type type_ = Type::float32;
  std::byte value_[8] = {};
};

}  // namespace

std::unique_ptr<Operator> make_ConstantOfShape(const Definition& definition) {
  return std::make_unique<ConstantOfShape>(definition);
}

}  // namespace lading
