// What CheckMATE does with an analysis: main EVENTS
#include "search_2026.cc"

int main(int, char** argv) {
  Search_2026 analysis;
  analysis.run(read_events(argv[1]));
}
