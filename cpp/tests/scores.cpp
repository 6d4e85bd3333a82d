// Runs a bundle on made-up events, entry by entry and as a batch, and prints what went in and what came out, exactly,
// for Python to repeat.
//   scores BUNDLE ENTRIES [NUMBERS]        with the numbers of a file in place of made-up ones
#include <cinttypes>
#include <cstdlib>

#include "check.hpp"
#include "events.hpp"

namespace {

void print(const char* data, int type, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const char* at = data + std::size_t(i) * Events::bytes(type);
    float f;
    double d;
    std::int64_t n = 0;  // of what has no format of its own, the bits
    if (type == LADING_FLOAT32) std::memcpy(&f, at, sizeof f), std::printf(" %a", double(f));
    else if (type == LADING_FLOAT64) std::memcpy(&d, at, sizeof d), std::printf(" %a", d);
    else std::memcpy(&n, at, Events::bytes(type)), std::printf(" %" PRId64, n);
  }
  std::printf("\n");
}

// Offsets of the sequences, then the columns, as they lie in memory.
void read_numbers(const char* path, Events& events) {
  std::FILE* file = std::fopen(path, "rb");
  if (!CHECK(file != nullptr)) return;
  const auto read = [file](auto& numbers, std::int64_t count) {
    numbers.resize(std::size_t(count));
    CHECK_EQUAL(std::fread(numbers.data(), sizeof numbers[0], numbers.size(), file), numbers.size());
  };
  for (const lading::Axis& axis : events.axes) read(events.offsets[std::size_t(axis.number)], events.entries + 1);
  for (Events::Values& v : events.columns) {
    const std::int64_t items = v.is.axis < 0 ? events.entries : events.offsets[std::size_t(v.is.axis)].back();
    if (v.is.type == LADING_FLOAT32) read(v.floats, items * v.is.width);
    else if (v.is.type == LADING_FLOAT64) read(v.doubles, items * v.is.width);
    else read(v.integers, items * v.is.width);
  }
  std::fclose(file);
}

void print_events(const lading::Model& model, const Events& events) {
  for (const Events::Values& v : events.columns) {
    std::printf("column %s %s", v.is.input, v.is.variable ? v.is.variable : "-");
    const char* data = reinterpret_cast<const char*>(v.floats.data());
    if (v.is.type == LADING_FLOAT64) data = reinterpret_cast<const char*>(v.doubles.data());
    if (v.is.type == LADING_INT64) data = reinterpret_cast<const char*>(v.integers.data());
    print(data, v.is.type, std::int64_t(v.floats.size() + v.doubles.size() + v.integers.size()));
  }
  for (const lading::Axis& axis : events.axes) {
    const auto& of = events.offsets[std::size_t(axis.number)];
    std::printf("offsets %s -", lading_axis_name(model.get(), axis.number));
    print(reinterpret_cast<const char*>(of.data()), LADING_INT64, std::int64_t(of.size()));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) return 2;
  const lading::Model model = lading::load(arguments[1]);
  Events events(model, std::atoll(arguments[2]), 7, 45);
  if (count == 4) read_numbers(arguments[3], events);
  print_events(model, events);

  lading::Session session{model};
  auto batch = events.room(model), loop = batch;
  session.run_batch(events.entries, events.given(), events.results(batch), events.given_offsets());
  std::vector<std::size_t> used(loop.size(), 0);
  for (std::int64_t e = 0; e < events.entries; ++e) {
    events.set(session, e);
    session.run();
    for (std::size_t o = 0; o < loop.size(); ++o) {
      const lading_slots& got = lading_session_results(session.get())[o];
      const std::size_t size =
          std::size_t(got.items * events.outputs[o].is.width) * Events::bytes(events.outputs[o].is.type);
      if (size) std::memcpy(loop[o].data() + used[o], got.data, size);
      used[o] += size;
    }
  }
  for (std::size_t o = 0; o < batch.size(); ++o) {
    const Events::Output& output = events.outputs[o];
    CHECK(batch[o] == loop[o]);
    std::printf("output %s -", output.is.name);
    print(batch[o].data(), output.is.type, events.items(model, output, events.entries) * output.is.width);
  }
  std::printf("isa %s -\n", lading_isa());
  return report();
}
