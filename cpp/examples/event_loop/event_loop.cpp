// The tagger of examples/tagger in an event loop: event_loop BUNDLE
//
// Toy events stand in for yours: collisions with jets, jets with tracks. Two ways to run them: one jet at a time, as in
// an event loop, and all jets at once. Both give the same bits, which are also Python's.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <lading/lading.hpp>

struct Track {
  float d0, z0_sin_theta, d0_significance, z0_significance, pt_fraction, dr, pixel_hits, innermost_hits;
};
struct Jet {
  double pt;                                        // GeV; the network was trained in MeV
  float eta;
  double mass;                                      // GeV
  float sv_mass;                                    // MeV, -999 without a secondary vertex
  std::vector<Track> tracks;
};

// Numbers that look like jets, the same on every machine.
std::vector<Jet> toy_jets(int n) {
  std::vector<Jet> jets;
  for (int i = 0; i < n; ++i) {
    Jet jet{20.0 + 7 * i, 0.125f * (i % 17) - 1, 4.0 + i % 9, i % 3 ? 1250.0f + 50 * (i % 11) : -999.0f, {}};
    for (int t = 0; t < i % 13; ++t) {              // some jets have no tracks
      const float d0 = 0.03125f * ((i + 3 * t) % 11 - 3);
      jet.tracks.push_back({d0, 0.0625f * (t % 5 - 2), 16 * d0, 0.5f * (t % 7 - 3), 0.5f / (t + 1), 0.015625f * (t + 1),
                            float(3 + t % 3), float(t % 2)});
    }
    jets.push_back(jet);
  }
  return jets;
}

int main(int count, char** arguments) try {
  if (count != 2) return std::fprintf(stderr, "usage: event_loop BUNDLE\n"), 2;
  const lading::Model model = lading::load(arguments[1]);   // immutable: threads may share it

  // Names and units are checked here, once. A wrong one is answered with the nearest right ones.
  const auto pt = model.variable("jets", "pt", "GeV"), eta = model.variable("jets", "eta", "1");
  const auto mass = model.variable("jets", "mass", "GeV"), sv_mass = model.variable("jets", "sv_mass", "MeV");
  const lading::Variable of_track[] = {
      model.variable("tracks", "d0", "mm"), model.variable("tracks", "z0_sin_theta", "mm"),
      model.variable("tracks", "d0_significance", "1"), model.variable("tracks", "z0_significance", "1"),
      model.variable("tracks", "pt_fraction", "1"), model.variable("tracks", "dr", "1"),
      model.variable("tracks", "pixel_hits", "1"), model.variable("tracks", "innermost_hits", "1")};
  const auto track = model.axis("track");
  const auto p_b = model.label("flavour", "p_b");

  const std::vector<Jet> jets = toy_jets(100);

  // One jet at a time.
  lading::Session session{model};                   // one per thread
  session.reserve(1, {{track, 40}});                // nothing is allocated within this
  std::vector<float> one_by_one;
  for (const Jet& jet : jets) {
    session.set(pt, jet.pt), session.set(eta, jet.eta), session.set(mass, jet.mass), session.set(sv_mass, jet.sv_mass);
    session.resize(track, std::int64_t(jet.tracks.size()));
    for (std::size_t t = 0; t < jet.tracks.size(); ++t) {
      const float* numbers = &jet.tracks[t].d0;     // a Track is eight floats in the order of the handles
      for (int v = 0; v < 8; ++v) session.set(of_track[v], std::int64_t(t), numbers[v]);
    }
    session.run();                                  // names a variable that was forgotten
    one_by_one.push_back(session.get(p_b));
  }

  // All jets at once: columns with a stride, offsets where sequences begin.
  std::vector<Track> tracks;
  std::vector<std::int64_t> offsets{0};
  for (const Jet& jet : jets) {
    tracks.insert(tracks.end(), jet.tracks.begin(), jet.tracks.end());
    offsets.push_back(std::int64_t(tracks.size()));
  }
  std::vector<lading::Column> columns{
      column(pt, &jets[0].pt, sizeof(Jet)), column(eta, &jets[0].eta, sizeof(Jet)),
      column(mass, &jets[0].mass, sizeof(Jet)), column(sv_mass, &jets[0].sv_mass, sizeof(Jet))};
  for (int v = 0; v < 8; ++v) columns.push_back(column(of_track[v], &tracks[0].d0 + v, sizeof(Track)));
  std::vector<float> flavour(4 * jets.size());      // all labels of the output, jet after jet
  session.run_batch(std::int64_t(jets.size()), columns, {result(p_b, flavour.data())}, {{track, offsets.data()}});

  for (std::size_t i = 0; i < jets.size(); ++i) {
    const float batch = flavour[4 * i + std::size_t(p_b.slot.element)];
    std::printf("%.9g\n", batch);
    if (batch != one_by_one[i]) return std::fprintf(stderr, "jet %zu differs\n", i), 1;
  }
} catch (const lading::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
