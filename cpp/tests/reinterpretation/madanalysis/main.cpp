// What MadAnalysis does with an analyzer: main EVENTS
#include "search_2026_ma5.cpp"

int main(int, char** argv) {
  MA5::search_2026 analysis;
  MA5::SampleFormat sample;
  if (!analysis.Initialize({}, {})) return 1;
  for (const ToyEvent& toy : read_events(argv[1])) {
    MA5::EventFormat event{{toy.weight}, {}};
    for (const FourMomentum& p : toy.jets) event.r.list.push_back({{p}});
    if (analysis.Execute(sample, event)) analysis.Manager()->count();
  }
  analysis.Finalize(sample, {});
}
