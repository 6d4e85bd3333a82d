#include "session/session.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "session/exact_conversion.hpp"
#include "session/float_environment.hpp"

namespace lading {
namespace {

// f(Raw{}) with the type that slots of this column are stored in.
template <class F> void with_raw(Type raw, F&& f) {
  if (raw == Type::float32) f(float{});
  else if (raw == Type::float64) f(double{});
  else f(std::int64_t{});
}

constexpr int looked_at_together = 16;         // numbers of slots
constexpr std::int64_t block_bytes = 1 << 20;  // activations of a block should stay in the second-level cache

}  // namespace

Session::Session(std::shared_ptr<const Model> model)
    : model_(std::move(model)), frame_(model_->plan(), model_->limits().memory) {
  const Bundle& bundle = model_->bundle();
  const std::size_t axes = bundle.axes.size();
  slots_.resize(model_->table().columns.size());
  marks_.resize(model_->table().fields.size());
  results_.resize(bundle.outputs.size());
  written_.resize(bundle.outputs.size());
  lengths_.resize(axes), padded_.resize(axes), spans_.resize(axes), offsets_.resize(2 * axes),
      bound_.resize(axes + 1, -1);
  input_layout_.resize(bundle.inputs.size()), output_layout_.resize(bundle.outputs.size());
  slots_batch_.entries = 1;
  slots_batch_.feeds.resize(slots_.size());
  slots_batch_.offsets.resize(axes);
  slots_batch_.results.resize(results_.size());
  for (std::size_t a = 0; a < axes; ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence) slots_batch_.offsets[a] = &offsets_[2 * a];
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const Column& column = model_->table().columns[c];
    const auto bytes = static_cast<std::int64_t>(size_of(column.raw)) * column.width;
    slots_batch_.feeds[c] = {nullptr, column.raw, bytes, {}, true};
  }
  for (const Field& field : model_->table().fields) pads_ |= field.axis >= 0;
  copy_runs_.reserve(model_->table().fields.size());
  make_row();
}

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

void Session::reserve(std::int64_t entries, const std::vector<std::int64_t>& lengths) {
  int ignored = 0;
  FloatEnvironment environment(ignored);
  const std::vector<std::int64_t> before = lengths_;
  for (std::size_t a = 0; a < lengths.size(); ++a)
    if (lengths[a] > lengths_[a]) resize(static_cast<int>(a), lengths[a]);
  size_results();
  find_spans(slots_batch_, 0);
  if (entries > 1) bind(std::min(block_size(entries), entries));
  bind(1);
  if (!frame_.plan().settled()) rehearse();
  for (std::size_t a = 0; a < before.size(); ++a)
    if (before[a] < lengths_[a]) resize(static_cast<int>(a), before[a]);
}

// Where shapes wait for numbers, only a run tells how much memory it takes: one on zeros, twice, so that all of it
// ends up in one piece. Zeros may not suit the graph; then the first run takes what it needs.
void Session::rehearse() {
  try {
    for (int time = 0; time < 2; ++time) {
      for (std::size_t i = 0; i < input_layout_.size(); ++i) {
        Tensor& input = frame_.input(static_cast<int>(i));
        if (input.bytes()) std::memset(input.data, 0, input.bytes());
      }
      frame_.rehearse();
    }
  } catch (const Error&) {}
}

