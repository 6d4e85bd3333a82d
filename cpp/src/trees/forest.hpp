// The forest of a lading.TreeEnsemble node, checked, and brought into one form whatever its library's rules are:
//   - a split goes left unless x >= threshold (always left: the threshold is NaN); thresholds are numbers of the type
//     that is compared, so neighbours of the source's where it says <=, and children are swapped where it says > or >=
//   - trees stand in the order in which they are summed, their leaves already multiplied by the tree's weight
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "operators/operator.hpp"

namespace lading::trees {

// What a split makes of values that are no ordinary numbers; bits of the format's `missing`.
enum Missing : std::uint8_t { missing_left = 1, nan_is_zero = 2, zero_is_missing = 4, negative_is_none = 8 };

struct Split {
  double threshold;  // exact in the compared type
  std::int32_t feature;
  std::int32_t left, right;  // a split, or -1 - leaf
  std::int32_t set;          // -1: compare; else number of a set of categories, which go left
  std::uint8_t missing;
};

struct Set {
  std::int32_t begin, words;  // into Forest::words
};

// A leaf that is a linear function, and what it adds up; begin < 0: a value alone.
struct Linear {
  std::int32_t begin, terms;  // into Forest::terms
  double constant, weight;    // weight: of its tree
};
struct Term {
  std::int32_t feature;
  double coefficient;
};

constexpr int most_features = 1 << 24;

enum class Combine { sum, mean, mean_of_rounds, weighted_mean };
enum class Link { identity, logistic, softmax, exp, tmva_gradient };
enum class LinkType { float32, float64, float32_exp };

struct Rules {
  Type input_type, sum_type;
  bool backward, base_first;
  Combine combine;
  Link link;
  LinkType link_type;
  double scale, link_scale;
};

struct Forest {
  Rules rules;
  int features;  // columns that it looks at: the largest plus one
  int outputs;
  bool single;                            // one output, without an axis of its own
  int width;                              // values of a leaf: 1, or one for each output
  std::vector<std::int32_t> roots;        // a split, or -1 - leaf
  std::vector<std::int32_t> tree_output;  // of each tree; empty: all 0, or leaves of several values
  std::vector<std::int32_t> depth;        // of each tree: splits on its longest way
  std::vector<Split> splits;
  std::vector<double> values;  // [leaf][width], times the tree's weight, exact in the type of the sum
  std::vector<double> base;    // of each output
  std::vector<Set> sets;
  std::vector<std::uint32_t> words;
  std::vector<Linear> linear;  // of each leaf; empty: none is linear
  std::vector<Term> terms;
  double divisor;  // what a mean divides by

  std::int64_t leaves() const { return static_cast<std::int64_t>(values.size()) / width; }
  int deepest() const { return depth.empty() ? 0 : *std::max_element(depth.begin(), depth.end()); }
  int output_of(int tree) const { return tree_output.empty() ? 0 : tree_output[static_cast<std::size_t>(tree)]; }
};

// Throws Error for what section 12 of the format forbids: children out of range, a node with two parents, a threshold
// that is NaN, arrays of other lengths or types.
Forest read_forest(const Definition& definition);

// The smallest number of type T that is not below t.
template <class T> T not_below(double t);

}  // namespace lading::trees
