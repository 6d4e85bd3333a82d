// What is refused changes nothing: a session that said no works on as before, within its memory, and the next call finds
// all in order.
//   refusals FOLDER
#include <limits>

#include "check.hpp"
#include "events.hpp"

namespace {

std::string folder;
lading::Model load(const std::string& name, std::size_t limit = 0) { return lading::load(folder + "/" + name, limit); }
constexpr std::int64_t endless = std::int64_t(1) << 40;
bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Results of entry `e`, as they come out of a session.
std::vector<float> scores(lading::Session& session, const Events& events, std::int64_t e) {
  events.set(session, e);
  session.run();
  std::vector<float> all;
  for (const Events::Output& output : events.outputs)
    for (std::int64_t i = 0; i < session.items(output.label) * output.is.width; ++i)
      all.push_back(static_cast<const float*>(lading_session_results(session.get())[output.label.slot.output].data)[i]);
  return all;
}

void test_lengths(const lading::Model& model) {
  const Events events(model, 3);
  const lading::Axis track = events.axes.at(0);
  lading::Session session{model}, other{model};
  const std::vector<float> expected = scores(other, events, 2);
  events.set(session, 2);
  const std::int64_t length = events.length(track, 2);
  CHECK(says(text_of([&] { session.resize(track, endless); }), "more than the memory limit"));
  for (std::size_t c = 0; c < events.columns.size(); ++c)
    CHECK_EQUAL(lading_session_slots(session.get())[c].items, events.columns[c].is.axis < 0 ? 1 : length);
  CHECK(scores(session, events, 2) == expected);
  CHECK(says(text_of([&] { session.reserve(1, {{track, endless}}); }), "more than the memory limit"));
  CHECK(says(text_of([&] { session.reserve(1, {{track, -5}}); }), " cannot have length -5"));
  CHECK_TEXT(session.reserve(-1), "there is no room for -1 entries");
  CHECK(scores(session, events, 2) == expected);
}

// Columns that grow one after the other, of which the last has no room: all stay where they were.
void test_columns_grow_together() {
  const lading::Model model = load("tagger", 1 << 20);
  lading::Session session{model};
  const lading::Axis track = model.axis("track");
  session.resize(track, 3);
  for (std::int64_t length = 1000; length < 200000; length = length * 5 / 4) {
    const std::string text = text_of([&] { session.resize(track, length); });
    if (text != "no error") CHECK(says(text, "more than the memory limit of 1048576; feed fewer entries or shorter"));
    CHECK(session.memory() <= 1 << 20);
    const std::int64_t items = lading_session_slots(session.get())[4].items;
    for (const char* name : {"d0", "z0_sin_theta"})
      for (std::int64_t i = 0; i < items; ++i) session.set(model.variable("tracks", name, "mm"), i, 1.f);
  }
  CHECK(says(text_of([&] { session.resize(track, 200000); }), "memory limit"));
}

void test_memory_of_batches() {
  constexpr std::size_t limit = 4 << 20;
  const lading::Model model = load("sums", limit);
  std::vector<double> numbers(1 << 20, 0.5);
  double sums[2];
  const lading::Axis hit = model.axis("hit");
  for (std::int64_t n = 1000; n <= endless; n *= 4) {
    lading::Session session{model};
    const std::int64_t offsets[] = {0, n};
    const std::string text = text_of([&] {
      session.run_batch(1,
                        {lading::column(model.variable("hits", "x", "mm"), numbers.data()),
                         lading::column(model.variable("hits", "y", "mm"), numbers.data())},
                        {lading::result(model.label("sum", "x"), sums)}, {{hit, offsets}});
    });
    CHECK(session.memory() <= limit);
    if (n < 32000) CHECK_EQUAL(sums[1], 0.5 * double(n));
    if (n > 500000) CHECK(says(text, "this evaluation needs ") && says(text, "more than the memory limit of 4194304;"));
  }
}

void test_batches() {
  const lading::Model model = load("tagger"), other = load("dense");
  const Events events(model, 7);
  std::vector<std::vector<char>> room = events.room(model);
  lading::Session session{model}, stranger{other};
  lading::Batch batch(model);
  CHECK_TEXT(session.run_batch(batch, 0, 1), "entries [0, 1) are not all in the batch of 0");
  batch.describe(7, events.given(), events.results(room), events.given_offsets());
  CHECK_TEXT(stranger.run_batch(batch, 0, 7), "run_batch: the batch was made for another model than 'dense'");
  CHECK_TEXT(session.run_batch(batch, 3, 2), "entries [3, 2) are not all in the batch of 7");
  CHECK_TEXT(session.run_batch(batch, -1, 2), "entries [-1, 2) are not all in the batch of 7");
  CHECK_TEXT(session.run_batch(batch, 0, 8), "entries [0, 8) are not all in the batch of 7");
  const std::int64_t backwards[] = {-3, 0, 0, 0, 0, 0, 0, 0};
  CHECK_TEXT(session.run_batch(7, events.given(), {}, {{events.axes[0], backwards}}),
             "axis 'track': entry 0 begins at element -3; offsets are at least 0");
  const lading::Batch moved = std::move(batch);
  CHECK_TEXT(session.run_batch(moved, 0, 7), "no error");
}

// What only the C interface lets through.
void test_structs() {
  const lading::Model model = load("dense");
  lading::Session session{model};
  lading_error* error = nullptr;
  const auto said = [&](bool failed) {
    const std::string text = failed ? lading_error_text(error) : "no error";
    lading_error_free(error);
    error = nullptr;
    return text;
  };
  const lading_options no_size{0, 1024};
  const std::string path = folder + "/dense";
  CHECK_EQUAL(said(!lading_load(path.c_str(), &no_size, &error)),
              "lading_options: set its size before the call, to sizeof(lading_options)");
  std::vector<float> x(28, 1.f), y(3);
  lading_feed feed{x.data(), 28 * 4, LADING_FLOAT32, 0, 1};
  void* to[] = {y.data()};
  lading_batch batch{0, sizeof feed, 1, &feed, nullptr, to};
  const auto run = [&] { return said(lading_run_batch(session.get(), &batch, 0, 1, &error)); };
  CHECK_EQUAL(run(), "lading_batch: set its size before the call, to sizeof(lading_batch)");
  batch.size = sizeof batch, batch.feeds = nullptr;
  CHECK_EQUAL(run(), "lading_batch: set feeds, one per column, and feed_size, to sizeof(lading_feed)");
  batch.feeds = &feed, feed.conversion = 77;
  CHECK(says(run(), "conversion 77 by 1.000000: take kind and factor from the variable"));
  feed.conversion = 2, feed.factor = 0;
  CHECK(says(run(), "conversion 2 by 0.000000"));
  feed.conversion = 0, batch.results = nullptr;
  CHECK_EQUAL(run(), "no error");
  lading_tensor in{sizeof in, 99, 2, {1, 28}, x.data()}, out{sizeof out, 0, 0, {}, nullptr};
  const auto graph = [&] { return said(lading_run_graph(session.get(), &in, &out, &error)); };
  CHECK(says(graph(), "input 'x': a tensor of type 99 and rank 2 is none; types are LADING_FLOAT32 to LADING_BOOL"));
  in.type = LADING_FLOAT32 + 256;
  CHECK(says(graph(), "a tensor of type 256 and rank 2 is none"));
  in.type = LADING_FLOAT32, in.rank = 9;
  CHECK(says(graph(), "a tensor of type 0 and rank 9 is none"));
  in.rank = 2;
  CHECK_EQUAL(graph(), "no error");
  in.size = 0;
  CHECK_EQUAL(graph(), "lading_tensor: set its size before the call, to sizeof(lading_tensor)");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  test_lengths(load("tagger", 1 << 24));
  test_lengths(load("recurrent", 1 << 24));
  test_columns_grow_together();
  test_memory_of_batches();
  test_batches();
  test_structs();
  return report();
}
