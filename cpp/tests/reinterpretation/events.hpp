// Events for the plugins of docs/reinterpretation.md: numbers, weights and jets, read from a file that a test writes.
//
// The other files of this folder stand for frameworks that are not installed: of each, the names and signatures that its
// public headers give to what a plugin uses, and nothing behind them.
#pragma once

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

struct FourMomentum {
  double px, py, pz, energy;

  FourMomentum operator+(const FourMomentum& other) const {
    return {px + other.px, py + other.py, pz + other.pz, energy + other.energy};
  }
  double pt() const { return std::hypot(px, py); }
  double eta() const { return std::asinh(pz / pt()); }
  double mass() const { return std::sqrt(energy * energy - px * px - py * py - pz * pz); }
};

struct ToyEvent {
  int number = 0;
  double weight = 0;
  std::vector<FourMomentum> jets;  // in the order of pt
};

// A line for each: number, weight, and px py pz energy of each jet.
inline std::vector<ToyEvent> read_events(const char* path) {
  std::ifstream file(path);
  std::vector<ToyEvent> events;
  ToyEvent event;
  std::size_t jets = 0;
  while (file >> event.number >> event.weight >> jets) {
    event.jets.resize(jets);
    for (FourMomentum& jet : event.jets) file >> jet.px >> jet.py >> jet.pz >> jet.energy;
    events.push_back(event);
  }
  return events;
}
inline void print_filled(const std::string& what, double value, double weight) {
  std::printf("%s %a %a\n", what.c_str(), value, weight);
}
