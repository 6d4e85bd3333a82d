// Loop (ONNX): a graph as often as a number and a condition say; either may be left out.
#include "operators/turns.hpp"

namespace lading {

std::unique_ptr<Operator> make_Loop(const Definition& definition) { return std::make_unique<Turns>(definition, 0); }

}  // namespace lading
