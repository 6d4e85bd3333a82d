// From columns to the tensors that the graph reads.
#include <algorithm>
#include <cstring>

#include "operators/convert.hpp"
#include "session/runner.hpp"

namespace lading {
namespace {

// Copies `count` items of `layout.inner.size()` numbers, items `step` numbers apart at the destination.
template <class Word>
void scatter(const std::byte* from, std::int64_t stride, std::int64_t count, Word* to, std::int64_t step,
             const TensorLayout& layout) {
  const std::size_t width = layout.inner.size();
  if (width == 1) {
    to += layout.inner[0];
    for (std::int64_t i = 0; i < count; ++i, from += stride, to += step) std::memcpy(to, from, sizeof(Word));
    return;
  }
  for (std::int64_t i = 0; i < count; ++i, from += stride, to += step)
    for (std::size_t k = 0; k < width; ++k) std::memcpy(to + layout.inner[k], from + k * sizeof(Word), sizeof(Word));
}

void scatter(std::size_t word, const std::byte* from, std::int64_t stride, std::int64_t count, std::byte* to,
             std::int64_t offset, std::int64_t step, const TensorLayout& layout) {
  to += offset * static_cast<std::int64_t>(word);
  if (const std::size_t item = layout.inner.size() * word; layout.contiguous && item > 16) {
    const auto given = static_cast<std::int64_t>(item), taken = step * static_cast<std::int64_t>(word);
    if (stride == given && taken == given) std::memcpy(to, from, static_cast<std::size_t>(count) * item);
    else
      for (std::int64_t i = 0; i < count; ++i) std::memcpy(to + i * taken, from + i * stride, item);
    return;
  }
  if (word == 4) scatter(from, stride, count, reinterpret_cast<std::uint32_t*>(to), step, layout);
  else if (word == 8) scatter(from, stride, count, reinterpret_cast<std::uint64_t*>(to), step, layout);
  else if (word == 2) scatter(from, stride, count, reinterpret_cast<std::uint16_t*>(to), step, layout);
  else scatter(from, stride, count, reinterpret_cast<std::uint8_t*>(to), step, layout);
}

// Asks for what comes next in a column: a CPU does not foresee that each of many columns is read a little at a time.
void fetch_ahead(const std::byte* from, std::int64_t count, std::int64_t stride) {
  constexpr std::int64_t line = 64, few = 16;
  if (count < few || stride < 0 || stride > line) return;
  for (std::int64_t i = 0; i < count * stride; i += line) __builtin_prefetch(from + i);
}

// f(a, b) with two numbers as elements of a tensor; 16-bit floats as their bits.
template <class F> void with_elements(Type type, double a, double b, F&& f) {
  if (type == Type::float16 || type == Type::bfloat16) {
    const double numbers[] = {a, b};
    std::uint16_t bits[2];
    convert(Type::float64, reinterpret_cast<const std::byte*>(numbers), type, reinterpret_cast<std::byte*>(bits), 2);
    return f(bits[0], bits[1]);
  }
  with_type(type, [&](auto zero) { f(static_cast<decltype(zero)>(a), static_cast<decltype(zero)>(b)); });
}

}  // namespace

// Whether a field's numbers, one per item at its own place of the variable axis, are copied, or prepared, with those of its
// neighbours.
Runner::Way Runner::way_of(const Batch& batch, std::size_t f) const {
  const Field& field = model_.table().fields[f];
  const Feed& feed = batch.feeds[static_cast<std::size_t>(field.column)];
  const Input& input = model_.bundle().inputs[static_cast<std::size_t>(field.input)];
  if (field.variable < 0 || field.repeated || feed.conversion.kind != Conversion::Kind::none ||
      input_layout_[static_cast<std::size_t>(field.input)].inner.size() != 1 ||
      input.axes.back().kind != AxisUse::Kind::variable)
    return Way::alone;
  if (model_.preparation(f).trivial()) return feed.type == input.type ? Way::copied : Way::alone;
  const Type raw = model_.table().columns[static_cast<std::size_t>(field.column)].raw;
  return model_.together(f).all && feed.type == raw ? Way::prepared : Way::alone;
}

// Columns that stand side by side are slots, or the fields of a struct.
bool Runner::continues(const Batch& batch, const FieldRun& run, std::size_t f) const {
  const auto& fields = model_.table().fields;
  const auto feed = [&](std::size_t i) -> const Feed& {
    return batch.feeds[static_cast<std::size_t>(fields[i].column)];
  };
  const auto axis = [&](std::size_t i) {
    return model_.table().columns[static_cast<std::size_t>(fields[i].column)].axis;
  };
  const std::size_t before = f - 1;
  const auto* expected = static_cast<const std::byte*>(feed(before).data) + size_of(feed(f).type);
  return run.way != Way::alone && run.way == way_of(batch, f) && fields[before].input == fields[f].input &&
         axis(before) == axis(f) && feed(f).data == expected && feed(before).stride == feed(f).stride &&
         feed(f).type == feed(before).type && model_.together(before).all == model_.together(f).all;
}

void Runner::find_field_runs(const Batch& batch) {
  if (runs_of_ == &batch) return;
  runs_of_ = &batch;
  field_runs_.clear();
  for (std::size_t f = 0; f < model_.table().fields.size(); ++f)
    if (!field_runs_.empty() && continues(batch, field_runs_.back(), f)) ++field_runs_.back().count;
    else field_runs_.push_back({f, 1, way_of(batch, f)});
}

// Few entries at a time, so that the rows that one column after the other is written into stay at hand.
void Runner::fill_inputs(const Batch& batch, const Block& block) {
  constexpr std::int64_t together = 256;
  find_field_runs(batch);
  const auto place = [&](std::int64_t e) {
    for (std::size_t i = 0; i < place_.size(); ++i) {
      const Tensor& tensor = frame_.input(static_cast<int>(i));
      place_[i] = tensor.data + e * input_layout_[i].entry_stride * static_cast<std::int64_t>(size_of(tensor.type));
    }
  };
  if (sequences_) {
    for (std::int64_t e = 0; e < block.entries; ++e) {
      place(e);
      fill_entry(batch, block.entry(e));
    }
    return;
  }
  for (std::int64_t e = 0; e < block.entries; e += together) {
    place(e);
    fill_rows(batch, block.first + e, std::min(together, block.entries - e));
  }
}

// One entry with sequences, into its places.
void Runner::fill_entry(const Batch& batch, std::int64_t entry) {
  find_spans(batch, entry);
  fill_rows(batch, entry, 1);
  for (std::size_t f = 0; f < model_.table().fields.size(); ++f) fill_padding(f);
  const auto& inputs = model_.bundle().inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].mask) fill_mask(static_cast<int>(i));
}

