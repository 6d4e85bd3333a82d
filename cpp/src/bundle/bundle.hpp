// A bundle of format 1 in memory, as docs/format.md describes it: read whole, checked whole, immutable.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "error.hpp"
#include "graph/attributes.hpp"
#include "graph/tensor.hpp"

namespace lading {

struct Axis {
  enum class Kind { entry, sequence, fixed };
  std::string name;
  Kind kind = Kind::fixed;
  std::int64_t size = 0;  // fixed
  std::string of;         // sequence: the axis it belongs to
  std::int64_t min = 0;   // sequence: shorter ones are padded up to this
  std::int64_t max = -1;  // sequence: longer ones are cut; -1: unbounded
  bool keep_first = true;
  double pad = 0;  // a prepared value

  // How many of n elements of a sequence are kept.
  std::int64_t kept(std::int64_t n) const { return max < 0 || n < max ? n : max; }
};

// One axis of a tensor: a number, a named axis, or the reserved `variable` and `label`.
struct AxisUse {
  enum class Kind { number, entry, sequence, fixed, variable, label };
  Kind kind = Kind::number;
  std::int64_t size = 0;  // of number, fixed, variable and label
  int axis = -1;          // index in Bundle::axes for entry, sequence, fixed
};

struct Step {  // one verb of `prepare`
  enum class Verb { add, subtract, multiply, divide, abs, sqrt, log, log10, log1p, clip, float32 };
  Verb verb = Verb::add;
  double a = 0, b = 0;  // operand; clip: lowest and highest
};

struct Missing {
  bool when_nan = false, when_inf = false;
  std::vector<double> when_equal;                // compared as fed, before unit conversion; raw int64 has
  std::vector<std::int64_t> when_equal_integer;  // these instead, exact
  std::optional<double> above, below;            // after unit conversion
  std::optional<std::string> flag;               // another variable of the same input; not zero: missing
  double value = 0;                              // in the model's unit; goes through prepare
};

// The type of a slot for an input of this type, where `raw` is not given.
Type usual_raw(Type type);

struct Variable {
  std::string name, unit, description;
  Type raw = Type::float32;  // float32, float64 or int64
  std::optional<Missing> missing;
  std::vector<Step> prepare;
  std::vector<std::int64_t> categories;  // empty: none; slot value becomes the index of the category
  std::optional<std::int64_t> unknown;   // index for a category not listed; empty: refused
  std::string from;                      // "tracks.d0": takes that variable's value instead of a slot; or ""
  std::optional<double> pad;             // overrides the axis' pad
};

struct Mask {
  int axis = -1;  // sequence axis
  double present = 1, absent = 0;
};

struct Input {
  std::string name;
  std::vector<AxisUse> axes;
  Type type = Type::float32;
  std::vector<Variable> variables;  // empty: the slots have no names
  std::optional<Mask> mask;         // made by the engine
};

struct Label {
  std::string name;
};

struct Output {
  std::string name, description;
  std::vector<AxisUse> axes;
  Type type = Type::float32;
  std::vector<Label> labels;
  std::map<std::string, std::vector<double>> when_empty;  // sequence axis -> one value per element of an entry
};

struct NodeInput {
  std::string name;                  // "" and no constant: omitted
  std::optional<Constant> constant;  // written in place: {"int64": [0, -1]}
};

struct Node {
  std::string name, operator_name;  // "Gemm", "lading.TreeEnsemble"
  std::vector<NodeInput> inputs;
  std::vector<std::string> outputs;  // "": not wanted
  Attributes attributes;
};

struct Bundle;

// Each entry is given to one of several graphs; which one, a key says that is fed.
struct Folds {
  int input = 0, variable = -1;  // of the key; -1: an input without variables
  std::int64_t modulo = 0;
  bool hashed = false;                                 // by splitmix64, before the remainder is taken
  std::vector<int> of_residue;                         // the graph that each remainder means
  std::vector<std::string> graphs;                     // their names
  std::vector<std::shared_ptr<const Bundle>> members;  // for each graph a bundle in which it is "main"

  int pick(std::int64_t key) const;
};

struct Bundle {
  std::string name, version, description, where;  // where: path for messages
  int fold = 0, fold_count = 0;  // whose {"by_fold": [...]} are read here, of how many; 0: there are none
  std::optional<Folds> folds;
  std::vector<Axis> axes;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::map<std::string, std::vector<Node>> graphs;  // "main" and the subgraphs
  std::unordered_map<std::string, Constant> weights;
  std::size_t weight_bytes = 0;

  const Axis& entry_axis() const;  // called "entry" if the file declares none
};

struct Limits {
  std::size_t memory = std::size_t(8) << 30;  // bytes one model, or one session, may ask for
};

// A folder, its model.json, or a .lading file. Throws Error.
std::shared_ptr<const Bundle> read_bundle(const std::string& path, const Limits& limits = {});
// From memory; `keep` holds whatever owns the weights, whose bytes are used in place.
std::shared_ptr<const Bundle> read_bundle(std::string_view model_json, std::string_view weights,
                                          std::shared_ptr<const void> keep, const std::string& where,
                                          const Limits& limits = {});

// SHA-256 as lower-case hex.
std::string sha256(std::string_view bytes);

}  // namespace lading
