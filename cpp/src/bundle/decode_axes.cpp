// `axes`, and the axes of one tensor.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

constexpr std::size_t most_axes = 64;

Axis decode_sequence(const Place& place, Axis axis) {
  place.allow({"kind", "of", "min", "max", "keep", "pad", "order", "selection", "description"});
  const Place of = place.at("of");
  axis.of = decode_name(of);
  if (const auto min = place.find("min")) axis.min = min->integer_from(0);
  if (const auto max = place.find("max")) axis.max = max->integer_from(std::max<std::int64_t>(axis.min, 1));
  if (const auto keep = place.find("keep"))
    axis.keep_first = decode_choice(*keep, "way to cut", {"first", "last"}) == 0;
  if (const auto pad = place.find("pad")) axis.pad = pad->number();
  decode_text(place, "order"), decode_text(place, "selection");
  return axis;
}

Axis decode_axis(const Place& place, const std::string& name) {
  const Place kind = place.object().at("kind");
  Axis axis;
  axis.name = name;
  axis.kind = static_cast<Axis::Kind>(decode_choice(kind, "kind", {"entry", "sequence", "fixed"}));
  decode_text(place, "description");
  if (axis.kind == Axis::Kind::sequence) return decode_sequence(place, std::move(axis));
  if (axis.kind == Axis::Kind::entry) return place.allow({"kind", "description"}), axis;
  place.allow({"kind", "size", "description"});
  axis.size = place.at("size").integer_from(1);
  return axis;
}

void check_axis_name(const Place& place, const std::string& name) {
  check_name(place, name);
  if (name == "variable" || name == "label") place.fail("'" + name + "' is reserved; it cannot name an axis");
}

// One entry axis at most; sequences belong to it.
void check_axes(const Place& place, const std::vector<Axis>& axes) {
  const Axis* entry = nullptr;
  for (const Axis& axis : axes) {
    if (axis.kind != Axis::Kind::entry) continue;
    if (entry) place.fail("two entry axes, '" + entry->name + "' and '" + axis.name + "'; a model has one");
    entry = &axis;
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].kind != Axis::Kind::sequence || (entry && axes[i].of == entry->name)) continue;
    const Place sequence = place.member(i), of = sequence.at("of");
    of.fail("no entry axis '" + axes[i].of + "' " +
            suggestion(axes[i].of, entry ? std::vector{entry->name} : std::vector<std::string>()));
  }
}

std::vector<std::string> axis_names(const Bundle& bundle, const char* reserved) {
  std::vector<std::string> names;
  for (const Axis& axis : bundle.axes) names.push_back(axis.name);
  if (reserved) names.emplace_back(reserved);
  return names;
}

AxisUse decode_axis_use(const Place& place, const char* reserved, std::int64_t named, const Bundle& bundle) {
  if (place.is(Json::integer)) return {AxisUse::Kind::number, place.integer_from(1), -1};
  if (!place.is(Json::text)) place.fail("should be a number or the name of an axis");
  if (place.text() == reserved) {
    return {place.text() == "variable" ? AxisUse::Kind::variable : AxisUse::Kind::label,
            std::max<std::int64_t>(named, 0), -1};
  }
  const std::size_t index = decode_choice(place, "axis", axis_names(bundle, reserved));
  const Axis& axis = bundle.axes[index];
  switch (axis.kind) {
    case Axis::Kind::entry: return {AxisUse::Kind::entry, 0, static_cast<int>(index)};
    case Axis::Kind::sequence: return {AxisUse::Kind::sequence, 0, static_cast<int>(index)};
    default: return {AxisUse::Kind::fixed, axis.size, static_cast<int>(index)};
  }
}

}  // namespace

std::vector<Axis> decode_axes(const Place& file) {
  std::vector<Axis> axes;
  bool has_entry = false;
  if (const auto place = file.find("axes")) {
    if (place->object().size() > most_axes)
      place->fail("has " + std::to_string(place->size()) + " axes; at most 64 are allowed");
    for (std::size_t i = 0; i < place->size(); ++i) {
      const Place member = place->member(i);
      check_axis_name(member, place->key(i));
      axes.push_back(decode_axis(member, place->key(i)));
      has_entry |= axes.back().kind == Axis::Kind::entry;
    }
    check_axes(*place, axes);
    const auto other = place->find("entry");
    if (!has_entry && other) other->fail("'entry' is the entry axis where none is declared; choose another name");
  }
  if (!has_entry) axes.push_back({"entry", Axis::Kind::entry, 0, "", 0, -1, true, 0});
  return axes;
}

std::vector<AxisUse> decode_axis_uses(const Place& axes, const char* reserved, std::int64_t named,
                                      const Bundle& bundle) {
  if (axes.list().size() > max_rank) axes.fail("has " + std::to_string(axes.size()) + " axes; at most 8 are allowed");
  std::vector<AxisUse> uses;
  int sequences = 0;
  std::set<std::string> names;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Place place = axes[i];
    uses.push_back(decode_axis_use(place, reserved, named, bundle));
    sequences += uses.back().kind == AxisUse::Kind::sequence;
    if (uses.back().kind != AxisUse::Kind::number) add_name(place, place.text(), names);
    if (sequences > 1) place.fail("a second sequence axis; a tensor has at most one");
  }
  const bool has = names.count(reserved) != 0;
  if (has && named < 0) axes.fail(std::string("has the axis '") + reserved + "', but there are no " + reserved + "s");
  if (!has && named >= 0)
    axes.fail(std::string("lacks the axis '") + reserved + "', although there are " + reserved + "s");
  return uses;
}

std::int64_t entry_size(const std::vector<AxisUse>& axes, std::int64_t most) {
  std::int64_t size = 1;
  for (const AxisUse& use : axes) {
    if (use.kind == AxisUse::Kind::entry || use.kind == AxisUse::Kind::sequence) continue;
    if (size > most / use.size) return most + 1;
    size *= use.size;
  }
  return size;
}

}  // namespace lading
