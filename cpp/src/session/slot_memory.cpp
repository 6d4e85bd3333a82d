// Where the slots of a session stand, and which of them was not set.
#include <algorithm>
#include <cstring>

#include "session/session.hpp"

namespace lading {

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
    region.room = (region.numbers + slots_at_a_time - 1) / slots_at_a_time * slots_at_a_time;
    total += region.room * static_cast<std::int64_t>(size_of(raw));
    regions_.push_back(region);
  }
  row_ = budget_.take(static_cast<std::size_t>(total));
  std::byte* at = row_.get();
  if (total) std::memset(at, 0, static_cast<std::size_t>(total));  // what fills a region up counts as set
  for (Region& region : regions_) {
    region.data = at;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].axis >= 0 || columns[c].raw != region.raw) continue;
      slots_[c].data = at, slots_[c].count = 1;
      slots_batch_.feeds[c].data = at;
      at += stride(c);
    }
    at = region.data + region.room * static_cast<std::int64_t>(size_of(region.raw));
  }
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].axis >= 0) sequences_.push_back(c);
  for (std::size_t a = 0; a < room_.size(); ++a) make_room(static_cast<int>(a), 0);
  for (const Column& column : columns)
    for (const std::size_t f : column.compared)
      if (column.axis < 0) marks_[f].resize(static_cast<std::size_t>(column.width));
  clear_slots();
}

bool Session::is_along(std::size_t column, int axis) const { return model_->table().columns[column].axis == axis; }

// Room for so many items in all columns of an axis. If there is not enough memory, everything stays as it was.
void Session::make_room(int axis, std::int64_t items) {
  std::vector<HeldMemory> larger;
  for (const std::size_t c : sequences_) {
    if (!is_along(c, axis)) continue;
    const Column& column = model_->table().columns[c];
    larger.push_back(budget_.take(bytes_of(items, column.width, column.raw)));
    for (const std::size_t f : column.compared) marks_[f].resize(static_cast<std::size_t>(items * column.width));
  }
  auto next = larger.begin();
  for (const std::size_t c : sequences_) {
    if (!is_along(c, axis)) continue;
    Slots& slots = slots_[c];
    Feed& feed = slots_batch_.feeds[c];
    if (slots.count) std::memcpy(next->get(), slots.data, static_cast<std::size_t>(slots.count * feed.stride));
    slots.own = std::move(*next++);
    feed.data = slots.data = slots.own.get();
  }
  room_[static_cast<std::size_t>(axis)] = items;
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
