// How operators read their attributes and operands, with the messages for those that do not fit.
#include "error.hpp"
#include "operators/operator.hpp"

namespace lading {
namespace {
const char* kind_of(const Attribute& value) {
  struct Kinds {
    const char* operator()(std::int64_t) const { return "an integer"; }
    const char* operator()(double) const { return "a real number"; }
    const char* operator()(const std::string&) const { return "text"; }
    const char* operator()(const std::vector<std::int64_t>&) const { return "a list of integers"; }
    const char* operator()(const std::vector<double>&) const { return "a list of real numbers"; }
    const char* operator()(const std::vector<std::string>&) const { return "a list of texts"; }
    const char* operator()(const Constant&) const { return "a tensor"; }
    const char* operator()(const Subgraph&) const { return "a graph"; }
  };
  return std::visit(Kinds(), value);
}

}  // namespace

std::string node_text(const std::string& node, const std::string& operator_name) {
  return "node '" + node + "' (" + operator_name + ")";
}

std::string wrong_kind(const char* name, const char* kind, const Attribute& found) {
  return "attribute '" + std::string(name) + "' must be " + kind + ", it is " + kind_of(found);
}

namespace {

template <class T> const T* attribute(const Definition& d, const char* name) {
  const auto found = d.attributes().find(name);
  if (found == d.attributes().end()) return nullptr;
  if (const T* value = std::get_if<T>(&found->second)) return value;
  constexpr const char* kind = std::is_same_v<T, std::int64_t>               ? "an integer"
                               : std::is_same_v<T, double>                   ? "a number"
                               : std::is_same_v<T, std::string>              ? "text"
                               : std::is_same_v<T, std::vector<double>>      ? "a list of numbers"
                               : std::is_same_v<T, std::vector<std::string>> ? "a list of texts"
                                                                             : "a list of integers";
  d.fail(wrong_kind(name, kind, found->second));
}
}  // namespace

void TextPiece::append_to(std::string& text) const {
  if (!what_) text += std::to_string(number_);
  else if (number_ == is_shape) text += static_cast<const Shape*>(what_)->text();
  else text.append(static_cast<const char*>(what_), static_cast<std::size_t>(number_));
}

namespace {
std::string joined(TextPieces pieces) {
  std::string text;
  for (const TextPiece& piece : pieces) piece.append_to(text);
  return text;
}
}  // namespace

void Definition::fail(TextPieces why) const { fail(joined(why)); }
void Operands::fail(TextPieces why) const { fail(joined(why)); }

void Definition::fail(const std::string& why) const { throw Error(node_text(node(), operator_name()) + ": " + why); }

bool Definition::has(const char* name) const { return attributes().find(name) != attributes().end(); }

std::int64_t Definition::integer(const char* name, std::int64_t otherwise) const {
  const auto* value = attribute<std::int64_t>(*this, name);
  return value ? *value : otherwise;
}
std::int64_t Definition::integer(const char* name) const {
  if (!has(name)) fail("attribute '" + std::string(name) + "' is missing");
  return integer(name, 0);
}
float Definition::real(const char* name, float otherwise) const {
  const auto found = attributes().find(name);
  if (found == attributes().end()) return otherwise;
  if (const auto* integer = std::get_if<std::int64_t>(&found->second)) return static_cast<float>(*integer);
  return static_cast<float>(*attribute<double>(*this, name));
}
std::string Definition::text(const char* name, const char* otherwise) const {
  const auto* value = attribute<std::string>(*this, name);
  return value ? *value : otherwise;
}
std::vector<std::int64_t> Definition::integers(const char* name) const {
  const auto* value = attribute<std::vector<std::int64_t>>(*this, name);
  return value ? *value : std::vector<std::int64_t>{};
}

// A list of whole numbers is taken where real ones are meant; an empty list says nothing about its kind.
std::vector<float> Definition::reals(const char* name) const {
  const auto found = attributes().find(name);
  if (found == attributes().end()) return {};
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&found->second)) return {whole->begin(), whole->end()};
  const auto* value = attribute<std::vector<double>>(*this, name);
  return {value->begin(), value->end()};
}
std::vector<std::string> Definition::texts(const char* name) const {
  const auto found = attributes().find(name);
  if (found == attributes().end()) return {};
  const auto* whole = std::get_if<std::vector<std::int64_t>>(&found->second);
  return whole && whole->empty() ? std::vector<std::string>{} : *attribute<std::vector<std::string>>(*this, name);
}

void Operands::fail(const std::string& why) const { throw Error(operator_->where + ": " + why); }

void Operands::set(int i, Type type, const Shape& shape) const {
  constexpr std::int64_t most = std::int64_t(1) << 40;  // elements: far beyond any memory limit, far below overflow
  std::int64_t size = 1;
  bool empty = false;
  for (int axis = 0; axis < shape.rank; ++axis) {
    if (shape[axis] < 0) fail("output shape " + shape.text() + " has a negative length");
    if (shape[axis] == 0) empty = true;
    else if (__builtin_mul_overflow(size, shape[axis], &size) || size > most)
      fail("output shape " + shape.text() + " is too large");
  }
  (void)empty;
  if (!has_output(i)) return;
  output(i).type = type;
  output(i).shape = shape;
}

Shape Operands::integers(int i) const {
  const Tensor& tensor = (*this)[i];
  if (tensor.shape.rank > 1)
    fail("input " + std::to_string(i) + " must be a list, its shape is " + tensor.shape.text());
  if (tensor.size() > max_rank)
    fail("input " + std::to_string(i) + " has " + std::to_string(tensor.size()) + " elements; at most " +
         std::to_string(max_rank) + " axes are supported");
  Shape values;
  for (std::int64_t k = 0; k < tensor.size(); ++k) {
    if (tensor.type == Type::int64) values.push(tensor.as<std::int64_t>()[k]);
    else if (tensor.type == Type::int32) values.push(tensor.as<std::int32_t>()[k]);
    else
      fail("input " + std::to_string(i) + " is " + std::string(name_of(tensor.type)) + "; it must be int32 or int64");
  }
  return values;
}

}  // namespace lading
