// `inputs`: tensors, and masks that the engine makes.
#include "bundle/decode.hpp"

namespace lading {
namespace {

Mask decode_mask(const Place& place, Type type, const Bundle& bundle) {
  place.allow({"of", "present", "absent"});
  std::vector<std::string> sequences;
  for (const Axis& axis : bundle.axes) {
    if (axis.kind == Axis::Kind::sequence) sequences.push_back(axis.name);
  }
  const Place of = place.at("of");
  decode_choice(of, "sequence axis", sequences);
  Mask mask;
  while (bundle.axes[static_cast<std::size_t>(++mask.axis)].name != of.text()) {}
  if (const auto present = place.find("present")) mask.present = decode_number(*present, type);
  if (const auto absent = place.find("absent")) mask.absent = decode_number(*absent, type);
  return mask;
}

void check_mask(const Place& place, const Input& input) {
  if (!input.mask) return;
  if (place.find("variables")) place.fail("a mask has no variables");
  for (const AxisUse& use : input.axes) {
    if (use.kind == AxisUse::Kind::sequence && use.axis == input.mask->axis) return;
  }
  const Place axes = place.at("axes");
  axes.fail("lacks the axis that the mask is of");
}

Input decode_input(const Place& place, const Bundle& bundle) {
  place.allow({"name", "axes", "type", "variables", "mask", "description"});
  const Place axes = place.at("axes"), type = place.at("type"), name = place.at("name");
  Input input;
  input.name = decode_name(name);
  input.type = decode_type(type);
  if (const auto variables = place.find("variables"))
    input.variables = decode_variables(*variables, input.type, bundle);
  const auto named = input.variables.empty() ? -1 : static_cast<std::int64_t>(input.variables.size());
  input.axes = decode_axis_uses(axes, "variable", named, bundle);
  if (const auto mask = place.find("mask")) input.mask = decode_mask(*mask, input.type, bundle);
  check_mask(place, input);
  decode_text(place, "description");
  return input;
}

}  // namespace

std::vector<Input> decode_inputs(const Place& file, const Bundle& bundle) {
  std::vector<Input> inputs;
  std::set<std::string> names;
  const Place list = file.at("inputs");
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    inputs.push_back(decode_input(place, bundle));
    add_name(place, inputs.back().name, names);
  }
  return inputs;
}

}  // namespace lading
