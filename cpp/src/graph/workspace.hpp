// What a node that holds graphs keeps from one evaluation to the next, in one session.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "graph/memory_budget.hpp"
#include "graph/tensor.hpp"

namespace lading {

class Frame;

// Turns that loops have taken: those of an outermost one and of all that stand in it, and all of one evaluation.
struct TurnCount {
  int depth = 0;
  std::int64_t turns = 0, all = 0;
};

// A tensor in memory of its own, which grows and is used again.
struct Kept {
  Tensor tensor;
  HeldMemory memory;
};

struct Workspace {
  Workspace(TurnCount& count, MemoryBudget& budget);
  ~Workspace();

  std::vector<std::unique_ptr<Frame>> frames;  // one for each graph
  std::unique_ptr<Kept[]> kept;                // what turns hand on, as many as the operator wants
  TurnCount& count;

  // Lets a tensor have so many bytes; those it had stay as they are, new ones are zero.
  void reserve(Kept& room, std::size_t bytes, const std::string& where);
  std::size_t memory() const;

 private:
  MemoryBudget& budget_;
  std::size_t held_ = 0;  // bytes of all that is kept
};

}  // namespace lading