void Session::resize(int axis, std::int64_t length) {
  const auto& axes = model_->bundle().axes;
  if (axis < 0 || axis >= static_cast<int>(axes.size()) ||
      axes[static_cast<std::size_t>(axis)].kind != Axis::Kind::sequence)
    throw Error("axis number " + std::to_string(axis) + " is no sequence of this model; look it up by name",
                Fault::name);
  if (length < 0)
    throw Error("axis '" + axes[static_cast<std::size_t>(axis)].name + "' cannot have length " + std::to_string(length),
                Fault::value);
  lengths_[static_cast<std::size_t>(axis)] = length;
  offsets_[2 * static_cast<std::size_t>(axis) + 1] = length;
  for (std::size_t c = 0; c < slots_.size(); ++c)
    if (model_->table().columns[c].axis == axis) make_slots(static_cast<int>(c), length);
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

void Session::clear() {
  for (std::size_t a = 0; a < lengths_.size(); ++a)
    if (lengths_[a]) resize(static_cast<int>(a), 0);
  clear_slots();
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
  throw Error("no variable was left out", Fault::value);  // not reached: somebody asked because one was
}

void Session::size_results() {
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < results_.size(); ++o) {
    const int axis = sequence_axis(bundle.outputs[o].axes);
    Results& results = results_[o];
    results.items = 1;
    if (axis >= 0) {
      const std::int64_t most = bundle.axes[static_cast<std::size_t>(axis)].max;
      const std::int64_t length = lengths_[static_cast<std::size_t>(axis)];
      results.items = most < 0 ? length : std::min(length, most);
    }
    if (results.items > results.capacity || !results.data) {
      const std::int64_t size =
          model_->item_size(static_cast<int>(o)) * static_cast<std::int64_t>(size_of(bundle.outputs[o].type));
      results.data = allocate(static_cast<std::size_t>(results.items * size));
      results.capacity = results.items;
      slots_batch_.results[o] = results.data.get();
    }
  }
}

// The slots are cleared even if it fails: nothing of this entry may pass for the next one's.
void Session::run() {
  struct Clear {
    Session& session;
    ~Clear() { session.clear_slots(); }
  } const clear{*this};
  if (anything_unset()) refuse_unset();
  size_results();
  FloatEnvironment environment(raised_);
  std::fill(written_.begin(), written_.end(), 0);
  run_block(slots_batch_, 0, 1);
}

// What would otherwise be read from nowhere.
void Session::refuse_gaps(const Batch& batch) const {
  for (std::size_t c = 0; c < batch.feeds.size(); ++c) {
    const Feed& feed = batch.feeds[c];
    const int axis = model_->table().columns[c].axis;
    const std::int64_t* offsets = axis < 0 ? nullptr : batch.offsets[static_cast<std::size_t>(axis)];
    if (!feed.data && (!offsets || offsets[batch.entries] > offsets[0]))
      throw Error(model_->text(static_cast<int>(c)) + " was not given to run_batch", Fault::value);
    if (feed.type > Type::boolean || feed.type == Type::float16 || feed.type == Type::bfloat16)
      throw Error(model_->text(static_cast<int>(c)) + ": numbers of this type cannot be fed", Fault::value);
  }
}

void Session::run_batch(const Batch& batch, std::int64_t begin, std::int64_t end) {
  if (begin < 0 || end > batch.entries)
    throw Error("entries [" + std::to_string(begin) + ", " + std::to_string(end) + ") are not all in the batch of " +
                    std::to_string(batch.entries),
                Fault::value);
  if (begin >= end) return;
  for (std::size_t a = 0; a < spans_.size(); ++a)
    if (model_->bundle().axes[a].kind == Axis::Kind::sequence && !batch.offsets[a])
      throw Error("axis '" + model_->bundle().axes[a].name + "' is a sequence: run_batch needs its offsets",
                  Fault::value);
  refuse_gaps(batch);
  FloatEnvironment environment(raised_);
  runs_of_ = nullptr;  // another batch may stand at the same address
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < written_.size(); ++o) {
    const int axis = sequence_axis(bundle.outputs[o].axes);
    written_[o] = begin;
    if (axis < 0) continue;
    const std::int64_t* offsets = batch.offsets[static_cast<std::size_t>(axis)];
    const std::int64_t most = bundle.axes[static_cast<std::size_t>(axis)].max;
    written_[o] = 0;
    for (std::int64_t e = 0; e < begin; ++e) {
      const std::int64_t n = offsets[e + 1] - offsets[e];
      written_[o] += most < 0 ? n : std::min(n, most);
    }
  }
  const std::int64_t block = block_size(end - begin);
  for (std::int64_t e = begin; e < end; e += block) run_block(batch, e, std::min(block, end - e));
}

