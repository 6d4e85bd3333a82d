// IsNaN, IsInf (ONNX).
#include <limits>

#include "operators/checks.hpp"

namespace lading {
namespace {

class IsNaN final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    io.set(0, Type::boolean, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[0].type, [&](auto zero) {
      const auto* in = io[0].as<decltype(zero)>();
      bool* out = io.output().as<bool>();
      for (std::int64_t i = 0, n = io[0].size(); i < n; ++i) out[i] = in[i] != in[i];
    });
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }
};

class IsInf final : public Operator {
 public:
  explicit IsInf(const Definition& definition)
      : positive_(definition.integer("detect_positive", 1) != 0),
        negative_(definition.integer("detect_negative", 1) != 0) {}
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    io.set(0, Type::boolean, io[0].shape);
  }
  void run(const Operands& io) const override {
    with_one_of<float_types>(io[0].type, [&](auto zero) {
      constexpr auto infinity = std::numeric_limits<decltype(zero)>::infinity();
      const auto* in = io[0].as<decltype(zero)>();
      bool* out = io.output().as<bool>();
      for (std::int64_t i = 0, n = io[0].size(); i < n; ++i)
        out[i] = (positive_ && in[i] == infinity) || (negative_ && in[i] == -infinity);
    });
  }
  int entry(const Operands& io, int) const override { return io.entry(0); }

 private:
  bool positive_, negative_;
};

}  // namespace

std::unique_ptr<Operator> make_IsInf(const Definition& definition) { return std::make_unique<IsInf>(definition); }
std::unique_ptr<Operator> make_IsNaN(const Definition&) { return std::make_unique<IsNaN>(); }

}  // namespace lading
