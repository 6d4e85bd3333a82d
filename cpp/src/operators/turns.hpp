// What Loop and Scan share: a graph that runs turn by turn, values that turns hand on, and results of all turns that
// stand side by side.
//
//   node:  head, carried values, scanned inputs, captured names -> carried values, stacked results
//   body:  head, carried values, slices,         captured names -> head, carried values, results of a turn
//
// The head of a Loop is its number of turns and its condition; its body is given the number of the turn and true, and
// gives a condition. A Scan has none. Carried values are copied after each turn into one of two places by turns: a body
// may hand on what it was given, under another name even, and its frame writes over its own memory in the next turn.
#pragma once
#include "operators/operator.hpp"

namespace lading {

class Turns final : public Operator {
 public:
  // `scanned` inputs, the last ones; none: a Loop.
  Turns(const Definition& definition, int scanned);

  void infer(const Operands& io) const override;
  void run(const Operands& io) const override { take(io, false); }
  void rehearse(const Operands& io) const override { take(io, true); }
  bool shape_from_data() const override { return true; }

 private:
  struct Work;
  void take(const Operands& io, bool rehearsing) const;
  std::int64_t length(const Operands& io) const;
  void give_turn(const Work& work) const;
  void stack(const Work& work, bool turned) const;
  void hand_on(const Work& work) const;
  void finish(const Work& work) const;

  int scanned_, captured_, carried_, stacked_;
  int head_;  // inputs before the carried ones: 2 of a Loop
  // Of scanned inputs: the axis, and whether the last element comes first; then of stacked results.
  std::vector<std::int64_t> axes_, backwards_;
};

}  // namespace lading
