// What inputs and outputs must have in common: the entry axis, padding that fits, a size that a session can hold.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

bool has_entry(const std::vector<AxisUse>& axes) {
  return std::any_of(axes.begin(), axes.end(), [](const AxisUse& use) { return use.kind == AxisUse::Kind::entry; });
}

// Either all tensors have the entry axis, or none, and the graph then runs once per entry.
void check_entry(const Place& place, const std::vector<AxisUse>& axes, bool batched, const Bundle& bundle) {
  if (has_entry(axes) == batched) return;
  const Place list = place.at("axes");
  const std::string name = "'" + bundle.entry_axis().name + "'";
  if (batched) list.fail("lacks the entry axis " + name + ", which other inputs have");
  list.fail("has the entry axis " + name + ", which no input has");
}

// Who feeds an input says how long its sequences are; nobody says it of an output's.
void check_sequences(const Place& place, const Output& output, const Bundle& bundle) {
  for (const AxisUse& use : output.axes) {
    if (use.kind != AxisUse::Kind::sequence) continue;
    const auto has_it = [&](const Input& input) {
      return std::any_of(input.axes.begin(), input.axes.end(),
                         [&](const AxisUse& own) { return own.axis == use.axis; });
    };
    if (!std::any_of(bundle.inputs.begin(), bundle.inputs.end(), has_it))
      place.at("axes").fail("has the sequence axis '" + bundle.axes[static_cast<std::size_t>(use.axis)].name +
                            "', which no input has");
  }
}

// One padded entry as numbers of eight bytes must fit into the memory that a session may have.
void check_size(const Place& place, const std::vector<AxisUse>& axes, const Bundle& bundle, const Limits& limits) {
  const auto most = static_cast<std::int64_t>(std::min<std::size_t>(limits.memory / sizeof(double), INT64_MAX));
  std::int64_t size = entry_size(axes, most);
  for (const AxisUse& use : axes) {
    if (use.kind != AxisUse::Kind::sequence || size > most) continue;
    const std::int64_t length = std::max<std::int64_t>(bundle.axes[static_cast<std::size_t>(use.axis)].min, 1);
    size = size > most / length ? most + 1 : size * length;
  }
  if (size > most)
    place.fail("one entry needs more memory than the limit of " + std::to_string(limits.memory) + " bytes",
               Fault::memory);
}

void check_pad(const Place& place, const Input& input, const Bundle& bundle) {
  if (input.mask) return;
  for (const AxisUse& use : input.axes) {
    if (use.kind != AxisUse::Kind::sequence) continue;
    const Axis& axis = bundle.axes[static_cast<std::size_t>(use.axis)];
    if (!holds(input.type, axis.pad)) {
      place.fail("the pad of the axis '" + axis.name + "' does not fit into " + std::string(name_of(input.type)));
    }
  }
}

}  // namespace

void check_endpoints(const Place& file, const Bundle& bundle, const Limits& limits) {
  const Place inputs = file.at("inputs"), outputs = file.at("outputs");
  const bool batched =
      std::any_of(bundle.inputs.begin(), bundle.inputs.end(), [](const Input& input) { return has_entry(input.axes); });
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Place place = inputs[i];
    check_entry(place, bundle.inputs[i].axes, batched, bundle);
    check_pad(place, bundle.inputs[i], bundle);
    check_size(place, bundle.inputs[i].axes, bundle, limits);
  }
  for (std::size_t i = 0; i < bundle.outputs.size(); ++i) {
    const Place place = outputs[i];
    check_entry(place, bundle.outputs[i].axes, batched, bundle);
    check_sequences(place, bundle.outputs[i], bundle);
    check_size(place, bundle.outputs[i].axes, bundle, limits);
  }
}

}  // namespace lading