// How many entries may run at once: all of a block if every node is proven to keep them apart, else one.
std::int64_t Session::block_size(std::int64_t entries) {
  if (!model_->batched() || entries == 1) return 1;
  for (const Axis& axis : model_->bundle().axes)
    if (axis.kind == Axis::Kind::sequence) return 1;
  if (block_) return block_;
  block_ = 1;
  try {
    std::size_t bytes = 0;
    for (const std::int64_t probe : {5, 7}) {
      bind(probe);
      if (frame_.mixed()) return block_;
      for (std::size_t o = 0; o < output_layout_.size(); ++o) {
        const auto& axes = model_->bundle().outputs[o].axes;
        const int entry = frame_.output_entry(static_cast<int>(o));
        if (entry < 0 || axes[static_cast<std::size_t>(entry)].kind != AxisUse::Kind::entry) return block_;
      }
      bytes = frame_.memory() / static_cast<std::size_t>(probe);
    }
    for (const PlanStep& step : frame_.plan().steps()) block_ = std::max(block_, step.operation->best_block());
    while (block_ > 8 && block_ * static_cast<std::int64_t>(bytes) > block_bytes) block_ /= 2;
  } catch (const Error&) {  // a shape that fits one entry only
  }
  return block_;
}

void Session::find_spans(const Batch& batch, std::int64_t entry) {
  const Bundle& bundle = model_->bundle();
  for (std::size_t a = 0; a < spans_.size(); ++a) {
    const Axis& axis = bundle.axes[a];
    if (axis.kind != Axis::Kind::sequence) continue;
    const std::int64_t first = batch.offsets[a][entry], n = batch.offsets[a][entry + 1] - first;
    if (n < 0)
      throw Error("axis '" + axis.name + "': the offsets of entry " + std::to_string(entry) + " go backwards",
                  Fault::value);
    Span& span = spans_[a];
    span.kept = axis.max < 0 ? n : std::min(n, axis.max);
    span.first = axis.keep_first ? first : first + n - span.kept;
    span.padded = std::max(span.kept, axis.min);
  }
}

void Session::run_block(const Batch& batch, std::int64_t first, std::int64_t entries) {
  find_spans(batch, first);
  if (!all_empty()) {
    bind(entries);
    fill_inputs(batch, first, entries);
    frame_.run();
    if (!frame_.plan().settled()) check_outputs();
  }
  take_outputs(batch, entries);
}

void Session::bind(std::int64_t entries) {
  bool same = bound_[0] == entries;
  for (std::size_t a = 0; a < spans_.size(); ++a) same &= bound_[a + 1] == spans_[a].padded;
  if (same) return;
  bound_[0] = -1;  // until all went well
  const Bundle& bundle = model_->bundle();
  std::int64_t most = entries;
  for (std::size_t a = 0; a < spans_.size(); ++a) bound_[a + 1] = spans_[a].padded;
  for (std::size_t a = 0; a < spans_.size(); ++a) padded_[a] = spans_[a].padded;
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Input& input = bundle.inputs[i];
    input_layout_[i].bind(input.axes, entries, padded_, true);
    int entry = Entry::none;
    for (std::size_t a = 0; a < input.axes.size(); ++a)
      if (input.axes[a].kind == AxisUse::Kind::entry) entry = static_cast<int>(a);
    frame_.set_input(static_cast<int>(i), input.type, input_layout_[i].shape, entry);
    most = std::max(most, input_layout_[i].shape.size());
  }
  for (std::size_t o = 0; o < bundle.outputs.size(); ++o)
    output_layout_[o].bind(bundle.outputs[o].axes, entries, padded_, false);
  if (most > work_capacity_) {
    work_ = allocate(static_cast<std::size_t>(most) * 8);
    prepared_ = allocate(static_cast<std::size_t>(most) * 8);
    mark_ = allocate(static_cast<std::size_t>(most));
    work_capacity_ = most;
  }
  frame_.resolve(entries);
  if (frame_.plan().settled()) check_outputs();
  bound_[0] = entries;
}

