// A trained tagger in an event loop: every jet by its names, then all of them at once.
//   event_loop BUNDLE
#include <lading/lading.hpp>

#include <cstdio>
#include <vector>

struct Track {
  float d0, z0_sin_theta, d0_significance, z0_significance, pt_fraction, dr;
  int pixel_hits, innermost_hits;
};

struct Jet {
  double pt;  // in GeV here, whatever the model was trained in
  float eta, mass, sv_mass;
  std::vector<Track> tracks;
};

// Stands for your events; all numbers are exact, so that any program can make the same ones.
Jet toy_jet(int i) {
  Jet jet = {20. + 3 * (i % 50), float(i % 41 - 20) / 8, 5 + float(i % 16), i % 3 ? float(1 + i % 9) / 2 : -999, {}};
  for (int k = 0; k < i * 5 % 13; ++k) {
    const float x = float((7 * i + 3 * k) % 32);
    jet.tracks.push_back({x / 64 - 0.25f, x / 32 - 0.5f, x / 2 - 8, 8 - x / 2, (x + 1) / 64, x / 128, k % 8, k % 3});
  }
  return jet;
}

int main(int argc, char** argv) try {
  const auto model = lading::load(argc > 1 ? argv[1] : "tagger");

  // Names and units are checked here, once: a wrong one throws, and says what is right.
  const auto pt = model.variable("jets", "pt", "GeV");
  const auto eta = model.variable("jets", "eta", "1");
  const auto mass = model.variable("jets", "mass", "GeV");
  const auto sv_mass = model.variable("jets", "sv_mass", "GeV");
  const auto d0 = model.variable("tracks", "d0", "mm");
  const auto z0_sin_theta = model.variable("tracks", "z0_sin_theta", "mm");
  const auto d0_significance = model.variable("tracks", "d0_significance", "1");
  const auto z0_significance = model.variable("tracks", "z0_significance", "1");
  const auto pt_fraction = model.variable("tracks", "pt_fraction", "1");
  const auto dr = model.variable("tracks", "dr", "1");
  const auto pixel_hits = model.variable("tracks", "pixel_hits", "1");
  const auto innermost_hits = model.variable("tracks", "innermost_hits", "1");
  const auto track = model.axis("track");
  const auto p_b = model.label("flavour", "p_b");

  // One jet at a time. One session per thread; within what is reserved, a run allocates nothing.
  std::vector<Jet> event;
  for (int i = 0; i < 100; ++i) event.push_back(toy_jet(i));
  lading::Session session{model};
  session.reserve(1, {{track, 40}});
  std::vector<float> scores;
  for (const Jet& jet : event) {
    session.set(pt, jet.pt);
    session.set(eta, jet.eta);
    session.set(mass, jet.mass);
    session.set(sv_mass, jet.sv_mass);
    session.resize(track, std::int64_t(jet.tracks.size()));
    std::int64_t i = 0;
    for (const Track& t : jet.tracks) {
      session.set(d0, i, t.d0);
      session.set(z0_sin_theta, i, t.z0_sin_theta);
      session.set(d0_significance, i, t.d0_significance);
      session.set(z0_significance, i, t.z0_significance);
      session.set(pt_fraction, i, t.pt_fraction);
      session.set(dr, i, t.dr);
      session.set(pixel_hits, i, t.pixel_hits);
      session.set(innermost_hits, i, t.innermost_hits);
      ++i;
    }
    session.run();  // names a variable that was not set
    scores.push_back(session.get(p_b));
  }

  // All jets at once: columns are the members of structs; the tracks of all jets stand in a row, and offsets say
  // where those of each jet begin.
  std::vector<Track> tracks;
  std::vector<std::int64_t> offsets = {0};
  for (const Jet& jet : event) {
    tracks.insert(tracks.end(), jet.tracks.begin(), jet.tracks.end());
    offsets.push_back(std::int64_t(tracks.size()));
  }
  const auto jet_column = [&](const lading::Variable& variable, auto Jet::*member) {
    return lading::column(variable, &(event[0].*member), sizeof(Jet));
  };
  const auto track_column = [&](const lading::Variable& variable, auto Track::*member) {
    return lading::column(variable, &(tracks[0].*member), sizeof(Track));
  };
  std::vector<lading::Column> columns = {jet_column(pt, &Jet::pt), jet_column(eta, &Jet::eta),
                                         jet_column(mass, &Jet::mass), jet_column(sv_mass, &Jet::sv_mass)};
  columns.push_back(track_column(d0, &Track::d0));
  columns.push_back(track_column(z0_sin_theta, &Track::z0_sin_theta));
  columns.push_back(track_column(d0_significance, &Track::d0_significance));
  columns.push_back(track_column(z0_significance, &Track::z0_significance));
  columns.push_back(track_column(pt_fraction, &Track::pt_fraction));
  columns.push_back(track_column(dr, &Track::dr));
  columns.push_back(track_column(pixel_hits, &Track::pixel_hits));
  columns.push_back(track_column(innermost_hits, &Track::innermost_hits));
  std::vector<float> flavour(event.size() * p_b.width());
  session.run_batch(std::int64_t(event.size()), columns, {lading::result(p_b, flavour.data())},
                    {{track, offsets.data()}});

  // %a prints every bit: they are the same.
  for (std::size_t i = 0; i < event.size(); ++i)
    std::printf("jet %2zu: pt %3.0f GeV, %2zu tracks, p_b %a %a\n", i, event[i].pt, event[i].tracks.size(),
                double(scores[i]), double(flavour[p_b.place(i)]));
} catch (const lading::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