// `entries` from the batch's entry `first` on, into their places.
void Runner::fill_rows(const Batch& batch, std::int64_t first, std::int64_t entries) {
  for (const FieldRun& run : field_runs_)
    if (run.count < 2 || !fill_run(batch, run, first, entries))
      for (std::int64_t f = 0; f < run.count; ++f)
        fill_field(batch, run.field + static_cast<std::size_t>(f), first, entries);
}

// False: they are better prepared one field after the other, or one of them has to say what does not fit.
bool Runner::fill_run(const Batch& batch, const FieldRun& run, std::int64_t first, std::int64_t entries) {
  const Field& field = model_.table().fields[run.field];
  const Column& column = model_.table().columns[static_cast<std::size_t>(field.column)];
  const Feed& feed = batch.feeds[static_cast<std::size_t>(field.column)];
  const TensorLayout& layout = input_layout_[static_cast<std::size_t>(field.input)];
  const Span span = column.axis >= 0 ? spans_[static_cast<std::size_t>(column.axis)] : Span{first, entries, entries};
  if (run.way == Way::prepared && span.kept > run.count) return false;
  const auto word =
      static_cast<std::int64_t>(size_of(model_.bundle().inputs[static_cast<std::size_t>(field.input)].type));
  const std::int64_t step = (column.axis >= 0 ? layout.element_stride : layout.entry_stride) * word;
  const auto* from = static_cast<const std::byte*>(feed.data) + span.first * feed.stride;
  std::byte* to = place_[static_cast<std::size_t>(field.input)] + field.variable * word;
  const auto count = static_cast<std::size_t>(run.count);
  const Model::Together& together = model_.together(run.field);
  for (std::int64_t i = 0; i < span.kept; ++i, from += feed.stride, to += step)
    if (run.way == Way::copied) std::memcpy(to, from, count * static_cast<std::size_t>(word));
    else if (!together.all->run(together.place, count, from, to)) return false;
  return true;
}

