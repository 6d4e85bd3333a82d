// `outputs`: tensors, their labels, and what they are where a sequence is empty.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

void check_range(const Place& parent) {
  const auto range = parent.find("range");
  if (!range) return;
  if (range->list().size() != 2) range->fail("should be the lowest and the highest value, [0, 1]");
  const Place lowest = (*range)[0], highest = (*range)[1];
  if (!(lowest.number() <= highest.number())) range->fail("the lowest value should not be above the highest");
}

Label decode_label(const Place& place) {
  if (!place.is(Json::object)) return {decode_name(place)};
  place.allow({"label", "description", "range"});
  const Place name = place.at("label");
  decode_text(place, "description");
  check_range(place);
  return {decode_name(name)};
}

std::vector<Label> decode_labels(const Place& list) {
  std::vector<Label> labels;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    labels.push_back(decode_label(place));
    add_name(place, labels.back().name, names);
  }
  if (labels.empty()) list.fail("should have at least one label");
  return labels;
}

std::vector<double> decode_values(const Place& list, const Output& output) {
  const auto count = static_cast<std::int64_t>(list.list().size());
  std::vector<double> values;
  const std::int64_t size = entry_size(output.axes, count);
  if (size != count) list.fail("should have one value for each number of an entry, has " + std::to_string(count));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Place item = list[i];
    values.push_back(decode_number(item, output.type));
  }
  return values;
}

void decode_when_empty(const Place& place, Output& output, const Bundle& bundle) {
  output.when_empty.clear();
  std::vector<std::string> sequences;
  for (const Axis& axis : bundle.axes) {
    if (axis.kind == Axis::Kind::sequence) sequences.push_back(axis.name);
  }
  for (std::size_t i = 0; i < place.object().size(); ++i) {
    const Place list = place.member(i);
    const std::string& axis = place.key(i);
    check_name(list, axis);
    if (std::find(sequences.begin(), sequences.end(), axis) == sequences.end()) {
      list.fail("no sequence axis '" + axis + "' " + suggestion(axis, sequences));
    }
    for (const AxisUse& use : output.axes) {
      const bool own =
          use.kind == AxisUse::Kind::sequence && bundle.axes[static_cast<std::size_t>(use.axis)].name == axis;
      if (own) list.fail("the output has this axis itself; where it is empty there is nothing to give");
    }
    output.when_empty.emplace(axis, decode_values(list, output));
  }
}

void check_when_empty_by_fold(const Place& when_empty) {
  const auto by_fold = when_empty.find("by_fold");
  if (!by_fold) return;
  const auto axes = [](const Place& item) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < item.size(); ++i) names.insert(item.key(i));
    return names;
  };
  const Place first = (*by_fold)[0];
  for (std::size_t i = 1; i < by_fold->size(); ++i) {
    const Place item = (*by_fold)[i];
    if (axes(item) != axes(first)) item.fail("should name the same axes in all folds");
  }
}

Output decode_output(const Place& place, const Bundle& bundle) {
  place.allow({"name", "axes", "type", "labels", "description", "unit", "range", "when_empty"});
  const Place axes = place.at("axes"), type = place.at("type"), name = place.at("name");
  Output output;
  output.name = decode_name(name);
  output.type = decode_type(type);
  if (const auto labels = place.find("labels")) output.labels = decode_labels(*labels);
  const auto named = output.labels.empty() ? -1 : static_cast<std::int64_t>(output.labels.size());
  output.axes = decode_axis_uses(axes, "label", named, bundle);
  output.description = decode_text(place, "description");
  decode_text(place, "unit");
  check_range(place);
  if (const auto when_empty = place.find("when_empty")) {
    in_fold(*when_empty, bundle, [&](const Place& value) { decode_when_empty(value, output, bundle); });
    check_when_empty_by_fold(*when_empty);
  }
  return output;
}

}  // namespace

std::vector<Output> decode_outputs(const Place& file, const Bundle& bundle) {
  std::vector<Output> outputs;
  std::set<std::string> names;
  const Place list = file.at("outputs");
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place place = list[i];
    outputs.push_back(decode_output(place, bundle));
    add_name(place, outputs.back().name, names);
  }
  if (outputs.empty()) list.fail("should have at least one output");
  return outputs;
}

}  // namespace lading
