// lading.TreeEnsemble: a forest of decision trees (docs/format.md, section 12). Every addition is made in the type and
// the order that the forest records, so margins are those of the training library to the bit.
#include <algorithm>

#include "operators/checks.hpp"
#include "trees/link.hpp"
#include "trees/walk.hpp"

namespace lading {
namespace {

// T is the type that is compared, S the type of the sums.
template <class T, class S> class TreeEnsemble final : public Operator {
 public:
  explicit TreeEnsemble(trees::Forest forest) : forest_(std::move(forest)), walked_(forest_) {
    values_.assign(forest_.values.begin(), forest_.values.end());
    start_.resize(static_cast<std::size_t>(forest_.outputs));
    if (forest_.rules.base_first) std::copy(forest_.base.begin(), forest_.base.end(), start_.begin());
    forest_.splits = {};
    forest_.values = {};
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, float_types);
    check_rank(io, 0, 2);
    if (io[0].shape[1] < std::max(forest_.features, 1))
      io.fail("input 0 has " + std::to_string(io[0].shape[1]) + " columns; the forest looks at column " +
              std::to_string(std::max(forest_.features, 1) - 1));
    Shape out;
    out.push(io[0].shape[0]);
    if (!forest_.single) out.push(forest_.outputs);
    for (int i = 0; i < 2; ++i) io.set(i, forest_.rules.sum_type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    const std::size_t converted = io[0].type == type_of<T>() ? 0 : static_cast<std::size_t>(io[0].size()) * sizeof(T);
    const std::size_t sums = static_cast<std::size_t>(io[0].shape[0] * forest_.outputs) * sizeof(S);
    return converted + alignment_ + (io.has_output(0) ? 0 : sums);
  }
  void run(const Operands& io) const override {
    const std::int64_t rows = io[0].shape[0], features = io[0].shape[1];
    std::byte* scratch = io.scratch();
    const T* x = converted(io, scratch);
    S* sums = io.has_output(0) ? io.output(0).as<S>() : reinterpret_cast<S*>(scratch);
    for (std::int64_t r = 0; r < rows; ++r) std::copy(start_.begin(), start_.end(), sums + r * forest_.outputs);
    if (rows == 1) add_row(x, sums);
    else
      for (std::int64_t r = 0; r < rows; r += together)
        add_rows(x + r * features, features, static_cast<int>(std::min<std::int64_t>(together, rows - r)),
                 sums + r * forest_.outputs);
    trees::finish(forest_, sums, io.has_output(1) ? io.output(1).as<S>() : nullptr, rows);
  }
  int entry(const Operands& io, int) const override { return io.entry(0) == 0 ? 0 : entry_of_shapes(io); }
  std::size_t memory() const override { return walked_.bytes() + values_.size() * sizeof(S); }

 private:
  static constexpr int together = trees::WalkedForest<T>::side_by_side;
  static constexpr std::size_t alignment_ = 64;

  const T* converted(const Operands& io, std::byte*& scratch) const {
    if (io[0].type == type_of<T>()) return io[0].as<T>();
    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    T* x = reinterpret_cast<T*>(scratch);
    const std::int64_t n = io[0].size();
    for (std::int64_t i = 0; i < n; ++i) x[i] = static_cast<T>(io[0].as<Other>()[i]);
    scratch += (static_cast<std::size_t>(n) * sizeof(T) + alignment_ - 1) / alignment_ * alignment_;
    return x;
  }
  void add(int tree, std::int32_t leaf, S* sums) const {
    const S* value = values_.data() + static_cast<std::int64_t>(leaf) * forest_.width;
    if (forest_.width == 1) sums[forest_.output_of(tree)] += *value;
    else
      for (int o = 0; o < forest_.width; ++o) sums[o] += value[o];
  }
  void add_row(const T* x, S* sums) const {
    const int trees = static_cast<int>(forest_.roots.size());
    std::int32_t leaf[together];
    for (int t = 0; t < trees; t += together) {
      const int some = std::min(together, trees - t);
      walked_.leaves_of_row(t, some, x, leaf);
      for (int i = 0; i < some; ++i) add(t + i, leaf[i], sums);
    }
  }
  void add_rows(const T* x, std::int64_t features, int rows, S* sums) const {
    const int trees = static_cast<int>(forest_.roots.size());
    std::int32_t leaf[together];
    for (int t = 0; t < trees; ++t) {
      walked_.leaves_of_tree(t, x, features, rows, leaf);
      for (int i = 0; i < rows; ++i) add(t, leaf[i], sums + i * forest_.outputs);
    }
  }

  trees::Forest forest_;  // without its splits and leaves
  trees::WalkedForest<T> walked_;
  std::vector<S> values_;  // [leaf][width]
  std::vector<S> start_;   // of each output
};

template <class T> std::unique_ptr<Operator> with_sums(trees::Forest forest) {
  if (forest.rules.sum_type == Type::float32) return std::make_unique<TreeEnsemble<T, float>>(std::move(forest));
  return std::make_unique<TreeEnsemble<T, double>>(std::move(forest));
}

}  // namespace

std::unique_ptr<Operator> make_TreeEnsemble(const Definition& definition) {
  check_counts(definition, 8, 14, 2);
  trees::Forest forest = trees::read_forest(definition);
  return forest.rules.input_type == Type::float32 ? with_sums<float>(std::move(forest))
                                                  : with_sums<double>(std::move(forest));
}

}  // namespace lading
