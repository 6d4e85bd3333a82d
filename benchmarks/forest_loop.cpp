// How long a forest takes in a C++ loop: entry by entry, and in batches. forests.py builds and calls it.
//
//   forest_loop BUNDLE ROWS.f32 COLUMNS BATCH...
//
// Prints for each batch size the microseconds of one entry, the fastest of several rounds and their median.
#include <lading/lading.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

std::vector<float> read_rows(const char* path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<float> rows(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(float)));
  return rows;
}

// Entries one by one, every number set through its handle.
double entry_by_entry(const lading::Model& model, lading::Session& session, const std::vector<float>& rows, int columns,
                      std::size_t entries) {
  std::vector<lading::Variable> handles;
  for (int c = 0; c < columns; ++c) handles.push_back(model.element("features", {c}));
  const auto start = Clock::now();
  for (std::size_t e = 0; e < entries; ++e) {
    const float* row = rows.data() + e * static_cast<std::size_t>(columns);
    for (int c = 0; c < columns; ++c) session.set(handles[static_cast<std::size_t>(c)], row[c]);
    session.run();
  }
  return microseconds_since(start) / static_cast<double>(entries);
}

double in_batches(lading_session* session, const std::vector<float>& rows, int columns, std::size_t entries,
                  std::size_t batch, int outputs, std::vector<double>& results) {
  std::vector<void*> to(static_cast<std::size_t>(outputs), nullptr);
  to.back() = results.data();
  const auto start = Clock::now();
  for (std::size_t e = 0; e + batch <= entries; e += batch) {
    lading_feed feed{rows.data() + e * static_cast<std::size_t>(columns),
                     static_cast<std::int64_t>(sizeof(float)) * columns, LADING_FLOAT32, 0, 1.0};
    lading_batch given{
        sizeof(lading_batch), sizeof(lading_feed), static_cast<std::int64_t>(batch), &feed, nullptr, to.data()};
    lading_error* error = nullptr;
    if (lading_run_batch(session, &given, 0, static_cast<std::int64_t>(batch), &error)) {
      std::fprintf(stderr, "%s\n", lading_error_text(error));
      std::exit(1);
    }
  }
  return microseconds_since(start) / static_cast<double>(entries / batch * batch);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const auto model = lading::load(argv[1]);
  const std::vector<float> rows = read_rows(argv[2]);
  const int columns = std::atoi(argv[3]);
  lading::Session session{model};
  lading_error* error = nullptr;
  lading_session* plain = lading_session_new(model.get(), &error);
  std::vector<double> results(rows.size() / static_cast<std::size_t>(columns) * 16);
  const std::size_t all = rows.size() / static_cast<std::size_t>(columns);
  for (int a = 4; a < argc; ++a) {
    const auto batch = static_cast<std::size_t>(std::atol(argv[a]));
    std::vector<double> rounds;
    const auto begin = Clock::now();
    while (rounds.size() < 5 || (rounds.size() < 50 && microseconds_since(begin) < 1e6)) {
      const std::size_t some = std::min(all, batch == 1 ? std::size_t(2000) : std::max<std::size_t>(batch, 10000));
      rounds.push_back(batch == 1
                           ? entry_by_entry(model, session, rows, columns, some)
                           : in_batches(plain, rows, columns, some, batch, lading_output_count(model.get()), results));
    }
    std::sort(rounds.begin(), rounds.end());
    std::printf("%zu %.4f %.4f\n", batch, rounds.front(), rounds[rounds.size() / 2]);
  }
}
