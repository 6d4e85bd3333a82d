// Opens and runs bundles that nobody should trust, and prints what it is told: what tests/hostile compares with Python.
//   hostile MEMORY PATH...      MEMORY: bytes that a model, or its session, may take; the process gets four times as much
//
// Before each bundle "begin NUMBER" is printed, after it "end NUMBER SECONDS TEXT", so that a crash or an alarm has a
// name. A bundle is run on ones: its graph alone, and then two entries. A file feed.txt beside it says other numbers:
//   column INPUT VARIABLE UNIT NUMBER...      VARIABLE or UNIT may be "-": none
//   counts AXIS NUMBER...                     elements of each entry
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include "lading/lading.hpp"

namespace {

constexpr unsigned patience = 10;                  // seconds until a case is given up
constexpr std::int64_t entries = 2, elements = 3;  // of each entry
constexpr std::size_t widths[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};

void check(int status, lading_error*& error) { lading::detail::check(status, error); }

// Bytes of so many ones of a type.
std::vector<char> ones(int type, std::size_t count) {
  const std::size_t width = widths[type];
  std::vector<char> bytes(count * width);
  const float single = 1;
  const double wide = 1;
  const std::uint16_t half = type == LADING_FLOAT16 ? 0x3C00 : 0x3F80;
  const std::int64_t whole = 1;
  const void* one = type == LADING_FLOAT32                              ? static_cast<const void*>(&single)
                    : type == LADING_FLOAT64                            ? &wide
                    : type == LADING_FLOAT16 || type == LADING_BFLOAT16 ? static_cast<const void*>(&half)
                                                                        : &whole;
  for (std::size_t i = 0; i < count; ++i) std::memcpy(bytes.data() + i * width, one, width);
  return bytes;
}

std::uint64_t mixed(std::uint64_t sum, const void* data, std::size_t size) {  // FNV-1a
  for (std::size_t i = 0; i < size; ++i) sum = (sum ^ static_cast<const unsigned char*>(data)[i]) * 1099511628211u;
  return sum;
}

std::uint64_t run_graph(const lading::Model& model, lading_session* session) {
  std::vector<std::vector<char>> memory;
  std::vector<lading_tensor> inputs, outputs(std::size_t(lading_output_count(model.get())));
  for (int i = 0; i < lading_input_count(model.get()); ++i) {
    lading_form form{};
    form.size = sizeof form;
    lading_describe_tensor(model.get(), 0, i, &form);
    lading_tensor tensor{};
    tensor.size = sizeof tensor, tensor.type = form.type, tensor.rank = form.rank;
    std::size_t count = 1;
    for (int a = 0; a < form.rank; ++a) {
      const bool sequence = form.dims[a] < 0 && lading_axis_name(model.get(), form.axes[a]);
      tensor.dims[a] = form.dims[a] >= 0 ? form.dims[a] : sequence ? elements : entries;
      count *= std::size_t(tensor.dims[a]);
    }
    memory.push_back(ones(form.type, count));
    tensor.data = memory.back().data();
    inputs.push_back(tensor);
  }
  lading_error* error = nullptr;
  check(lading_run_graph(session, inputs.data(), outputs.data(), &error), error);
  std::uint64_t sum = 14695981039346656037u;
  for (const lading_tensor& tensor : outputs) {
    std::size_t size = widths[tensor.type];
    for (int a = 0; a < tensor.rank; ++a) size *= std::size_t(tensor.dims[a]);
    sum = mixed(sum, tensor.dims, std::size_t(tensor.rank) * sizeof(std::int64_t));
    sum = mixed(sum, tensor.data, size);
  }
  return sum;
}

// The numbers of feed.txt, by column and by axis.
struct Feed {
  std::map<int, std::pair<lading_variable, std::vector<double>>> columns;
  std::map<int, std::vector<std::int64_t>> counts;
};

std::string own_unit(const lading::Model& model, const std::string& input, const std::string& variable) {
  for (int c = 0; c < lading_column_count(model.get()); ++c) {
    lading_column column{};
    column.size = sizeof column;
    lading_describe_column(model.get(), c, &column);
    if (column.input == input && column.variable && column.variable == variable) return column.unit;
  }
  return "";
}

Feed read_feed(const lading::Model& model, const std::string& path) {
  Feed feed;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name, variable, unit, number;
    words >> kind >> name;
    if (kind == "counts") {
      auto& counts = feed.counts[model.axis(name).number];
      while (words >> number) counts.push_back(std::strtoll(number.c_str(), nullptr, 10));
      continue;
    }
    words >> variable >> unit;
    if (unit == "-") unit = own_unit(model, name, variable);
    const auto found = variable == "-" ? model.element(name, {}) : model.variable(name, variable, unit);
    auto& [slot, numbers] = feed.columns[found.slot.column];
    slot = found.slot;
    while (words >> number) numbers.push_back(std::strtod(number.c_str(), nullptr));
  }
  return feed;
}

