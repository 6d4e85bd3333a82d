// What Rivet does with a plugin: main EVENTS
#include "SEARCH_2026.cc"

int main(int, char** argv) {
  const auto analysis = Rivet::make_analysis();
  analysis->init();
  for (const ToyEvent& toy : read_events(argv[1])) {
    Rivet::current_weight() = toy.weight;
    analysis->analyze(Rivet::Event(toy));
  }
  analysis->finalize();
}
