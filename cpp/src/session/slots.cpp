// The slots of a session: numbers that are set one by one, and what was not set.
#include <algorithm>
#include <cstring>
#include <limits>

#include "session/exact_conversion.hpp"
#include "session/float_environment.hpp"
#include "session/session.hpp"

namespace lading {
// What a column has beyond its items of before counts as not set.
void Session::leave_unset(std::size_t c, std::int64_t items) {
  Slots& slots = slots_[c];
  const Column& of = model_->table().columns[c];
  with_raw(of.raw, [&](auto zero) {
    using Bits = typename Reserved<decltype(zero)>::Bits;
    auto* bits = reinterpret_cast<Bits*>(slots.data);
    std::fill(bits + slots.count * of.width, bits + std::max(slots.count, items) * of.width,
              Reserved<decltype(zero)>::unset);
  });
  slots.count = items;
}

bool Session::resize(int axis, std::int64_t length) {
  const auto& axes = model_->bundle().axes;
  if (axis < 0 || axis >= static_cast<int>(axes.size()) ||
      axes[static_cast<std::size_t>(axis)].kind != Axis::Kind::sequence)
    throw Error("axis number " + std::to_string(axis) + " is no sequence of this model; look it up by name",
                Fault::name);
  if (length < 0)
    throw Error("axis '" + axes[static_cast<std::size_t>(axis)].name + "' cannot have length " + std::to_string(length),
                Fault::value);
  if (length == lengths_[static_cast<std::size_t>(axis)]) return false;
  if (length > room_[static_cast<std::size_t>(axis)]) make_room(axis, length);
  lengths_[static_cast<std::size_t>(axis)] = length;
  offsets_[2 * static_cast<std::size_t>(axis) + 1] = length;
  for (const std::size_t c : sequences_)
    if (is_along(c, axis)) leave_unset(c, length);
  return true;
}

template <class T> void Session::set(const Handle& handle, std::int64_t item, T value) {
  const auto c = static_cast<std::size_t>(handle.column);
  const Column& column = model_->table().columns[c];
  const std::string& text = model_->text(handle.column);
  if (item < 0 || item >= slots_[c].count)
    throw Error(text + ": element " + std::to_string(item) + " is beyond its " + std::to_string(slots_[c].count) +
                    "; call resize first",
                Fault::value);
  const std::int64_t place = item * column.width + handle.element;
  int ignored = 0;
  const FloatEnvironment environment(ignored);
  with_raw(column.raw, [&](auto zero) {
    using Raw = decltype(zero);
    Raw raw = to_target<Raw>(value, text);
    for (const std::size_t f : column.compared)
      marks_[f][static_cast<std::size_t>(place)] = model_->preparation(f).means_missing(raw);
    if constexpr (!std::is_same_v<Raw, std::int64_t>) {
      if (handle.conversion.kind == Conversion::Kind::multiply) raw = raw * static_cast<Raw>(handle.conversion.factor);
      if (handle.conversion.kind == Conversion::Kind::divide) raw = raw / static_cast<Raw>(handle.conversion.factor);
      if (raw != raw) raw = std::numeric_limits<Raw>::quiet_NaN();  // any NaN is data, none a reserved one
    } else if (raw == std::numeric_limits<Raw>::min()) {
      throw Error(text + ": " + number_text(raw) + " is reserved: it marks slots that were not set", Fault::value);
    }
    std::memcpy(slots_[c].data + place * static_cast<std::int64_t>(sizeof raw), &raw, sizeof raw);
  });
}
template void Session::set(const Handle&, std::int64_t, float);
template void Session::set(const Handle&, std::int64_t, double);
template void Session::set(const Handle&, std::int64_t, std::int64_t);

bool Session::clear() {
  bool changed = false;
  for (std::size_t a = 0; a < lengths_.size(); ++a)
    if (lengths_[a]) changed |= resize(static_cast<int>(a), 0);
  clear_slots();
  return changed;
}

void Session::clear_slots() {
  const auto clear = [](Type raw, std::byte* data, std::int64_t numbers) {
    with_raw(raw, [&](auto zero) {
      using Bits = typename Reserved<decltype(zero)>::Bits;
      std::fill_n(reinterpret_cast<Bits*>(data), numbers, Reserved<decltype(zero)>::unset);
    });
  };
  for (const Region& region : regions_) clear(region.raw, region.data, region.numbers);
  for (const std::size_t c : sequences_) {
    const Column& column = model_->table().columns[c];
    clear(column.raw, slots_[c].data, slots_[c].count * column.width);
  }
}

bool Session::anything_unset() const {
  bool found = false;
  for (const Region& region : regions_)
    with_raw(region.raw, [&](auto zero) {
      using Bits = typename Reserved<decltype(zero)>::Bits;
      const auto* bits = reinterpret_cast<const Bits*>(region.data);
      for (std::int64_t i = 0; i < region.room; i += slots_at_a_time) {
        Bits any = 0;
        for (int k = 0; k < slots_at_a_time; ++k) any |= bits[i + k] == Reserved<decltype(zero)>::unset;
        found |= any != 0;
      }
    });
  for (const std::size_t c : sequences_) {
    const Column& column = model_->table().columns[c];
    with_raw(column.raw, [&](auto zero) {
      using Bits = typename Reserved<decltype(zero)>::Bits;
      const auto* bits = reinterpret_cast<const Bits*>(slots_[c].data);
      const std::int64_t count = slots_[c].count * column.width;
      found |= std::find(bits, bits + count, Reserved<decltype(zero)>::unset) != bits + count;
    });
  }
  return found;
}

}  // namespace lading
