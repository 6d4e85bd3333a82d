// Whatever graph comes, opening, planning and running it gives results or an Error, within a memory limit.
//
// An input is a model.json, and behind the first 0 byte the weights, whose record (SHA, SIZE) is written here. The
// graph runs once on tensors that are prepared already, of two entries and sequences of three elements, and once on
// batches of entries whose sequences are of different lengths. Mutations (mutate_graph.cpp) change nodes, not bytes.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/bundle.hpp"
#include "record.hpp"
#include "session/session.hpp"

namespace {

using namespace lading;

constexpr std::int64_t entries = 5, elements[entries + 1] = {0, 3, 3, 4, 9, 12};

Limits limits() {
  Limits limits;
  limits.memory = std::size_t(32) << 20;
  return limits;
}

// Small numbers of both signs, and the same ones in every run.
template <class T> void fill(std::byte* data, std::size_t count) {
  T* numbers = reinterpret_cast<T*>(data);
  for (std::size_t i = 0; i < count; ++i) {
    const int number = static_cast<int>(i * 7 % 13) - 6;
    if constexpr (std::is_same_v<T, bool>) numbers[i] = number > 0;
    else numbers[i] = static_cast<T>(std::is_floating_point_v<T> ? number * 0.375 : number);
  }
}

void fill(std::byte* data, Type type, std::size_t count) {
  switch (type) {
    case Type::float32: return fill<float>(data, count);
    case Type::float64: return fill<double>(data, count);
    case Type::int64: return fill<std::int64_t>(data, count);
    case Type::int32: return fill<std::int32_t>(data, count);
    case Type::boolean: return fill<bool>(data, count);
    default: std::memset(data, 1, count * size_of(type));
  }
}

// The inputs of a graph; empty if they are too many numbers to be worth a run.
class Tensors {
 public:
  explicit Tensors(const Bundle& bundle) {
    for (const Input& input : bundle.inputs) {
      Tensor tensor;
      tensor.type = input.type;
      std::int64_t count = 1;
      for (const AxisUse& use : input.axes) {
        const std::int64_t length = use.kind == AxisUse::Kind::entry      ? 2
                                    : use.kind == AxisUse::Kind::sequence ? 3
                                                                          : use.size;
        tensor.shape.push(length);
        count = length > most ? most + 1 : count * length;
        if (count > most) {
          fit_ = false;
          return;
        }
      }
      memory_.emplace_back(static_cast<std::size_t>(count) * size_of(tensor.type) + 64);
      fill(memory_.back().data(), tensor.type, static_cast<std::size_t>(count));
      tensor.data = memory_.back().data();
      tensors_.push_back(tensor);
    }
  }
  const std::vector<Tensor>& all() const { return tensors_; }
  bool fit() const { return fit_; }

 private:
  static constexpr std::int64_t most = 1 << 20;
  std::vector<std::vector<std::byte>> memory_;
  std::vector<Tensor> tensors_;
  bool fit_ = true;
};

void run_graph(const std::shared_ptr<const Model>& model) {
  if (model->bundle().folds) return;
  const Tensors inputs(model->bundle());
  if (!inputs.fit()) return;
  Session session(model);
  std::vector<Tensor> outputs(model->bundle().outputs.size());
  session.run_graph(inputs.all(), outputs);
  static volatile unsigned sink;
  for (const Tensor& output : outputs)
    for (std::size_t i = 0; i < output.bytes(); ++i) sink = sink + static_cast<unsigned>(output.data[i]);
}

void run_batch(const std::shared_ptr<const Model>& model) {
  const Bundle& bundle = model->bundle();
  Batch batch;
  batch.entries = entries;
  batch.offsets.assign(bundle.axes.size(), nullptr);
  for (std::size_t a = 0; a < bundle.axes.size(); ++a)
    if (bundle.axes[a].kind == Axis::Kind::sequence) batch.offsets[a] = elements;
  std::vector<std::vector<std::byte>> memory;
  for (const Column& column : model->table().columns) {
    const std::size_t item = static_cast<std::size_t>(column.width) * size_of(column.raw), items = elements[entries];
    if (item > (1 << 20)) return;
    memory.emplace_back(item * items + 64);
    fill(memory.back().data(), column.raw, item / size_of(column.raw) * items);
    batch.feeds.push_back({memory.back().data(), column.raw, static_cast<std::int64_t>(item), {}, false});
  }
  for (int o = 0; o < static_cast<int>(bundle.outputs.size()); ++o) {
    const std::int64_t items = model->items(o, batch, 0, entries), width = model->item_size(o);
    if (width > (1 << 20)) return;
    memory.emplace_back(
        static_cast<std::size_t>(items * width) * size_of(bundle.outputs[static_cast<std::size_t>(o)].type) + 64);
    batch.results.push_back(memory.back().data());
  }
  Session(model).run_batch(batch, 0, entries);
}

template <class F> void attempt(F&& f) {
  try {
    f();
  } catch (const Error&) {}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    const auto model = std::make_shared<const Model>(read_with_record(input, limits()), limits());
    attempt([&] { run_graph(model); });
    attempt([&] { run_batch(model); });
  });
  return 0;
}
