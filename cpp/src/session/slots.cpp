// The slots of a session: numbers that are set one by one, and what was not set.
#include <algorithm>
#include <cstring>
#include <limits>

#include "session/exact_conversion.hpp"
#include "session/session.hpp"

namespace lading {
namespace {

// f(Raw{}) with the type that slots of this column are stored in.
template <class F> void with_raw(Type raw, F&& f) {
  if (raw == Type::float32) f(float{});
  else if (raw == Type::float64) f(double{});
  else f(std::int64_t{});
}

constexpr int looked_at_together = 16;  // numbers of slots

}  // namespace

// One row of slots for everything that an entry has once: tested and cleared in one sweep for each type.
void Session::make_row() {
  const auto& columns = model_->table().columns;
  const auto stride = [this](std::size_t c) { return slots_batch_.feeds[c].stride; };
  std::int64_t total = 0;
  for (const Type raw : {Type::float64, Type::int64, Type::float32}) {
    Region region{raw, nullptr, 0, 0};
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (columns[c].axis < 0 && columns[c].raw == raw) region.numbers += columns[c].width;
    if (!region.numbers) continue;
    region.room = (region.numbers + looked_at_together - 1) / looked_at_together * looked_at_together;
    total += region.room * static_cast<std::int64_t>(size_of(raw));
    regions_.push_back(region);
  }
  refuse_beyond(model_->limits().memory, static_cast<std::size_t>(total));
  row_ = allocate(static_cast<std::size_t>(total));
  std::byte* at = row_.get();
  if (total) std::memset(at, 0, static_cast<std::size_t>(total));  // what fills a region up counts as set
  for (Region& region : regions_) {
    region.data = at;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].axis >= 0 || columns[c].raw != region.raw) continue;
      slots_[c].data = at, slots_[c].count = slots_[c].capacity = 1;
      slots_batch_.feeds[c].data = at;
      at += stride(c);
    }
    at = region.data + region.room * static_cast<std::int64_t>(size_of(region.raw));
  }
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].axis >= 0) make_slots(static_cast<int>(c), 0), sequences_.push_back(c);
  for (const Column& column : columns)
    for (const std::size_t f : column.compared)
      if (column.axis < 0) marks_[f].resize(static_cast<std::size_t>(column.width));
  clear_slots();
}

void Session::make_slots(int column, std::int64_t items) {
  Slots& slots = slots_[static_cast<std::size_t>(column)];
  const Column& of = model_->table().columns[static_cast<std::size_t>(column)];
  const std::int64_t bytes = slots_batch_.feeds[static_cast<std::size_t>(column)].stride;
  if (items > slots.capacity || !slots.own) {
    std::int64_t total;
    if (__builtin_mul_overflow(items, bytes, &total)) total = INT64_MAX;
    refuse_beyond(model_->limits().memory, static_cast<std::size_t>(total));
    Memory larger = allocate(static_cast<std::size_t>(total));
    if (slots.count) std::memcpy(larger.get(), slots.data, static_cast<std::size_t>(slots.count * bytes));
    slots.own = std::move(larger);
    slots.data = slots.own.get();
    slots.capacity = items;
    for (const std::size_t f : of.compared) marks_[f].resize(static_cast<std::size_t>(items * of.width));
    slots_batch_.feeds[static_cast<std::size_t>(column)].data = slots.data;
  }
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
  bool changed = lengths_[static_cast<std::size_t>(axis)] != length;
  lengths_[static_cast<std::size_t>(axis)] = length;
  offsets_[2 * static_cast<std::size_t>(axis) + 1] = length;
  for (const std::size_t c : sequences_)
    if (model_->table().columns[c].axis == axis && slots_[c].count != length)
      make_slots(static_cast<int>(c), length), changed = true;
  return changed;
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
      for (std::int64_t i = 0; i < region.room; i += looked_at_together) {
        Bits any = 0;
        for (int k = 0; k < looked_at_together; ++k) any |= bits[i + k] == Reserved<decltype(zero)>::unset;
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

void Session::refuse_unset() const {
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const Column& column = model_->table().columns[c];
    with_raw(column.raw, [&](auto zero) {
      using Bits = typename Reserved<decltype(zero)>::Bits;
      const auto* bits = reinterpret_cast<const Bits*>(slots_[c].data);
      const std::int64_t count = slots_[c].count * column.width;
      const std::int64_t at = std::find(bits, bits + count, Reserved<decltype(zero)>::unset) - bits;
      if (at == count) return;
      std::string which = model_->text(static_cast<int>(c));
      if (column.axis >= 0) which += " at element " + std::to_string(at / column.width);
      if (column.width > 1) which += " (place " + std::to_string(at % column.width) + ")";
      throw Error(which + " was not set since the last run; set every variable before each run", Fault::value);
    });
  }
}

}  // namespace lading