void Session::check_outputs() {
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const Tensor& tensor = frame_.output(static_cast<int>(o));
    const Output& output = bundle.outputs[o];
    if (tensor.type == output.type && tensor.shape == output_layout_[o].shape) continue;
    throw Error(bundle.where + ": output '" + output.name + "' is declared " + std::string(name_of(output.type)) + " " +
                output_layout_[o].shape.text() + ", but the graph gives " + std::string(name_of(tensor.type)) + " " +
                tensor.shape.text());
  }
}

bool Session::all_empty() const {
  const Bundle& bundle = model_->bundle();
  bool any = false;
  for (std::size_t o = 0; o < bundle.outputs.size(); ++o) {
    const int axis = sequence_axis(bundle.outputs[o].axes);
    const bool none = axis >= 0 && spans_[static_cast<std::size_t>(axis)].kept == 0;
    if (!none && !when_empty(static_cast<int>(o))) return false;
    any = true;
  }
  return any;
}

const std::vector<double>* Session::when_empty(int output) const {
  const Bundle& bundle = model_->bundle();
  const auto& declared = bundle.outputs[static_cast<std::size_t>(output)].when_empty;
  if (declared.empty()) return nullptr;
  for (std::size_t a = 0; a < spans_.size(); ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence && spans_[a].kept == 0)
      if (const auto found = declared.find(bundle.axes[a].name); found != declared.end()) return &found->second;
  return nullptr;
}

void Session::take_outputs(const Batch& batch, std::int64_t entries) {
  const Bundle& bundle = model_->bundle();
  for (std::size_t o = 0; o < output_layout_.size(); ++o) {
    const Output& output = bundle.outputs[o];
    const int axis = sequence_axis(output.axes);
    const std::int64_t items = axis < 0 ? 1 : spans_[static_cast<std::size_t>(axis)].kept;
    const auto size = static_cast<std::int64_t>(size_of(output.type)), width = model_->item_size(static_cast<int>(o));
    auto* to = static_cast<std::byte*>(batch.results[o]) + written_[o] * width * size;
    written_[o] += entries * items;
    if (!batch.results[o]) continue;
    if (const std::vector<double>* values = when_empty(static_cast<int>(o))) {
      with_type(output.type, [&](auto zero) {
        for (std::int64_t k = 0; k < items * width; ++k)
          reinterpret_cast<decltype(zero)*>(to)[k] =
              to_target<decltype(zero)>((*values)[static_cast<std::size_t>(k % width)], output.name);
      });
      continue;
    }
    const TensorLayout& layout = output_layout_[o];
    const std::byte* from = frame_.output(static_cast<int>(o)).data;
    if (layout.contiguous && items == 1 && layout.entry_stride == width) {
      std::memcpy(to, from, static_cast<std::size_t>(entries * width * size));
      continue;
    }
    for (std::int64_t e = 0; e < entries; ++e)
      for (std::int64_t i = 0; i < items; ++i) {
        const std::byte* item = from + (e * layout.entry_stride + i * layout.element_stride) * size;
        if (layout.contiguous) std::memcpy(to, item, static_cast<std::size_t>(width * size));
        else
          for (std::int64_t k = 0; k < width; ++k)
            std::memcpy(to + k * size, item + layout.inner[static_cast<std::size_t>(k)] * size,
                        static_cast<std::size_t>(size));
        to += width * size;
      }
  }
}

void Session::run_graph(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  FloatEnvironment environment(raised_);
  bound_[0] = -1;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    frame_.set_input(static_cast<int>(i), inputs[i].type, inputs[i].shape, Entry::none);
  frame_.resolve();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].bytes()) std::memcpy(frame_.input(static_cast<int>(i)).data, inputs[i].data, inputs[i].bytes());
  frame_.run();
  for (std::size_t o = 0; o < outputs.size(); ++o) outputs[o] = frame_.output(static_cast<int>(o));
}

std::size_t Session::memory() const {
  std::size_t bytes = frame_.memory() + static_cast<std::size_t>(work_capacity_) * 17;
  for (std::size_t c = 0; c < slots_.size(); ++c)
    bytes += static_cast<std::size_t>(slots_[c].capacity * slots_batch_.feeds[c].stride);
  for (const auto& marks : marks_) bytes += marks.size();
  return bytes;
}

}  // namespace lading
