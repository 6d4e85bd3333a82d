// The C++17 interface, on the bundles of tests/cpp/models.py.
//   api FOLDER
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "check.hpp"

namespace {

std::string folder;
lading::Model load(const std::string& name) { return lading::load(folder + "/" + name); }
const std::string again = " was not set since the last run; set every variable before each run";

struct Jet {
  float pt, eta, mass, sv_mass;
};
const char* const track_names[] = {"d0",          "z0_sin_theta", "d0_significance", "z0_significance",
                                   "pt_fraction", "dr",           "pixel_hits",      "innermost_hits"};

// The tagger with handles for everything.
struct Tagger {
  explicit Tagger(const lading::Model& model, const char* energy = "MeV")
      : model(model),
        pt(model.variable("jets", "pt", energy)),
        eta(model.variable("jets", "eta", "1")),
        mass(model.variable("jets", "mass", energy)),
        sv_mass(model.variable("jets", "sv_mass", energy)),
        track(model.axis("track")),
        p_b(model.label("flavour", "p_b")),
        p_decay(model.label("origin", "p_decay")) {
    for (const char* name : track_names)
      tracks.push_back(model.variable("tracks", name, tracks.size() < 2 ? "mm" : "1"));
  }
  void set(lading::Session& session, const Jet& jet, int n) const {
    session.set(pt, jet.pt), session.set(eta, jet.eta), session.set(mass, jet.mass), session.set(sv_mass, jet.sv_mass);
    session.resize(track, n);
    for (int i = 0; i < n; ++i)
      for (std::size_t v = 0; v < tracks.size(); ++v) session.set(tracks[v], i, 0.1 * double(v) - 0.3 * i);
  }
  float score(lading::Session& session, const Jet& jet, int n) const {
    set(session, jet, n);
    session.run();
    return session.get(p_b);
  }
  lading::Model model;
  lading::Variable pt, eta, mass, sv_mass;
  std::vector<lading::Variable> tracks;
  lading::Axis track;
  lading::Label p_b, p_decay;
};
const Jet some{50000, 0.5f, 8000, 2000};

void test_names() {
  const lading::Model model = load("tagger");
  CHECK_EQUAL(model.name(), "toy-tagger");
  CHECK(model.memory() > 1000);
  CHECK_TEXT(model.variable("jet", "pt", "MeV"),
             "input 'jet' is not in model 'toy-tagger' (has: 'jets', 'tracks'); did you mean 'jets'?");
  CHECK_TEXT(model.variable("jets", "pT", "MeV"),
             "variable 'pT' is not in input 'jets' (has: 'pt', 'eta', 'mass', 'sv_mass'); did you mean 'pt'?");
  CHECK_TEXT(model.label("flavour", "p_d"),
             "label 'p_d' is not in output 'flavour' (has: 'p_b', 'p_c', 'p_u', 'p_tau'); did you mean 'p_b'?");
  CHECK_TEXT(model.label("flavor", "p_b"),
             "output 'flavor' is not in model 'toy-tagger' (has: 'flavour', 'origin'); did you mean 'flavour'?");
  CHECK_TEXT(model.axis("jet"), "sequence axis 'jet' is not in model 'toy-tagger' (has: 'track')");
  CHECK_TEXT(model.element("jets", {0}), "input 'jets' has named variables, such as 'pt': look them up by name");
  CHECK_TEXT(model.output("flavour", {4}), "output 'flavour': index 4 is outside its axis of length 4");
  CHECK_TEXT(model.output("flavour"), "output 'flavour' takes 1 index, not 0");
  try {
    model.variable("jets", "pt", "mm");
  } catch (const lading::Error& error) { CHECK_EQUAL(error.code(), LADING_UNIT); }
  const lading::Model attention = load("attention");
  CHECK_TEXT(attention.variable("tracks", "jet_pt", "GeV"),
             "variable 'jet_pt' of input 'tracks' is taken from 'jets.pt': set that one instead");
  CHECK_TEXT(attention.element("mask", {}), "input 'mask' is a mask that the engine makes; it is not fed");
}

void test_units() {
  const lading::Model model = load("tagger");
  lading::Session session{model};
  const float score = Tagger(model).score(session, some, 3);
  CHECK(same_bits(Tagger(model, "GeV").score(session, {50, 0.5f, 8, 2}, 3), score));
  CHECK_TEXT(model.variable("jets", "pt", "mm"),
             "variable 'pt' of input 'jets': 'mm' (length) cannot be converted into 'MeV' "
             "(energy); what can: 'eV', 'keV', 'MeV', 'GeV', 'TeV'");
  // a number that means missing is compared as fed, before the unit
  const float missing = Tagger(model).score(session, {50000, 0.5f, 8000, -999}, 3);
  CHECK(same_bits(Tagger(model, "GeV").score(session, {50, 0.5f, 8, -999}, 3), missing));
  CHECK(same_bits(Tagger(model).score(session, {50000, 0.5f, 8000, 1200}, 3), missing));
}

void test_unset() {
  const lading::Model model = load("tagger");
  const Tagger tagger(model);
  lading::Session session{model};
  CHECK_TEXT(session.run(), "variable 'pt' of input 'jets'" + again);
  tagger.set(session, some, 2);
  session.resize(tagger.track, 3);
  CHECK_TEXT(session.run(), "variable 'd0' of input 'tracks' at element 2" + again);
  CHECK_TEXT(session.run(), "variable 'pt' of input 'jets'" + again);  // a failed run forgets the entry too
  tagger.score(session, some, 2);
  CHECK_TEXT(session.run(), "variable 'pt' of input 'jets'" + again);
  session.set(tagger.pt, std::numeric_limits<float>::quiet_NaN());
  CHECK_TEXT(session.run(), "variable 'eta' of input 'jets'" + again);  // any NaN of yours is a value
  const float nan = tagger.score(session, {NAN, 0, 1, 1}, 0);
  CHECK(std::isnan(nan));
}

void test_slots() {
  const lading::Model model = load("steps");
  lading::Session session{model};
  const auto n = model.variable("counts", "n", ""), hits = model.variable("counts", "hits", "");
  const auto half = model.variable("doubles", "half", "");
  CHECK_TEXT(session.set(n, 1.5), "variable 'n' of input 'counts': 1.5 does not fit into int64");
  CHECK_TEXT(session.set(n, std::uint64_t(1) << 63),
             "variable 'n' of input 'counts': 9223372036854775808 does not fit into int64");
  CHECK_TEXT(session.set(hits, std::numeric_limits<std::int64_t>::min()),
             "variable 'hits' of input 'counts': -9223372036854775808 is reserved: it marks slots that were not set");
  CHECK_TEXT(session.set(half, 1e39), "variable 'half' of input 'doubles': 1e+39 does not fit into float32");
  CHECK_TEXT(session.set(half, 1, 1.f),
             "variable 'half' of input 'doubles': element 1 is beyond its 1; call resize first");
  CHECK_TEXT(session.set(half, -1, 1.f),
             "variable 'half' of input 'doubles': element -1 is beyond its 1; call resize first");

  const auto set_all = [&](std::int64_t mode) {
    session.set(model.variable("doubles", "e", "MeV"), 2e6), session.set(model.variable("doubles", "m", "GeV"), -16);
    session.set(half, std::numeric_limits<float>::infinity()), session.set(model.variable("doubles", "bad", ""), false);
    session.set(n, (std::int64_t(1) << 62) - 1), session.set(hits, -1);
    session.set(model.variable("counts", "mode", ""), mode);
    for (std::int64_t i = 0; i < 2; ++i) {
      session.set(model.variable("cells", "energy", "MeV", {i}), 10 + i);
      session.set(model.variable("cells", "time", "ns", {i}), 20 + i);
    }
  };
  set_all(10);
  session.run();
  CHECK_EQUAL(session.get<double>(model.output("d", {0})), 3.3010299956639813);  // log10(2000)
  CHECK_EQUAL(session.get<double>(model.output("d", {1})), 4);
  CHECK(std::isinf(session.get<double>(model.output("d", {2}))));
  CHECK_EQUAL(session.get<std::int64_t>(model.label("i", "n")), std::numeric_limits<std::int64_t>::max() - 1);
  CHECK_EQUAL(session.get<std::int64_t>(model.label("i", "mode")), 4);  // the place of 10, doubled
  CHECK_EQUAL(session.get<std::int64_t>(model.label("i", "hits")), 10);
  CHECK_EQUAL(session.get(model.label("c", "time", {1})), 21);  // a label in front of another axis
  CHECK_EQUAL(session.get(model.label("c", "energy", {0})), 10);
  CHECK_TEXT(model.label("c", "energy"), "label 'energy' of output 'c' takes 1 index, not 0");
  CHECK_TEXT(session.get(model.output("d", {0})), "output 'd' holds float64: get it as that type, get<T>(label)");
  set_all(3);
  CHECK_TEXT(session.run(), "variable 'mode' of input 'counts': 3 is not one of its categories (0, 1, 10)");
  CHECK_TEXT(session.get<double>(model.output("d", {0})), "output 'd': element 0 is beyond the 0 of the last run");
}

void test_sequences() {
  const lading::Model model = load("tagger");
  const Tagger tagger(model);
  lading::Session session{model};
  session.reserve(1, {{tagger.track, 10}});
  tagger.score(session, some, 3);
  CHECK_EQUAL(session.items(tagger.p_decay), 3);
  const float decay = session.get(tagger.p_decay, 2);
  CHECK_TEXT(session.get(tagger.p_decay, 3), "output 'origin': element 3 is beyond the 3 of the last run");
  session.reserve(1, {{tagger.track, 500}});  // results may move: there are none until the next run
  CHECK_TEXT(session.get(tagger.p_decay), "output 'origin': element 0 is beyond the 0 of the last run");
  tagger.score(session, some, 50);  // the model takes 40
  CHECK_EQUAL(session.items(tagger.p_decay), 40);
  CHECK(same_bits(session.get(tagger.p_decay, 2), decay));
  const float none = tagger.score(session, some, 0);
  CHECK(std::isfinite(none));
  CHECK_EQUAL(session.items(tagger.p_decay), 0);
  CHECK_TEXT(session.resize(tagger.track, -1), "axis 'track' cannot have length -1");
}

void test_elements() {
  const lading::Model model = load("dense");
  lading::Session session{model};
  CHECK_TEXT(model.element("x", {28}), "input 'x': index 28 is outside its axis of length 28");
  CHECK_TEXT(model.variable("x", "pt", ""), "variable 'pt' is not in input 'x' (there are none)");
  for (std::int64_t i = 0; i < 27; ++i) session.set(model.element("x", {i}), 1);
  CHECK_TEXT(session.run(), "input 'x' (place 27)" + again);
}

void test_status() {
  const lading::Model model = load("tagger");
  const Tagger tagger(model);
  lading::Session session{model};
  const lading::Status failed = session.try_run();
  CHECK(!failed);
  CHECK_EQUAL(failed.code, LADING_VALUE);
  CHECK_EQUAL(failed.text, "variable 'pt' of input 'jets'" + again);
  tagger.set(session, some, 1);
  CHECK(bool(session.try_run()));
  static_assert(noexcept(session.try_run()), "for frameworks that count in status codes");
}

void test_two_of_each() {
  const lading::Model model = load("tagger"), other = load("dense"), twin = load("tagger"), copy = model;
  const Tagger tagger(model);
  lading::Session first{model}, second{copy}, stranger{other};
  tagger.set(first, some, 2);
  const float score = tagger.score(second, {20000, 1, 5000, 900}, 7);
  first.run();
  CHECK(!same_bits(first.get(tagger.p_b), score));
  CHECK(same_bits(tagger.score(second, some, 2), first.get(tagger.p_b)));
  const std::string elsewhere = " was looked up in another model than 'dense'";
  CHECK_TEXT(stranger.set(tagger.pt, 1.f), "this variable" + elsewhere);
  CHECK_TEXT(stranger.get(tagger.p_b), "this label" + elsewhere);
  CHECK_TEXT(stranger.resize(tagger.track, 1), "this axis" + elsewhere);
  CHECK_TEXT(lading::Session{twin}.set(tagger.pt, 1.f),
             "this variable was looked up in another model than 'toy-tagger'");
  lading::Session moved = std::move(first);
  CHECK(same_bits(tagger.score(moved, some, 2), tagger.score(second, some, 2)));
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void test_loading() {
  const std::string json = bytes_of(folder + "/tagger/model.json"),
                    weights = bytes_of(folder + "/tagger/weights.safetensors");
  const lading::Model models[] = {load("tagger"), load("tagger/model.json"), load("tagger.lading"),
                                  lading::load(json.data(), json.size(), weights.data(), weights.size())};
  float scores[4];
  for (int i = 0; i < 4; ++i) {
    lading::Session session{models[i]};
    scores[i] = Tagger(models[i]).score(session, some, 3);
    CHECK(same_bits(scores[i], scores[0]));
  }
  CHECK_TEXT(load("nothing"), folder + "/nothing: no such file");
  try {
    lading::load(folder + "/tagger", 1000);
    CHECK(false);
  } catch (const lading::Error& error) { CHECK_EQUAL(error.code(), LADING_MEMORY); }
  const lading::Model small = lading::load(folder + "/tagger", 100000);
  lading::Session session{small};
  CHECK(text_of([&] {
          session.reserve(1, {{small.axis("track"), std::int64_t(1) << 40}});
        }).find("memory limit of 100000") != std::string::npos);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  test_names();
  test_units();
  test_unset();
  test_slots();
  test_sequences();
  test_elements();
  test_status();
  test_two_of_each();
  test_loading();
  return report();
}
