#include "session/folded_batch.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "session/exact_conversion.hpp"

namespace lading {
namespace {

// Entries whose columns stay in the caches while they are sorted; those with sequences are larger, and run one by one.
constexpr std::int64_t many = 4096, few = 64;

constexpr std::int64_t largest_number = 8;  // bytes

}  // namespace

FoldedBatch::FoldedBatch(const Model& model) : model_(model) {
  const Bundle& bundle = model_.bundle();
  key_column_ = model_.table().find(bundle.folds->input, bundle.folds->variable);
  const auto& fields = model_.table().fields;
  while (fields[key_field_].input != bundle.folds->input || fields[key_field_].variable != bundle.folds->variable)
    ++key_field_;
  columns_.resize(model_.table().columns.size()), gathered_.feeds.resize(columns_.size());
  results_.resize(bundle.outputs.size()), gathered_.results.resize(results_.size());
  next_.resize(results_.size()), places_.resize(results_.size());
  offsets_.resize(bundle.axes.size()), gathered_.offsets.resize(offsets_.size());
  const bool sequences = std::any_of(bundle.axes.begin(), bundle.axes.end(),
                                     [](const Axis& axis) { return axis.kind == Axis::Kind::sequence; });
  together_ = sequences ? few : many;
}

void FoldedBatch::reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
  const std::int64_t most = std::min(entries, together_);
  const auto room = [&](int axis, std::int64_t bytes) {
    const std::int64_t items = axis < 0 ? 1 : lengths[static_cast<std::size_t>(axis)];
    return static_cast<std::size_t>(most * items * bytes);
  };
  const auto count = static_cast<std::size_t>(most);
  keys_.reserve(count), work_.reserve(count), marks_.reserve(count), folds_.reserve(count), own_.reserve(count);
  for (auto& places : places_) places.reserve(count);
  for (auto& offsets : offsets_) offsets.reserve(count + 1);
  const auto& columns = model_.table().columns;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    columns_[c].reserve(room(columns[c].axis, columns[c].width * largest_number));
  for (std::size_t o = 0; o < results_.size(); ++o)
    results_[o].reserve(room(sequence_axis(model_.bundle().outputs[o].axes), item_bytes(o)));
}

std::int64_t FoldedBatch::item_bytes(std::size_t output) const {
  const Type type = model_.bundle().outputs[output].type;
  return model_.item_size(static_cast<int>(output)) * static_cast<std::int64_t>(size_of(type));
}

void FoldedBatch::run(const Batch& batch, std::int64_t begin, std::int64_t end,
                      const std::vector<std::unique_ptr<Runner>>& runners) {
  for (std::size_t o = 0; o < next_.size(); ++o) next_[o] = model_.items(static_cast<int>(o), batch, 0, begin);
  for (std::int64_t first = begin; first < end; first += together_) {
    const std::int64_t entries = std::min(together_, end - first);
    first_ = first;
    refuse_backward_offsets(batch, first, entries);
    read_keys(batch, first, entries);
    find_places(batch, first, entries);
    for (std::size_t fold = 0; fold < runners.size(); ++fold) {
      own_.clear();
      for (std::int64_t e = 0; e < entries; ++e)
        if (folds_[static_cast<std::size_t>(e)] == static_cast<int>(fold)) own_.push_back(first + e);
      if (own_.empty()) continue;
      gather(batch);
      make_results(batch);
      runners[fold]->run(gathered_, 0, gathered_.entries);
      scatter(batch);
    }
  }
}

// Beforehand: where the results of a fold stand depends on the lengths of all.
void FoldedBatch::refuse_backward_offsets(const Batch& batch, std::int64_t first, std::int64_t entries) const {
  for (std::size_t a = 0; a < offsets_.size(); ++a)
    for (std::int64_t e = first; batch.offsets[a] && e < first + entries; ++e)
      length_of(model_.bundle().axes[a], batch.offsets[a], e);
}

void FoldedBatch::read_keys(const Batch& batch, std::int64_t first, std::int64_t entries) {
  const auto count = static_cast<std::size_t>(entries);
  keys_.resize(count), work_.resize(count), marks_.resize(count), folds_.resize(count);
  const Feed& feed = batch.feeds[static_cast<std::size_t>(key_column_)];
  try {
    model_.preparation(key_field_)
        .run(feed, nullptr, first, entries, 1, reinterpret_cast<std::byte*>(work_.data()), marks_.data(),
             reinterpret_cast<std::byte*>(keys_.data()));
  } catch (const Error&) {
    refuse_no_key(feed, first, entries);
    throw;
  }
  for (std::size_t e = 0; e < count; ++e) folds_[e] = model_.bundle().folds->pick(keys_[e]);
}

