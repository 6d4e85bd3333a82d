#include "trees/forest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "operators/checks.hpp"
#include "trees/arrays.hpp"
#include "trees/linear.hpp"
#include "trees/structure.hpp"

namespace lading::trees {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// How a comparison of the source becomes "left unless x >= threshold".
struct Comparison {
  bool equal_goes_left, swap;
};

int required(const Definition& definition, const char* name, std::initializer_list<const char*> choices) {
  if (!definition.has(name)) definition.fail("attribute '" + std::string(name) + "' is missing");
  return choice(definition, name, "", choices);
}

Comparison comparison_of(const Definition& definition) {
  const int which = required(definition, "left_if", {"x < t", "x <= t", "x > t", "x >= t"});
  return {which == 1 || which == 2, which >= 2};
}

Type float_type(const Definition& definition, const char* name) {
  return required(definition, name, {"float32", "float64"}) ? Type::float64 : Type::float32;
}

Rules rules_of(const Definition& definition) {
  Rules rules;
  rules.input_type = float_type(definition, "input_type");
  rules.sum_type = float_type(definition, "sum_type");
  if (rules.input_type == Type::float64 && rules.sum_type == Type::float32)
    definition.fail("attribute 'sum_type' is 'float32', which does not go with the input_type 'float64'");
  rules.backward = required(definition, "sum_order", {"forward", "backward"});
  rules.base_first = !required(definition, "base_at", {"start", "end"});
  rules.combine = Combine(required(definition, "combine", {"sum", "mean", "mean_of_rounds", "weighted_mean"}));
  rules.link = Link(required(definition, "link", {"identity", "logistic", "softmax", "exp", "tmva_gradient"}));
  rules.link_type = LinkType(required(definition, "link_type", {"float32", "float64", "float32_exp"}));
  rules.scale = real_attribute(definition, "scale", 1.0);
  rules.link_scale = real_attribute(definition, "link_scale", 1.0);
  return rules;
}

template <class T> double threshold_in(double t, bool equal_goes_left) {
  T at = not_below<T>(t);
  if (!equal_goes_left) return at;
  if (std::isinf(t) && t > 0) return std::numeric_limits<double>::quiet_NaN();  // always left
  return at > t ? at : std::nextafter(at, std::numeric_limits<T>::infinity());
}

class Reader {
 public:
  explicit Reader(const Definition& definition) : d_(definition), arrays_(definition) {}

  Forest read() {
    f_.rules = rules_of(d_);
    read_trees();
    read_outputs();
    read_sets();
    read_splits();
    read_linear(d_, arrays_, f_);
    check_structure(d_, weights_, f_);
    if (f_.rules.backward) turn_around();
    return std::move(f_);
  }

 private:
  void read_trees() {
    f_.roots = arrays_.integers("roots");
    const Tensor& leaf = arrays_.tensor("leaf", float_types, 2);
    f_.width = leaf.shape.rank == 2 ? static_cast<int>(leaf.shape[1]) : 1;
    if (f_.width < 1) d_.fail("input 'leaf' holds no values: its shape is " + leaf.shape.text());
    if (f_.width > most_outputs)
      d_.fail("input 'leaf' has the shape " + leaf.shape.text() + "; a forest has at most " +
              std::to_string(most_outputs) + " outputs");
    f_.values = arrays_.reals("leaf", 2);
    vector_leaves_ = leaf.shape.rank == 2;
    weights_ = arrays_.has("tree_weight") ? arrays_.reals("tree_weight") : std::vector<double>();
    if (arrays_.has("tree_weight")) arrays_.check_length("tree_weight", weights_.size(), f_.roots.size(), "tree");
    for (double& weight : weights_) weight = rounded_to(f_.rules.sum_type, weight);
    f_.divisor = static_cast<double>(f_.roots.size());
    if (f_.rules.combine == Combine::weighted_mean) f_.divisor = sum_of_weights();
  }
  double sum_of_weights() const {
    if (weights_.empty()) return static_cast<double>(f_.roots.size());
    double sum = 0;
    for (const double weight : weights_) sum = rounded_to(f_.rules.sum_type, sum + weight);
    return sum;
  }

  void read_outputs() {
    if (arrays_.has("tree_output")) {
      if (vector_leaves_) d_.fail("input 'tree_output' does not go with leaves that hold a value for every output");
      f_.tree_output = arrays_.integers("tree_output");
      arrays_.check_length("tree_output", f_.tree_output.size(), f_.roots.size(), "tree");
    }
    f_.outputs = f_.width;
    for (const std::int32_t output : f_.tree_output) {
      if (output < 0 || output >= most_outputs)
        d_.fail("input 'tree_output' holds " + std::to_string(output) + "; outputs are numbered from 0 to " +
                std::to_string(most_outputs - 1));
      f_.outputs = std::max(f_.outputs, output + 1);
    }
    f_.single = !vector_leaves_ && f_.tree_output.empty();
    read_base();
    if (f_.rules.combine == Combine::mean_of_rounds)
      f_.divisor = rounded_to(f_.rules.sum_type, f_.divisor / f_.outputs);
  }

