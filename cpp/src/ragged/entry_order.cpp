#include "ragged/entry_order.hpp"

#include <algorithm>
#include <numeric>

#include "error.hpp"

namespace lading {

void EntryOrder::reserve(std::int64_t entries) {
  const auto most = static_cast<std::size_t>(std::min(entries, together));
  order_.reserve(most);
  for (std::size_t a = 0; a < items_.size(); ++a)
    if (is_sequence(a)) items_[a].reserve(most + 1);
}

void EntryOrder::sort(const Batch& batch, std::int64_t first, std::int64_t entries) {
  first_ = first;
  for (std::size_t a = 0; a < items_.size(); ++a)
    if (is_sequence(a)) count(batch, a, entries);
  order_.resize(static_cast<std::size_t>(entries));
  std::iota(order_.begin(), order_.end(), first);
  std::sort(order_.begin(), order_.end(), [this](std::int64_t one, std::int64_t other) {
    for (std::size_t a = 0; a < items_.size(); ++a)
      if (is_sequence(a) && length(a, one) != length(a, other)) return length(a, one) < length(a, other);
    return one < other;
  });
}

void EntryOrder::count(const Batch& batch, std::size_t axis, std::int64_t entries) {
  const Axis& along = bundle_.axes[axis];
  std::vector<std::int64_t>& items = items_[axis];
  items.resize(static_cast<std::size_t>(entries) + 1);
  items[0] = 0;
  for (std::int64_t e = 0; e < entries; ++e) {
    const auto at = static_cast<std::size_t>(e);
    items[at + 1] = items[at] + along.kept(length_of(along, batch.offsets[axis], first_ + e));
  }
}

std::int64_t EntryOrder::alike(std::int64_t place, std::int64_t most) const {
  const std::int64_t entry = *from(place), last = std::min(size(), place + most);
  std::int64_t end = place + 1;
  const auto same = [&](std::int64_t other) {
    for (std::size_t a = 0; a < items_.size(); ++a)
      if (is_sequence(a) && length(a, entry) != length(a, other)) return false;
    return true;
  };
  while (end < last && same(*from(end))) ++end;
  return end - place;
}

std::size_t EntryOrder::memory() const {
  std::size_t numbers = order_.capacity();
  for (const auto& items : items_) numbers += items.capacity();
  return numbers * sizeof(std::int64_t);
}

}  // namespace lading