// Says of which entry a key is none.
void FoldedBatch::refuse_no_key(const Feed& feed, std::int64_t first, std::int64_t entries) const {
  with_type(feed.type, [&](auto zero) {
    decltype(zero) key;
    for (std::int64_t e = first; e < first + entries; ++e) {
      std::memcpy(&key, static_cast<const std::byte*>(feed.data) + e * feed.stride, sizeof key);
      if (holds<std::int64_t>(key)) continue;
      const bool whole = std::isfinite(double(key)) && std::trunc(double(key)) == double(key);
      throw Error(column_text(model_.bundle(), model_.table().columns[static_cast<std::size_t>(key_column_)]) + ": " +
                      number_text(key) + " in entry " + std::to_string(e) +
                      (whole ? " does not fit into int64" : " is no whole number") +
                      "; it picks which training is applied, and nothing stands in for it",
                  Fault::value);
    }
  });
}

void FoldedBatch::find_places(const Batch& batch, std::int64_t first, std::int64_t entries) {
  for (std::size_t o = 0; o < places_.size(); ++o) {
    places_[o].resize(static_cast<std::size_t>(entries));
    for (std::int64_t e = 0; e < entries; ++e) {
      places_[o][static_cast<std::size_t>(e)] = next_[o];
      next_[o] += model_.items(static_cast<int>(o), batch, first + e, first + e + 1);
    }
  }
}

void FoldedBatch::gather(const Batch& batch) {
  gathered_.entries = static_cast<std::int64_t>(own_.size());
  for (std::size_t a = 0; a < offsets_.size(); ++a) {
    gathered_.offsets[a] = nullptr;
    if (!batch.offsets[a]) continue;
    offsets_[a].assign(1, 0);
    for (const std::int64_t e : own_)
      offsets_[a].push_back(offsets_[a].back() + batch.offsets[a][e + 1] - batch.offsets[a][e]);
    gathered_.offsets[a] = offsets_[a].data();
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) gather_column(batch, c);
}

void FoldedBatch::gather_column(const Batch& batch, std::size_t c) {
  const Feed& feed = batch.feeds[c];
  const Column& column = model_.table().columns[c];
  const std::int64_t bytes = column.width * static_cast<std::int64_t>(size_of(feed.type));
  const std::int64_t* offsets = column.axis < 0 ? nullptr : batch.offsets[static_cast<std::size_t>(column.axis)];
  const std::int64_t items =
      offsets ? offsets_[static_cast<std::size_t>(column.axis)].back() : static_cast<std::int64_t>(own_.size());
  columns_[c].resize(static_cast<std::size_t>(items * bytes));
  std::byte* to = columns_[c].data();
  gathered_.feeds[c] = feed, gathered_.feeds[c].data = to, gathered_.feeds[c].stride = bytes;
  for (const std::int64_t e : own_) {
    const std::int64_t begin = offsets ? offsets[e] : e, end = offsets ? offsets[e + 1] : e + 1;
    const auto* from = static_cast<const std::byte*>(feed.data) + begin * feed.stride;
    for (std::int64_t i = begin; i < end; ++i, from += feed.stride, to += bytes)
      std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
}

void FoldedBatch::make_results(const Batch& batch) {
  for (std::size_t o = 0; o < results_.size(); ++o) {
    gathered_.results[o] = nullptr;
    if (!batch.results[o]) continue;
    const std::int64_t items = model_.items(static_cast<int>(o), gathered_, 0, gathered_.entries);
    results_[o].resize(static_cast<std::size_t>(items * item_bytes(o)));
    gathered_.results[o] = results_[o].data();
  }
}

void FoldedBatch::scatter(const Batch& batch) {
  for (std::size_t o = 0; o < results_.size(); ++o) {
    if (!batch.results[o]) continue;
    const std::byte* from = results_[o].data();
    for (const std::int64_t e : own_) {
      const std::int64_t bytes = model_.items(static_cast<int>(o), batch, e, e + 1) * item_bytes(o);
      auto* to = static_cast<std::byte*>(batch.results[o]);
      to += places_[o][static_cast<std::size_t>(e - first_)] * item_bytes(o);
      if (bytes) std::memcpy(to, from, static_cast<std::size_t>(bytes));
      from += bytes;
    }
  }
}

std::size_t FoldedBatch::memory() const {
  std::size_t bytes = (keys_.capacity() + work_.capacity()) * 8 + marks_.capacity();
  for (const auto& each : columns_) bytes += each.capacity();
  for (const auto& each : results_) bytes += each.capacity();
  for (const auto& each : places_) bytes += each.capacity() * 8;
  return bytes;
}

}  // namespace lading
