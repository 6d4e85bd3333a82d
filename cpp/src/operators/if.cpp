// If (ONNX): runs one of two graphs. Its inputs are the condition and every outer name that a branch reads.
#include "graph/frame.hpp"
#include "operators/checks.hpp"

namespace lading {
namespace {

class If final : public Operator {
 public:
  explicit If(const Definition& definition) {
    for (const char* branch : {"then_branch", "else_branch"}) {
      const auto plan = definition.subgraph(branch);
      if (static_cast<int>(plan->inputs().size()) != definition.captured())
        definition.fail({branch, " has inputs; only the bodies of Loop and Scan have any"});
      if (static_cast<int>(plan->outputs().size()) != definition.output_count())
        definition.fail({"a branch gives ", counted(static_cast<int>(plan->outputs().size()), "result"), ", the node ",
                         definition.output_count(), "; both branches must give as many"});
    }
  }
  void infer(const Operands& io) const override {
    check_one(io, io[0], Type::boolean, "the condition");
    Shape empty;
    empty.push(0);
    for (int i = 0; i < io.output_count(); ++i) io.set(i, Type::float32, empty);
  }
  void run(const Operands& io) const override {
    Frame& frame = enter(io, *io[0].as<bool>() ? 0 : 1);
    frame.run();
    leave(io, frame);
  }
  void rehearse(const Operands& io) const override {
    for (const int branch : {0, 1}) {
      Frame& frame = enter(io, branch);
      frame.rehearse();
      leave(io, frame);
    }
  }
  bool shape_from_data() const override { return true; }

 private:
  static Frame& enter(const Operands& io, int branch) {
    Frame& frame = *io.workspace_->frames[static_cast<std::size_t>(branch)];
    for (int i = 1; i < io.input_count(); ++i) frame.set_input(i - 1, io[i].type, io[i].shape, Entry::none, io[i].data);
    frame.resolve();
    return frame;
  }
  // Outputs stay valid until this node runs again.
  static void leave(const Operands& io, const Frame& frame) {
    for (int i = 0; i < io.output_count(); ++i)
      if (io.has_output(i)) io.output(i) = frame.output(i);
  }
};

}  // namespace

std::unique_ptr<Operator> make_If(const Definition& definition) { return std::make_unique<If>(definition); }

}  // namespace lading
