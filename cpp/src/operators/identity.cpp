// Identity, Dropout at inference (ONNX): the input as it is.
#include <cstring>

#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

class Identity final : public View {
 public:
  void infer(const Operands& io) const override { io.set(0, io[0].type, io[0].shape); }
  int entry(const Operands& io, int) const override { return io.entry(0); }
};

// Inputs: data, ratio, training_mode. Outputs: the data, and a mask that is all true.
class Dropout final : public View {
 public:
  explicit Dropout(const Definition& definition) : with_mask_(definition.has_output(1)) {
    if (definition.has_input(2) && trains(definition))
      definition.fail("input 2 (training_mode) asks for random numbers; export the network for inference");
  }
  bool view() const override { return !with_mask_; }
  void infer(const Operands& io) const override {
    io.set(0, io[0].type, io[0].shape);
    io.set(1, Type::boolean, io[0].shape);
  }
  void run(const Operands& io) const override {
    if (io.has_output(0)) copy_bytes(io.output().data, io[0].data, static_cast<std::int64_t>(io[0].bytes()));
    if (io.has_output(1)) std::memset(io.output(1).data, 1, io.output(1).bytes());
  }
  int entry(const Operands& io, int output) const override {
    if (output == 1 && io.entry(0) != Entry::mixed) return Entry::uniform;
    return io.entry(0);
  }

 private:
  static bool trains(const Definition& definition) {
    const Tensor* mode = definition.constant(2);
    if (!mode || mode->type != Type::boolean || mode->size() != 1) return true;
    return *mode->as<bool>() && !keeps_all(definition);
  }
  static bool keeps_all(const Definition& definition) {
    const Tensor* ratio = definition.constant(1);
    return ratio && ratio->type == Type::float32 && ratio->size() == 1 && *ratio->as<float>() == 0;
  }
  bool with_mask_;
};

}  // namespace

std::unique_ptr<Operator> make_Dropout(const Definition& definition) { return std::make_unique<Dropout>(definition); }
std::unique_ptr<Operator> make_Identity(const Definition&) { return std::make_unique<Identity>(); }

}  // namespace lading