void Runner::fill_field(const Batch& batch, std::size_t f, std::int64_t first, std::int64_t entries) {
  const Field& field = model_.table().fields[f];
  const Column& column = model_.table().columns[static_cast<std::size_t>(field.column)];
  Feed feed = batch.feeds[static_cast<std::size_t>(field.column)];
  if (field.repeated) {  // there is one entry: sequences run alone
    feed.data = static_cast<const std::byte*>(feed.data) + first * feed.stride;
    feed.stride = 0;
  }
  const TensorLayout& layout = input_layout_[static_cast<std::size_t>(field.input)];
  const Preparation& preparation = model_.preparation(f);
  std::byte* const place = place_[static_cast<std::size_t>(field.input)];
  const Type type = model_.bundle().inputs[static_cast<std::size_t>(field.input)].type;
  const std::size_t word = size_of(type);
  const bool along = field.axis >= 0;
  const Span span = along ? spans_[static_cast<std::size_t>(field.axis)] : Span{first, entries, entries};
  const std::int64_t step = along ? layout.element_stride : layout.entry_stride;
  const std::int64_t offset = field.variable < 0 ? 0 : field.variable * layout.variable_stride;
  if (preparation.trivial() && feed.type == type && feed.conversion.kind == Conversion::Kind::none) {
    const auto* from = static_cast<const std::byte*>(feed.data) + span.first * feed.stride;
    fetch_ahead(from + span.kept * feed.stride, span.kept, feed.stride);
    return scatter(word, from, feed.stride, span.kept, place, offset, step, layout);
  }
  if (batch.marks && !(*batch.marks)[f].empty()) feed.missing = (*batch.marks)[f].data();
  const Feed* flag = preparation.wants_flag() ? &batch.feeds[static_cast<std::size_t>(field.flag_column)] : nullptr;
  preparation.run(feed, flag, span.first, span.kept * column.width, column.width, work_.get(),
                  reinterpret_cast<unsigned char*>(mark_.get()), prepared_.get());
  scatter(word, prepared_.get(), column.width * static_cast<std::int64_t>(word), span.kept, place, offset, step,
          layout);
}

void Runner::fill_padding(std::size_t f) {
  const Field& field = model_.table().fields[f];
  if (field.axis < 0) return;
  const Span& span = spans_[static_cast<std::size_t>(field.axis)];
  if (span.padded == span.kept) return;
  const auto i = static_cast<std::size_t>(field.input);
  const TensorLayout& layout = input_layout_[i];
  const double pad = model_.preparation(f).pad(model_.bundle().axes[static_cast<std::size_t>(field.axis)].pad);
  with_elements(model_.bundle().inputs[i].type, pad, pad, [&](auto element, auto) {
    auto* to = reinterpret_cast<decltype(element)*>(place_[i]);
    to += field.variable < 0 ? 0 : field.variable * layout.variable_stride;
    for (std::int64_t n = span.kept; n < span.padded; ++n)
      for (const std::int64_t k : layout.inner) to[n * layout.element_stride + k] = element;
  });
}

void Runner::fill_mask(int input) {
  const auto i = static_cast<std::size_t>(input);
  const Mask& mask = *model_.bundle().inputs[i].mask;
  const TensorLayout& layout = input_layout_[i];
  const Span& span = spans_[static_cast<std::size_t>(mask.axis)];
  with_elements(model_.bundle().inputs[i].type, mask.present, mask.absent, [&](auto present, auto absent) {
    auto* to = reinterpret_cast<decltype(present)*>(place_[i]);
    for (std::int64_t n = 0; n < span.padded; ++n)
      for (const std::int64_t k : layout.inner) to[n * layout.element_stride + k] = n < span.kept ? present : absent;
  });
}

}  // namespace lading
