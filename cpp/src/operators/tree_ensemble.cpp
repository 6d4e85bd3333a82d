// lading.TreeEnsemble: a forest of decision trees (docs/format.md, section 12). Every addition is made in the type and
// the order that the forest records, so margins are those of the training library to the bit.
#include <algorithm>

#include "operators/checks.hpp"
#include "trees/evaluation.hpp"
#include "trees/link.hpp"
#include "trees/structure.hpp"

namespace lading {
namespace {

constexpr std::size_t alignment_of_scratch = 64;

// T is the type that is compared, S the type of the sums.
template <class T, class S> class TreeEnsemble final : public Operator {
 public:
  explicit TreeEnsemble(trees::Forest forest) : evaluation_(forest), forest_(std::move(forest)) {
    start_.resize(static_cast<std::size_t>(forest_.outputs));
    if (forest_.rules.base_first) std::copy(forest_.base.begin(), forest_.base.end(), start_.begin());
    forest_.splits = {}, forest_.values = {}, forest_.roots = {}, forest_.words = {};
    forest_.linear = {}, forest_.terms = {};
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    check_rank(io, 0, 2);
    if (io[0].shape[1] < std::max(forest_.features, 1))
      io.fail({"input 0 has ", counted(io[0].shape[1], "column"), "; the forest looks at column ",
               std::max(forest_.features, 1) - 1, ", counted from 0"});
    Shape out;
    out.push(io[0].shape[0]);
    if (!forest_.single) out.push(forest_.outputs);
    for (int i = 0; i < 2; ++i) io.set(i, forest_.rules.sum_type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    return converted_bytes(io) + sum_bytes(io) + evaluation_.scratch(io[0].shape[0]) + alignment_of_scratch;
  }
  void run(const Operands& io) const override {
    const std::int64_t rows = io[0].shape[0];
    std::byte* scratch = io.scratch();
    const T* x = converted(io, scratch);
    scratch += converted_bytes(io);
    S* sums = io.has_output(0) ? io.output(0).as<S>() : reinterpret_cast<S*>(scratch);
    scratch += sum_bytes(io);
    for (std::int64_t r = 0; r < rows; ++r) std::copy(start_.begin(), start_.end(), sums + r * forest_.outputs);
    evaluation_.add(x, io[0].shape[1], rows, sums, scratch);
    trees::finish(forest_, sums, io.has_output(1) ? io.output(1).as<S>() : nullptr, rows);
  }
  int entry(const Operands& io, int) const override { return io.entry(0) == 0 ? 0 : entry_of_shapes(io); }
  std::int64_t best_block() const override { return evaluation_.best_block(); }
  std::size_t memory() const override { return evaluation_.bytes(); }

 private:
  static std::size_t aligned(std::int64_t numbers, std::size_t size) {
    return (static_cast<std::size_t>(numbers) * size + alignment_of_scratch - 1) / alignment_of_scratch *
           alignment_of_scratch;
  }
  static std::size_t converted_bytes(const Operands& io) {
    return io[0].type == type_of<T>() ? 0 : aligned(io[0].size(), sizeof(T));
  }
  std::size_t sum_bytes(const Operands& io) const {
    return io.has_output(0) ? 0 : aligned(io[0].shape[0] * forest_.outputs, sizeof(S));
  }
  static const T* converted(const Operands& io, std::byte* scratch) {
    if (io[0].type == type_of<T>()) return io[0].as<T>();
    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    T* x = reinterpret_cast<T*>(scratch);
    const std::int64_t n = io[0].size();
    for (std::int64_t i = 0; i < n; ++i) x[i] = static_cast<T>(io[0].as<Other>()[i]);
    return x;
  }

  trees::Evaluation<T, S> evaluation_;
  trees::Forest forest_;  // its rules; the trees are in the evaluation
  std::vector<S> start_;  // of each output
};

}  // namespace

std::unique_ptr<Operator> make_TreeEnsemble(const Definition& definition) {
  trees::Forest forest = trees::read_forest(definition);
  trees::order_by_output(forest);
  if (forest.rules.input_type == Type::float64)
    return std::make_unique<TreeEnsemble<double, double>>(std::move(forest));
  if (forest.rules.sum_type == Type::float64) return std::make_unique<TreeEnsemble<float, double>>(std::move(forest));
  return std::make_unique<TreeEnsemble<float, float>>(std::move(forest));
}

}  // namespace lading
