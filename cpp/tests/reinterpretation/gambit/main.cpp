// What ColliderBit does with an analysis: main EVENTS, shared by two copies of it, each in its thread.
#include "Analysis_SEARCH_2026.cpp"

#include <thread>

int main(int, char** argv) {
  const auto events = read_events(argv[1]);
  Gambit::ColliderBit::Analysis* copies[2];
  std::vector<std::thread> threads;
  for (std::size_t copy = 0; copy < 2; ++copy)
    threads.emplace_back([&, copy] {
      copies[copy] = Gambit::ColliderBit::create_Analysis_SEARCH_2026();
      for (std::size_t e = copy; e < events.size(); e += 2) {
        std::vector<HEPUtils::Jet> own;
        for (const FourMomentum& p : events[e].jets) own.push_back({{p}});
        HEPUtils::Event event{{}, events[e].weight};
        for (const HEPUtils::Jet& jet : own) event.list.push_back(&jet);
        copies[copy]->analyze(event);
      }
    });
  for (auto& thread : threads) thread.join();
  copies[0]->combine(copies[1]);
  copies[0]->finish();
  for (auto* copy : copies) delete copy;
}
