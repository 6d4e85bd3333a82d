// Where (ONNX): elements of X where the condition holds, of Y elsewhere.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

// Steps are 0 or 1; constant ones and no branch let the compiler use vectors.
template <int step_x, int step_y, class T>
void pick(T* out, const bool* condition, const T* x, const T* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const T yes = x[i * step_x], no = y[i * step_y], keep = static_cast<T>(0 - static_cast<T>(condition[i]));
    out[i] = static_cast<T>((yes & keep) | (no & ~keep));
  }
}

template <class T> void pick_row(T* out, const bool* condition, const T* x, const T* y, const Loops<4>::Loop& row) {
  const auto [step, step_condition, step_x, step_y] = row.steps;
  const std::int64_t n = row.length;
  if (!step_condition) {
    const T* from = *condition ? x : y;
    const std::int64_t step_from = *condition ? step_x : step_y;
    for (std::int64_t i = 0; i < n; ++i) out[i] = from[i * step_from];
  } else if (step_x) {
    step_y ? pick<1, 1>(out, condition, x, y, n) : pick<1, 0>(out, condition, x, y, n);
  } else {
    step_y ? pick<0, 1>(out, condition, x, y, n) : pick<0, 0>(out, condition, x, y, n);
  }
}

class Where final : public Operator {
 public:
  void infer(const Operands& io) const override {
    check_type(io, 0, bit(Type::boolean)), check_same_type(io, 2, 1);
    io.set(0, io[1].type, broadcast(io, io[0].shape, broadcast(io, io[1].shape, io[2].shape)));
  }
  void run(const Operands& io) const override {
    Loops<4> loops = broadcast_loops<4>(io.output().shape, {&io[0].shape, &io[1].shape, &io[2].shape});
    const Loops<4>::Loop inner = loops.take();
    with_size(size_of(io[1].type), [&](auto element) {
      using T = decltype(element);
      T* out = io.output().as<T>();
      const bool* condition = io[0].as<bool>();
      const T *x = io[1].as<T>(), *y = io[2].as<T>();
      loops.each([&](const auto& at) { pick_row(out + at[0], condition + at[1], x + at[2], y + at[3], inner); });
    });
  }
  int entry(const Operands& io, int) const override { return elementwise_entry(io, io.output().shape); }
};

}  // namespace

std::unique_ptr<Operator> make_Where(const Definition&) { return std::make_unique<Where>(); }

}  // namespace lading
