// How plans run through entries of many lengths, one line a bundle:
//   ragged BUNDLE...        "together rows:4 inner:1 entries:3", or "in order"
#include <cstdio>

#include "graph/frame.hpp"
#include "graph/graph.hpp"
#include "ragged/plan.hpp"

int main(int count, char** arguments) {
  using namespace lading;
  for (int i = 1; i < count; ++i) {
    const auto bundle = read_bundle(arguments[i]);
    MemoryBudget budget(std::size_t(1) << 30);
    Frame frame(Plan::compile(build_graph(*bundle), budget.limit()), budget);
    const auto plan = RaggedPlan::make(*bundle, frame);
    if (!plan) {
      std::puts("in order");
      continue;
    }
    std::printf("%s", plan->together() ? "together" : "one by one");
    for (const RaggedPlan::Stage& stage : plan->stages())
      std::printf(" %s:%d",
                  stage.kind == RaggedPlan::Kind::rows      ? "rows"
                  : stage.kind == RaggedPlan::Kind::entries ? "entries"
                                                            : "inner",
                  static_cast<int>(stage.steps.size()));
    std::puts("");
  }
}
