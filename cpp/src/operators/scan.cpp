// Scan (ONNX, opset 9 on): a graph once for each element along an axis of its last inputs.
#include "operators/checks.hpp"
#include "operators/turns.hpp"

namespace lading {

std::unique_ptr<Operator> make_Scan(const Definition& definition) {
  const std::int64_t scanned = definition.integer("num_scan_inputs");
  const int given = definition.input_count() - definition.captured();
  if (scanned < 1 || scanned > given)
    definition.fail({"attribute 'num_scan_inputs' is ", scanned, "; the node has ", counted(given, "input"),
                     ", of which at least one is scanned"});
  return std::make_unique<Turns>(definition, static_cast<int>(scanned));
}

}  // namespace lading
