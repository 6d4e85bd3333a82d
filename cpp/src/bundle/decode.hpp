// From the values of model.json to a Bundle, one function per part of the file. Each throws an Error that
// names the place of the first fault; what involves several parts is judged in check.cpp.
#pragma once
#include <cmath>
#include <set>

#include "bundle/bundle.hpp"
#include "bundle/place.hpp"

namespace lading {

// Refuses what is no name: 1 to 256 characters, no '/', no control characters.
void check_name(const Place& place, const std::string& text);
const std::string& decode_name(const Place& place);

// Refuses a name that is in `names` already.
void add_name(const Place& place, const std::string& name, std::set<std::string>& names);

// The index of the text at `place` in `names`; "no such <what> 'x' (has: ...)" if it is none of them.
std::size_t decode_choice(const Place& place, const char* what, const std::vector<std::string>& names);

Type decode_type(const Place& place);
const std::vector<std::string>& type_names();

bool holds(Type type, double value);  // float types hold NaN and infinities, none holds what overflows

// The number at `place` (or "nan", "inf", "-inf"), which a tensor of type `type` must be able to hold.
double decode_number(const Place& place, Type type);

// A small tensor, {"int64": [0, -1]} or {"float32": 0.5}.
Constant decode_constant(const Place& place);

// Optional text that only people read.
std::string decode_text(const Place& parent, const char* key);

// Refuses {"by_fold": [...]} where there are no folds, or not as many.
void check_by_fold(const Place& value, const Place& list, const Bundle& bundle);

std::vector<Axis> decode_axes(const Place& file);
// `named` is the length of the `variable` or `label` axis, or -1 if there is none.
std::vector<AxisUse> decode_axis_uses(const Place& axes, const char* reserved, std::int64_t named,
                                      const Bundle& bundle);
// Numbers of one entry over all axes of fixed length; most + 1 if there are more than `most`.
std::int64_t entry_size(const std::vector<AxisUse>& axes, std::int64_t most);

std::vector<Input> decode_inputs(const Place& file, const Bundle& bundle);
std::vector<Variable> decode_variables(const Place& list, Type type, const Bundle& bundle);
// `missing` and `prepare`, whose numbers must fit the raw type of `variable`.
void decode_rules(const Place& place, Variable& variable, const Bundle& bundle);
std::vector<Step> decode_prepare(const Place& list, Type raw);
std::vector<Output> decode_outputs(const Place& file, const Bundle& bundle);
std::map<std::string, std::vector<Node>> decode_graphs(const Place& file);

// `folds`; whether graphs and key exist is asked when those were read.
std::optional<Folds> decode_folds(const Place& file);
void check_folds(const Place& file, Bundle& bundle);

// f(what a value is in the fold that is read): all of it, or its item of {"by_fold": [...]}, after all of them, which
// are so checked.
template <class F> void in_fold(const Place& value, const Bundle& bundle, F&& f) {
  const auto by_fold = value.is(Json::object) ? value.find("by_fold") : std::nullopt;
  if (!by_fold) return f(value);
  check_by_fold(value, *by_fold, bundle);
  for (std::size_t i = 0; i < by_fold->size(); ++i) {
    const Place item = (*by_fold)[i];
    f(item);
  }
  const Place own = (*by_fold)[static_cast<std::size_t>(bundle.fold)];
  f(own);
}

// The checks that need the whole file. The first also gives variables taken from others their raw type.
void check_inputs(const Place& file, Bundle& bundle);
void check_endpoints(const Place& file, const Bundle& bundle, const Limits& limits);
void check_graphs(const Place& file, const Bundle& bundle);

}  // namespace lading