std::uint64_t run_batch(const lading::Model& model, lading_session* session, const Feed& given) {
  std::vector<std::vector<char>> memory;
  std::vector<std::vector<std::int64_t>> places(std::size_t(lading_axis_count(model.get())));
  std::vector<const std::int64_t*> offsets(places.size());
  for (std::size_t a = 0; a < places.size(); ++a) {
    if (!lading_axis_name(model.get(), int(a))) continue;
    const auto counts = given.counts.find(int(a));
    places[a] = {0};
    for (std::size_t e = 0; e < std::size_t(entries); ++e)
      places[a].push_back(places[a].back() + (counts == given.counts.end() ? elements : counts->second.at(e)));
    offsets[a] = places[a].data();
  }
  const auto items = [&](int axis) { return axis < 0 ? entries : places[std::size_t(axis)].back(); };
  std::vector<lading_feed> feeds;
  for (int c = 0; c < lading_column_count(model.get()); ++c) {
    lading_column column{};
    column.size = sizeof column;
    lading_describe_column(model.get(), c, &column);
    const auto numbers = given.columns.find(c);
    if (numbers != given.columns.end()) {
      const auto& [slot, values] = numbers->second;
      feeds.push_back({values.data(), 8 * column.width, LADING_FLOAT64, slot.conversion, slot.factor});
      continue;
    }
    memory.push_back(ones(column.type, std::size_t(std::max<std::int64_t>(items(column.axis), 1) * column.width)));
    feeds.push_back({memory.back().data(), std::int64_t(widths[column.type]) * column.width, column.type, 0, 1});
  }
  std::vector<void*> results;
  std::vector<std::size_t> sizes;
  for (int o = 0; o < lading_output_count(model.get()); ++o) {
    lading_output output{};
    output.size = sizeof output;
    lading_describe_output(model.get(), o, &output);
    std::int64_t rows = 0;
    const std::int64_t most = output.axis < 0 ? -1 : lading_axis_maximum(model.get(), output.axis);
    for (std::size_t e = 0; e < std::size_t(entries); ++e) {
      const std::int64_t own =
          output.axis < 0 ? 1 : places[std::size_t(output.axis)][e + 1] - places[std::size_t(output.axis)][e];
      rows += most < 0 ? own : std::min(own, most);
    }
    sizes.push_back(std::size_t(std::max<std::int64_t>(rows, 0) * output.width) * widths[output.type]);
    memory.emplace_back(sizes.back() + 1);
    results.push_back(memory.back().data());
  }
  const lading_batch batch{sizeof batch, sizeof(lading_feed), entries, feeds.data(), offsets.data(), results.data()};
  lading_error* error = nullptr;
  check(lading_run_batch(session, &batch, 0, entries, &error), error);
  std::uint64_t sum = 14695981039346656037u;
  for (std::size_t o = 0; o < results.size(); ++o) sum = mixed(sum, results[o], sizes[o]);
  return sum;
}

std::string said(const std::string& path, std::size_t memory) {
  try {
    const lading::Model model = lading::load(path, memory);
    lading_error* error = nullptr;
    const std::unique_ptr<lading_session, decltype(&lading_session_free)> session(
        lading_session_new(model.get(), &error), lading_session_free);
    if (!session) lading::detail::raise(error);
    const std::string feed = path + "/feed.txt";
    const bool fed = access(feed.c_str(), R_OK) == 0;
    const std::uint64_t graph = fed || lading_step_count(model.get()) == 0 ? 0 : run_graph(model, session.get());
    const std::uint64_t batch = run_batch(model, session.get(), fed ? read_feed(model, feed) : Feed());
    char text[64];
    std::snprintf(text, sizeof text, "computed %016llx %016llx", static_cast<unsigned long long>(graph),
                  static_cast<unsigned long long>(batch));
    return text;
  } catch (const lading::Error& error) { return error.what(); }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const std::size_t memory = std::strtoull(arguments[1], nullptr, 10);
  const rlimit limit{4 * memory, 4 * memory};
  setrlimit(RLIMIT_AS, &limit);
  for (int i = 2; i < count; ++i) {
    std::printf("begin %d\n", i - 2);
    std::fflush(stdout);
    alarm(6 * patience);  // of the clock, for whoever waits; of the processor, for whoever computes
    const itimerval timer{{}, {patience, 0}};
    setitimer(ITIMER_PROF, &timer, nullptr);
    const std::clock_t begin = std::clock();
    const std::string text = said(arguments[i], memory);
    const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("end %d %.3f %s\n", i - 2, seconds, text.c_str());
    std::fflush(stdout);
  }
}
