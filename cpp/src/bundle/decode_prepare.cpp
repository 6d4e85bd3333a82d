// `prepare` of a variable: an ordered list of one-verb steps.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

struct Form {
  const char* name;
  Step::Verb verb;
  int operands;
};
constexpr Form forms[] = {
    {"add", Step::Verb::add, 1},       {"subtract", Step::Verb::subtract, 1}, {"multiply", Step::Verb::multiply, 1},
    {"divide", Step::Verb::divide, 1}, {"abs", Step::Verb::abs, 0},           {"sqrt", Step::Verb::sqrt, 0},
    {"log", Step::Verb::log, 0},       {"log10", Step::Verb::log10, 0},       {"log1p", Step::Verb::log1p, 0},
    {"clip", Step::Verb::clip, 2},     {"float32", Step::Verb::float32, 0}};

const Form& decode_verb(const Place& place, const std::string& verb) {
  std::vector<std::string> names;
  for (const Form& form : forms) {
    if (verb == form.name) return form;
    names.emplace_back(form.name);
  }
  place.fail("no verb '" + verb + "' " + suggestion(verb, names));
}

void decode_clip(const Place& operand, Type type, Step& step) {
  if (operand.list().size() != 2) operand.fail("should be the lowest and the highest value, [0, 5]");
  const Place lowest = operand[0], highest = operand[1];
  step.a = decode_number(lowest, type), step.b = decode_number(highest, type);
  if (!(step.a <= step.b)) operand.fail("the lowest value should not be above the highest");
}

Step decode_step(const Place& place, Type type) {
  const bool bare = place.is(Json::text);
  if (!bare && place.object().size() != 1) place.fail("should be one verb");
  const std::string& verb = bare ? place.text() : place.key(0);
  const Form& form = decode_verb(place, verb);
  if (bare && form.operands) place.fail("'" + verb + "' takes a value: {\"" + verb + "\": ...}");
  if (!bare && !form.operands) place.fail("'" + verb + "' takes no value: write \"" + verb + "\"");
  Step step;
  step.verb = form.verb;
  if (bare) return step;
  const Place operand = place.member(0);
  if (form.operands == 2) return decode_clip(operand, type, step), step;
  step.a = decode_number(operand, type);
  if (form.verb == Step::Verb::divide && step.a == 0) operand.fail("division by zero");
  return step;
}

}  // namespace

// Integers continue as float64.
std::vector<Step> decode_prepare(const Place& list, Type raw) {
  const Type type = raw == Type::int64 ? Type::float64 : raw;
  std::vector<Step> steps;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    steps.push_back(decode_step(place, type));
  }
  return steps;
}

}  // namespace lading
