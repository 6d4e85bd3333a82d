// What variables say about one another: flags, and values taken from elsewhere.
#include <algorithm>
#include <unordered_map>

#include "bundle/decode.hpp"

namespace lading {
namespace {

template <class Thing> std::vector<std::string> names_of(const std::vector<Thing>& things) {
  std::vector<std::string> names;
  for (const Thing& thing : things) names.push_back(thing.name);
  return names;
}

int sequence_of(const Input& input) {
  for (const AxisUse& use : input.axes) {
    if (use.kind == AxisUse::Kind::sequence) return use.axis;
  }
  return -1;
}

class VariableCheck {
 public:
  explicit VariableCheck(Bundle& bundle) : bundle_(bundle) {
    for (const Input& input : bundle.inputs) {
      auto& variables = known_.emplace(input.name, Known{&input, {}}).first->second.variables;
      for (const Variable& variable : input.variables) variables.emplace(variable.name, &variable);
    }
  }

  void check(const Place& place, Input& input, Variable& variable) const {
    if (variable.missing && variable.missing->flag) check_flag(place, input, variable);
    if (!variable.from.empty()) take_from(place, input, variable);
  }

 private:
  struct Known {
    const Input* input;
    std::unordered_map<std::string_view, const Variable*> variables;
  };
  Bundle& bundle_;
  std::unordered_map<std::string_view, Known> known_;

  void check_flag(const Place& place, const Input& input, const Variable& variable) const {
    const Place missing = place.at("missing");
    const auto by_fold = missing.find("by_fold");
    if (!by_fold) return check_flag_in(missing, input, variable);
    const Place first = (*by_fold)[0];
    check_flag_in(first, input, variable);
  }

  void check_flag_in(const Place& missing, const Input& input, const Variable& variable) const {
    const Place when = missing.at("when");
    const Variable& flag = *find(when, known_.at(input.name), *variable.missing->flag);
    if (&flag == &variable) when.fail("the variable cannot be its own flag");
    if (!flag.from.empty()) {
      when.fail("the flag '" + flag.name + "' is taken from '" + flag.from + "'; a flag is fed");
    }
  }

  const Variable* find(const Place& place, const Known& known, const std::string& name) const {
    const auto found = known.variables.find(name);
    if (found != known.variables.end()) return found->second;
    place.fail("no variable '" + name + "' in input '" + known.input->name + "' " +
               suggestion(name, names_of(known.input->variables)));
  }

  const Known& find_input(const Place& place, const std::string& name) const {
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    place.fail("no input '" + name + "' " + suggestion(name, names_of(bundle_.inputs)));
  }

  // The variable that `from` names, whose sequence `input` must share.
  const Variable& source_of(const Place& from, const Input& input) const {
    const std::string& text = from.text();
    const std::size_t dot = text.find('.');
    const Known& known = find_input(from, text.substr(0, dot));
    const Variable& source = *find(from, known, text.substr(dot + 1));
    if (!source.from.empty()) from.fail("'" + text + "' is itself taken from '" + source.from + "'; name that one");
    const int sequence = sequence_of(*known.input);
    if (sequence >= 0 && sequence != sequence_of(input)) {
      from.fail("'" + text + "' has the axis '" + bundle_.axes[static_cast<std::size_t>(sequence)].name +
                "', this input has not");
    }
    const std::int64_t theirs = item_size(known.input->axes), own = item_size(input.axes);
    if (theirs != own) {
      from.fail("'" + text + "' and this input differ in numbers for each item: " + std::to_string(theirs) + " and " +
                std::to_string(own));
    }
    return source;
  }

  // How many numbers a variable has for each entry or element: the product of the fixed axes.
  static std::int64_t item_size(const std::vector<AxisUse>& axes) {
    std::int64_t size = 1;
    for (const AxisUse& use : axes)
      if (use.kind == AxisUse::Kind::number || use.kind == AxisUse::Kind::fixed) size *= use.size;
    return size;
  }

  // A value taken from elsewhere comes in the raw type and unit that it has there.
  void take_from(const Place& place, const Input& input, Variable& variable) const {
    const Place from = place.at("from");
    const Variable& source = source_of(from, input);
    if (const auto raw = place.find("raw")) raw->fail("'" + variable.from + "' has its own; leave this out");
    if (!variable.unit.empty() && variable.unit != source.unit) {
      place.fail("its unit '" + variable.unit + "' is not that of '" + variable.from + "', '" + source.unit + "'");
    }
    variable.raw = source.raw;
    decode_rules(place, variable, bundle_);
  }
};

}  // namespace

void check_inputs(const Place& file, Bundle& bundle) {
  const Place list = file.at("inputs");
  const VariableCheck check(bundle);
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Place place = list[i];
    const auto variables = place.find("variables");
    for (std::size_t v = 0; variables && v < variables->size(); ++v) {
      const Place variable = (*variables)[v];
      check.check(variable, bundle.inputs[i], bundle.inputs[i].variables[v]);
    }
  }
}

}  // namespace lading
