// `variables` of an input: from the raw physics value to the number that the graph sees.
#include "bundle/decode.hpp"

namespace lading {

Type usual_raw(Type type) {
  switch (type) {
    case Type::float32:
    case Type::float16:
    case Type::bfloat16: return Type::float32;
    case Type::float64: return Type::float64;
    default: return Type::int64;
  }
}

namespace {

constexpr std::size_t longest_from = 4 * 513;  // bytes of two names and a dot

Type decode_raw(const Place& place) {
  return std::vector{Type::float32, Type::float64,
                     Type::int64}[decode_choice(place, "raw type", {"float32", "float64", "int64"})];
}

void decode_categories(const Place& place, Variable& variable) {
  const auto unknown = place.find("unknown"), categories = place.find("categories");
  if (!categories && unknown) unknown->fail("'unknown' needs 'categories'");
  if (!categories) return;
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < categories->list().size(); ++i) {
    const Place item = (*categories)[i];
    variable.categories.push_back(item.integer());
    if (!seen.insert(item.integer()).second)
      item.fail("the category " + std::to_string(item.integer()) + " stands twice");
  }
  if (variable.categories.empty()) categories->fail("should have at least one category");
  if (unknown && unknown->is(Json::text)) decode_choice(*unknown, "rule", {"refuse"});
  else if (unknown) variable.unknown = unknown->integer_from(0);
}

// "tracks.d0": an input and its variable. The first dot parts them.
const std::string& decode_from(const Place& place) {
  const std::string& text = place.text();
  if (text.find('.') == std::string::npos || text.size() > longest_from) {
    place.fail("should be an input and its variable, \"tracks.d0\"");
  }
  return text;
}

Variable decode_variable(const Place& place, Type type, const Bundle& bundle) {
  place.allow({"name", "unit", "description", "raw", "missing", "prepare", "categories", "unknown", "from", "pad"});
  const Place name = place.at("name");
  Variable variable;
  variable.name = decode_name(name);
  variable.unit = decode_text(place, "unit");
  variable.description = decode_text(place, "description");
  const auto raw = place.find("raw");
  variable.raw = raw ? decode_raw(*raw) : usual_raw(type);
  decode_rules(place, variable, bundle);
  decode_categories(place, variable);
  if (const auto from = place.find("from")) variable.from = decode_from(*from);
  if (const auto pad = place.find("pad"))
    in_fold(*pad, bundle, [&](const Place& value) { variable.pad = decode_number(value, type); });
  return variable;
}

template <class Value> void set_once(const Place& place, std::optional<Value>& to, const Value& value) {
  if (to) place.fail("a second '" + place.key(0) + "'; there can be one");
  to = value;
}

// One item of `when`: "nan", "inf", a number, {"above": x}, {"below": x} or {"flag": name}.
void decode_when(const Place& place, Type raw, Missing& missing) {
  if (place.is(Json::text)) {
    (decode_choice(place, "missing value", {"nan", "inf"}) == 0 ? missing.when_nan : missing.when_inf) = true;
  } else if (place.is(Json::object)) {
    if (place.size() != 1) place.fail("should have one key");
    place.allow({"above", "below", "flag"});
    const Place operand = place.member(0);
    if (place.key(0) == "flag") set_once(place, missing.flag, decode_name(operand));
    else set_once(place, place.key(0) == "above" ? missing.above : missing.below, decode_number(operand, raw));
  } else if (raw == Type::int64 && place.is(Json::integer)) {
    missing.when_equal_integer.push_back(place.integer());  // exact, where a double would be rounded
  } else if (raw == Type::int64) {
    missing.when_equal_integer.push_back(static_cast<std::int64_t>(decode_number(place, raw)));
  } else {
    missing.when_equal.push_back(decode_number(place, raw));
  }
}

Missing decode_missing(const Place& place, Type raw) {
  place.object().allow({"when", "value"});
  const Place when = place.at("when"), value = place.at("value");
  Missing missing;
  for (std::size_t i = 0; i < when.list().size(); ++i) {
    const Place item = when[i];
    decode_when(item, raw, missing);
  }
  missing.value = decode_number(value, raw);
  return missing;
}

bool is_number(const Place& place) { return place.is(Json::integer) || place.is(Json::real); }

// Two items of `when`, read before, mean the same.
bool same_item(const Place& a, const Place& b) {
  if (is_number(a) && is_number(b))
    return a.is(Json::integer) && b.is(Json::integer) ? a.integer() == b.integer() : a.real() == b.real();
  if (a.is(Json::text) && b.is(Json::text)) return a.text() == b.text();
  if (!a.is(Json::object) || !b.is(Json::object) || a.key(0) != b.key(0)) return false;
  const Place one = a.member(0), other = b.member(0);
  return same_item(one, other);
}

// What means missing is a property of the data; what stands in for it is one of the training.
void check_missing_by_fold(const Place& missing) {
  const auto by_fold = missing.find("by_fold");
  if (!by_fold) return;
  const Place first = (*by_fold)[0], expected = first.at("when");
  for (std::size_t i = 1; i < by_fold->size(); ++i) {
    const Place item = (*by_fold)[i], when = item.at("when");
    bool same = when.size() == expected.size();
    for (std::size_t k = 0; same && k < when.size(); ++k) {
      const Place a = when[k], b = expected[k];
      same = same_item(a, b);
    }
    if (!same) when.fail("should be the same in all folds; only 'value' may differ");
  }
}

}  // namespace

void decode_rules(const Place& place, Variable& variable, const Bundle& bundle) {
  if (const auto missing = place.find("missing")) {
    in_fold(*missing, bundle, [&](const Place& value) { variable.missing = decode_missing(value, variable.raw); });
    check_missing_by_fold(*missing);
  }
  if (const auto prepare = place.find("prepare"))
    in_fold(*prepare, bundle, [&](const Place& value) { variable.prepare = decode_prepare(value, variable.raw); });
}

std::vector<Variable> decode_variables(const Place& list, Type type, const Bundle& bundle) {
  std::vector<Variable> variables;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    variables.push_back(decode_variable(place, type, bundle));
    add_name(place, variables.back().name, names);
  }
  if (variables.empty()) list.fail("should have at least one variable");
  return variables;
}

}  // namespace lading