  void read_base() {
    if (!arrays_.has("base")) {
      f_.base.assign(static_cast<std::size_t>(f_.outputs), 0.0);
      return;
    }
    f_.base = arrays_.reals("base");
    const auto bases = static_cast<int>(std::min<std::size_t>(f_.base.size(), most_outputs + 1));
    if (f_.tree_output.empty() ? bases != f_.outputs : bases < f_.outputs || bases > most_outputs)
      d_.fail("input 'base' has " + counted(static_cast<std::int64_t>(f_.base.size()), "number") + " for " +
              counted(f_.outputs, "output"));
    f_.outputs = bases;
    for (double& base : f_.base) base = rounded_to(f_.rules.sum_type, base);
  }

  void read_sets() {
    if (!arrays_.has("category_begin")) return;
    begin_ = arrays_.integers("category_begin");
    count_ = arrays_.integers("category_words");
    f_.words = arrays_.words("categories");
  }

  void read_splits() {
    const auto feature = arrays_.integers("feature"), left = arrays_.integers("left"),
               right = arrays_.integers("right");
    const auto missing = arrays_.bytes("missing");
    const auto threshold = arrays_.reals("threshold");
    const std::size_t nodes = feature.size();
    arrays_.check_length("threshold", threshold.size(), nodes, "node");
    arrays_.check_length("left", left.size(), nodes, "node");
    arrays_.check_length("right", right.size(), nodes, "node");
    arrays_.check_length("missing", missing.size(), nodes, "node");
    if (!begin_.empty() || arrays_.has("category_begin")) {
      arrays_.check_length("category_begin", begin_.size(), nodes, "node");
      arrays_.check_length("category_words", count_.size(), nodes, "node");
    }
    if (f_.rules.input_type == Type::float64 && arrays_.tensor("threshold", float_types, 1).type == Type::float32)
      d_.fail("its thresholds are float32, its input_type is float64; the comparison is made in one type");
    const Comparison comparison = comparison_of(d_);
    f_.splits.resize(nodes);
    f_.features = 0;
    for (std::size_t n = 0; n < nodes; ++n) {
      if (feature[n] < 0 || feature[n] > most_features)
        fail_at(n, "looks at column " + std::to_string(feature[n]) + "; columns are numbered from 0 to 16777216");
      if (missing[n] > 15)
        fail_at(n, "has the rule " + std::to_string(missing[n]) + " for missing values; they are 0 to 15");
      f_.features = std::max(f_.features, feature[n] + 1);
      f_.splits[n] = split(n, threshold[n], comparison, missing[n]);
      Split& s = f_.splits[n];
      const bool swap = comparison.swap && s.set < 0;
      s.feature = feature[n], s.left = swap ? right[n] : left[n], s.right = swap ? left[n] : right[n];
      if (swap) s.missing ^= missing_left;
    }
  }

  Split split(std::size_t n, double threshold, const Comparison& comparison, std::uint8_t missing) {
    Split s{};
    s.missing = missing;
    s.set = set_of(n);
    if (s.set >= 0) return s;
    if (std::isnan(threshold)) fail_at(n, "has the threshold NaN");
    s.threshold = f_.rules.input_type == Type::float32 ? threshold_in<float>(threshold, comparison.equal_goes_left)
                                                       : threshold_in<double>(threshold, comparison.equal_goes_left);
    return s;
  }
  std::int32_t set_of(std::size_t n) {
    if (begin_.empty() || begin_[n] < 0) return -1;
    if (count_[n] < 0 || static_cast<std::size_t>(begin_[n]) + static_cast<std::size_t>(count_[n]) > f_.words.size())
      fail_at(n, "has its set at words " + std::to_string(begin_[n]) + " to " +
                     std::to_string(static_cast<std::int64_t>(begin_[n]) + count_[n]) + " of " +
                     std::to_string(f_.words.size()));
    f_.sets.push_back({begin_[n], count_[n]});
    return static_cast<std::int32_t>(f_.sets.size()) - 1;
  }

  void turn_around() {
    std::reverse(f_.roots.begin(), f_.roots.end());
    std::reverse(f_.tree_output.begin(), f_.tree_output.end());
    std::reverse(f_.depth.begin(), f_.depth.end());
  }
  [[noreturn]] void fail_at(std::size_t node, const std::string& why) const {
    d_.fail("tree node " + std::to_string(node) + " " + why);
  }

  static constexpr int most_outputs = 1 << 16;
  const Definition& d_;
  Arrays arrays_;
  Forest f_{};
  bool vector_leaves_ = false;
  std::vector<double> weights_;
  std::vector<std::int32_t> begin_, count_;
};

}  // namespace

template <class T> T not_below(double t) {
  if (t > static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::infinity();
  if (t < static_cast<double>(std::numeric_limits<T>::lowest()))
    return t == -infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  const T near = static_cast<T>(t);
  return near < t ? std::nextafter(near, std::numeric_limits<T>::infinity()) : near;
}
template float not_below<float>(double);
template double not_below<double>(double);

Forest read_forest(const Definition& definition) { return Reader(definition).read(); }

}  // namespace lading::trees
