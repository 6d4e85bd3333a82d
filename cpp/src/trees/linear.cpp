#include "trees/linear.hpp"

#include <algorithm>

namespace lading::trees {
namespace {

bool any_given(const Arrays& arrays) {
  for (const char* name : {"linear_begin", "linear_terms", "linear_constant", "linear_feature", "linear_coefficient"})
    if (arrays.has(name)) return true;
  return false;
}

void read_terms(const Definition& definition, const Arrays& arrays, Forest& forest) {
  const auto feature = arrays.integers("linear_feature");
  const auto coefficient = arrays.reals("linear_coefficient");
  arrays.check_length("linear_coefficient", coefficient.size(), feature.size(), "term");
  for (std::size_t t = 0; t < feature.size(); ++t) {
    if (feature[t] < 0 || feature[t] > most_features)
      definition.fail("term " + std::to_string(t) + " of its linear leaves looks at column " +
                      std::to_string(feature[t]) + "; columns are numbered from 0 to 16777216");
    forest.features = std::max(forest.features, feature[t] + 1);
    forest.terms.push_back({feature[t], coefficient[t]});
  }
}

}  // namespace

void read_linear(const Definition& definition, const Arrays& arrays, Forest& forest) {
  if (!any_given(arrays)) return;
  const auto begin = arrays.integers("linear_begin"), terms = arrays.integers("linear_terms");
  const auto constant = arrays.reals("linear_constant");
  read_terms(definition, arrays, forest);
  if (arrays.tensor("leaf", float_types, 2).shape.rank == 2)
    definition.fail("input 'linear_begin' does not go with leaves that hold a value for every output");
  const auto leaves = static_cast<std::size_t>(forest.leaves());
  arrays.check_length("linear_begin", begin.size(), leaves, "leaf");
  arrays.check_length("linear_terms", terms.size(), leaves, "leaf");
  arrays.check_length("linear_constant", constant.size(), leaves, "leaf");
  const auto all = static_cast<std::int64_t>(forest.terms.size());
  bool any = false;
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    if (begin[leaf] >= 0 && (terms[leaf] < 0 || std::int64_t(begin[leaf]) + terms[leaf] > all))
      definition.fail("tree leaf " + std::to_string(leaf) + " has its linear terms at " + std::to_string(begin[leaf]) +
                      " to " + std::to_string(std::int64_t(begin[leaf]) + terms[leaf]) + " of " + std::to_string(all));
    forest.linear.push_back({begin[leaf], terms[leaf], constant[leaf], 1.0});
    any |= begin[leaf] >= 0;
  }
  if (!any) forest.linear.clear();
}

}  // namespace lading::trees
