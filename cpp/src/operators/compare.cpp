// Equal, Greater, GreaterOrEqual, Less, LessOrEqual (ONNX). A comparison with NaN is false.
#include <functional>

#include "operators/elementwise.hpp"

namespace lading {
namespace {

template <class F> BinaryRows ordered() {
  BinaryRows rows = number_rows<F>();
  rows.gives_boolean = true;
  return rows;
}
BinaryRows equal() {
  BinaryRows rows = ordered<std::equal_to<>>();
  rows.types = computed_types;
  rows.boolean = &binary_row<std::equal_to<>, bool>;
  return rows;
}

}  // namespace

std::unique_ptr<Operator> make_Equal(const Definition&) { return std::make_unique<BinaryOperator>(equal()); }
std::unique_ptr<Operator> make_Greater(const Definition&) {
  return std::make_unique<BinaryOperator>(ordered<std::greater<>>());
}
std::unique_ptr<Operator> make_GreaterOrEqual(const Definition&) {
  return std::make_unique<BinaryOperator>(ordered<std::greater_equal<>>());
}
std::unique_ptr<Operator> make_Less(const Definition&) {
  return std::make_unique<BinaryOperator>(ordered<std::less<>>());
}
std::unique_ptr<Operator> make_LessOrEqual(const Definition&) {
  return std::make_unique<BinaryOperator>(ordered<std::less_equal<>>());
}

}  // namespace lading
