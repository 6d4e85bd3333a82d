// Batches: the bits of one entry at a time, from columns, structs and jagged columns, in parts and by threads.
//   batch FOLDER
#include <thread>

#include "check.hpp"
#include "events.hpp"

namespace {

std::string folder;

// Parts of `size`, handed out to threads.
struct InThreads {
  int threads;
  std::int64_t size;
  template <class F> void operator()(std::int64_t n, F&& f) const {
    std::atomic<std::int64_t> next{0};
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
      running.emplace_back([&] {
        for (std::int64_t begin; (begin = next.fetch_add(size)) < n;) f(begin, begin + size < n ? begin + size : n);
      });
    for (std::thread& thread : running) thread.join();
  }
};

void test_parts(const char* name) {
  const lading::Model model = lading::load(folder + "/" + name);
  const Events events(model, 203, 11, 45);
  lading::Session session{model};
  auto whole = events.room(model);
  session.run_batch(events.entries, events.given(), events.results(whole), events.given_offsets());

  lading::Batch batch{model};
  auto parts = events.room(model);
  const auto columns = events.given();
  const auto offsets = events.given_offsets();
  batch.describe(events.entries, columns, events.results(parts), offsets);
  for (std::int64_t e = 0, part = 1; e < events.entries; e += part, part = part % 29 + 3)
    session.run_batch(batch, e, e + part < events.entries ? e + part : events.entries);
  CHECK(parts == whole);

  const lading::SessionPool pool{model};
  for (const InThreads parallel_for : {InThreads{1, 50}, InThreads{3, 7}, InThreads{8, 1}}) {
    auto room = events.room(model);
    pool.run_batch(events.entries, columns, events.results(room), offsets, parallel_for);
    CHECK(room == whole);
  }
}

struct Jet {
  double pt;
  float eta, mass;
  int sv_mass;
};

// The members of structs, in the caller's types and units, and results of a sequence.
void test_structs() {
  const lading::Model model = lading::load(folder + "/tagger");
  const std::vector<Jet> jets = {{50, 0.5f, 8000, -999}, {20, 1.5f, 5000, 900}, {30, -1, 4000, 0}};
  const std::vector<std::int64_t> offsets = {2, 4, 4, 7};  // a view into longer columns
  const std::vector<float> tracks(7, 0.25f);
  std::vector<lading::Column> columns = {
      column(model.variable("jets", "pt", "GeV"), &jets[0].pt, sizeof(Jet)),
      column(model.variable("jets", "eta", "1"), &jets[0].eta, sizeof(Jet)),
      column(model.variable("jets", "mass", "MeV"), &jets[0].mass, sizeof(Jet)),
      column(model.variable("jets", "sv_mass", "MeV"), &jets[0].sv_mass, sizeof(Jet))};
  for (const char* name : {"d0", "z0_sin_theta"})
    columns.push_back(column(model.variable("tracks", name, "mm"), tracks.data()));
  for (const char* name : {"d0_significance", "z0_significance", "pt_fraction", "dr", "pixel_hits", "innermost_hits"})
    columns.push_back(column(model.variable("tracks", name, "1"), tracks.data()));
  const auto p_b = model.label("flavour", "p_b"), p_other = model.label("origin", "p_other");
  std::vector<float> flavour(12), origin(10);
  lading::Session session{model};
  session.run_batch(3, columns, {result(p_b, flavour.data()), result(p_other, origin.data())},
                    {{model.axis("track"), offsets.data()}});

  for (std::size_t e = 0; e < jets.size(); ++e) {
    session.set(model.variable("jets", "pt", "GeV"), jets[e].pt), session.set(columns[1].variable, jets[e].eta);
    session.set(columns[2].variable, jets[e].mass), session.set(columns[3].variable, jets[e].sv_mass);
    const std::int64_t n = offsets[e + 1] - offsets[e];
    session.resize(model.axis("track"), n);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::size_t v = 4; v < columns.size(); ++v) session.set(columns[v].variable, i, 0.25f);
    session.run();
    CHECK(same_bits(flavour[p_b.place(e)], session.get(p_b)));
    for (std::int64_t i = 0; i < n; ++i)
      CHECK(same_bits(origin[p_other.place(std::size_t(offsets[e] - 2 + i))], session.get(p_other, i)));
  }
}

void test_mistakes() {
  const lading::Model model = lading::load(folder + "/tagger");
  const Events events(model, 9);
  lading::Session session{model};
  auto room = events.room(model);
  auto columns = events.given();
  const auto results = events.results(room);
  auto offsets = events.given_offsets();
  CHECK_TEXT(session.run_batch(9, columns, results), "axis 'track' is a sequence: run_batch needs its offsets");
  columns.erase(columns.begin() + 1);
  CHECK_TEXT(session.run_batch(9, columns, results, offsets),
             "variable 'eta' of input 'jets' was not given to run_batch");
  CHECK_TEXT(session.run_batch(0, {}, {}), "no error");
  columns = events.given();
  std::vector<std::int64_t> backwards(offsets[0].offsets, offsets[0].offsets + 10);
  backwards[3] = backwards[4] + 1;
  offsets[0].offsets = backwards.data();
  CHECK_TEXT(session.run_batch(9, columns, results, offsets),
             "axis 'track': entry 3 has -1 elements: its count is negative, or its offsets go backwards");
  const std::vector<double> wide(36);
  CHECK_TEXT(result(model.label("flavour", "p_b"), const_cast<double*>(wide.data())),
             "result: the output holds float32, the array does not");
  const std::vector<double> huge(9, 1e300);
  columns[1] = column(columns[1].variable, huge.data());
  const lading::SessionPool pool{model};
  CHECK_TEXT(pool.run_batch(9, columns, results, events.given_offsets(), InThreads{3, 2}),
             "variable 'eta' of input 'jets': 1e+300 does not fit into float32");
  lading::Batch batch{model};
  batch.describe(9, events.given(), results, events.given_offsets());
  CHECK_TEXT(session.run_batch(batch, 5, 10), "entries [5, 10) are not all in the batch of 9");
  const lading::Model other = lading::load(folder + "/dense");
  CHECK_TEXT(lading::Session{other}.run_batch(9, events.given(), {}),
             "run_batch: a name was looked up in another model than 'dense'");
}

// A session comes back from a lease with nothing set.
void test_pool() {
  const lading::Model model = lading::load(folder + "/tagger");
  const lading::SessionPool pool{model, {{model.axis("track"), 20}}};
  lading::Session* session = nullptr;
  {
    const auto lease = pool.take();
    session = &*lease;
    lease->set(model.variable("jets", "pt", "MeV"), 1.f);
    const auto second = pool.take();
    CHECK(&*second != session);
  }
  const auto a = pool.take(), b = pool.take();
  CHECK(&*a == session || &*b == session);
  CHECK(text_of([&] { a->run(); }).find("variable 'pt'") == 0);
  CHECK(text_of([&] { b->run(); }).find("variable 'pt'") == 0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  for (const char* name : {"tagger", "dense", "attention", "steps", "layout", "branches", "turns", "sums"})
    test_parts(name);
  test_structs();
  test_mistakes();
  test_pool();
  return report();
}
