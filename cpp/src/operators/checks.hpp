// What operators ask of their nodes and operands, with one wording for all.
#pragma once
#include "operators/operator.hpp"

namespace lading {

// ---- when an operator is made
std::string missing_input(int i, int required);  // "input 1 is missing; the node needs 2 inputs"
// The type that a type-valued attribute names; `otherwise` if there is no such attribute.
Type type_attribute(const Definition& definition, const char* name, Type otherwise);
// The text of an attribute, which must be one of `choices`; gives its position there.
int choice(const Definition& definition, const char* name, const char* otherwise,
           std::initializer_list<const char*> choices);

// ---- in infer(): sets of types, one bit each
using Types = std::uint32_t;
constexpr Types bit(Type type) { return Types(1) << static_cast<int>(type); }
constexpr Types float_types = bit(Type::float32) | bit(Type::float64);
constexpr Types half_types = bit(Type::float16) | bit(Type::bfloat16);
constexpr Types signed_types = bit(Type::int8) | bit(Type::int16) | bit(Type::int32) | bit(Type::int64);
constexpr Types unsigned_types = bit(Type::uint8) | bit(Type::uint16) | bit(Type::uint32) | bit(Type::uint64);
constexpr Types integer_types = signed_types | unsigned_types;
constexpr Types index_types = bit(Type::int32) | bit(Type::int64);
constexpr Types number_types = float_types | integer_types;
constexpr Types computed_types = number_types | bit(Type::boolean);
constexpr Types all_types = computed_types | half_types;

std::string list_text(const std::vector<std::int64_t>& numbers);
std::string names_of(Types allowed);                    // "float32, int8 or int16"
std::string counted(std::int64_t n, const char* what);  // "1 input", "2 inputs"
std::string real_text(float number);                    // "0.1"
void check_type(const Operands& io, int i, Types allowed);

// with_type() for a type that check_type let through: nothing is compiled for any other.
template <Types allowed, class T, class... Rest, class F> decltype(auto) with_first_of(Type type, F& f) {
  if constexpr (!(allowed & bit(type_of<T>()))) return with_first_of<allowed, Rest...>(type, f);
  else if constexpr (!(allowed & (bit(type_of<Rest>()) | ... | 0))) return f(T{});
  else return type == type_of<T>() ? f(T{}) : with_first_of<allowed, Rest...>(type, f);
}
template <Types allowed, class F> decltype(auto) with_one_of(Type type, F&& f) {
  return with_first_of<allowed, float, double, std::int32_t, std::int64_t, bool, std::int8_t, std::int16_t,
                       std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>(type, f);
}
void check_same_type(const Operands& io, int i, int as = 0);
void check_rank(const Operands& io, int i, int rank);
void check_one_element(const Operands& io, int i);
// `what` is "the condition", or the like.
void check_one(const Operands& io, const Tensor& tensor, Type type, const char* what);
void check_output_rank(const Operands& io, int rank);  // at most max_rank

// An operand of int32 or int64 numbers, of any shape.
class Integers {
 public:
  Integers(const Operands& io, int i) : tensor_(io[i]), wide_(io[i].type == Type::int64) {
    check_type(io, i, index_types);
  }
  std::int64_t size() const { return tensor_.size(); }
  std::int64_t operator[](std::int64_t k) const {
    return wide_ ? tensor_.as<std::int64_t>()[k] : tensor_.as<std::int32_t>()[k];
  }

 private:
  const Tensor& tensor_;
  bool wide_;
};

// The same for a list, one axis; a number alone counts as a list of one.
Integers list_of_integers(const Operands& io, int i);

// `index` counts from the end if negative; fails unless it is one of `length`.
[[noreturn]] void refuse_index(const Operands& io, std::int64_t index, std::int64_t length);
inline std::int64_t checked_index(const Operands& io, std::int64_t index, std::int64_t length) {
  const std::int64_t normal = index < 0 ? index + length : index;
  if (normal < 0 || normal >= length) refuse_index(io, index, length);
  return normal;
}

// ---- in entry()
// Inputs first to last - 1 are omitted or the same whatever the entries are.
inline bool fixed_inputs(const Operands& io, int first, int last = any_number) {
  for (int i = first; i < io.input_count() && i < last; ++i)
    if (io.has(i) && io.entry(i) != Entry::none) return false;
  return true;
}
// Entries stand along the first axis of input 0 and of the result, and all other inputs are the same for them.
inline int first_axis_entry(const Operands& io) {
  return io.entry(0) == 0 && fixed_inputs(io, 1) ? 0 : int(Entry::mixed);
}
// What is computed from shapes and constants alone may hold the number of entries, but no entry's numbers.
inline int entry_of_shapes(const Operands& io) {
  for (int i = 0; i < io.input_count(); ++i)
    if (io.has(i) && (io.entry(i) >= 0 || io.entry(i) == Entry::mixed)) return Entry::mixed;
  return Entry::lengths;
}

// An operator whose output 0 is input 0 with another shape; see Operator::view.
class View : public Operator {
 public:
  bool view() const override { return true; }
  void run(const Operands&) const override {}
};

}  // namespace lading
