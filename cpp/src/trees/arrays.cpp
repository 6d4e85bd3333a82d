#include "trees/arrays.hpp"

#include <cstring>

namespace lading::trees {
namespace {

constexpr const char* names[] = {"X",
                                 "roots",
                                 "feature",
                                 "threshold",
                                 "left",
                                 "right",
                                 "missing",
                                 "leaf",
                                 "base",
                                 "tree_output",
                                 "tree_weight",
                                 "category_begin",
                                 "category_words",
                                 "categories",
                                 "linear_begin",
                                 "linear_terms",
                                 "linear_constant",
                                 "linear_feature",
                                 "linear_coefficient"};

template <class T> std::vector<T> list(const Tensor& tensor) {
  const T* data = tensor.as<T>();
  return {data, data + tensor.size()};
}

}  // namespace

int Arrays::place(const char* name) {
  int at = 0;
  while (std::strcmp(names[at], name)) ++at;
  return at;
}

const Tensor& Arrays::tensor(const char* name, Types allowed, int most_axes) const {
  const Tensor* tensor = definition_.constant(place(name));
  const std::string what = "input '" + std::string(name) + "' ";
  if (!has(name)) definition_.fail(what + "is missing");
  if (!tensor) definition_.fail(what + "is computed; it must be a weight");
  if (!(bit(tensor->type) & allowed))
    definition_.fail(what + "is " + std::string(name_of(tensor->type)) + "; it must be " + names_of(allowed));
  if (tensor->shape.rank < 1 || tensor->shape.rank > most_axes)
    definition_.fail(what + "has the shape " + tensor->shape.text() + "; it must have one axis" +
                     (most_axes > 1 ? " or two" : ""));
  return *tensor;
}

std::vector<std::int32_t> Arrays::integers(const char* name) const {
  return list<std::int32_t>(tensor(name, bit(Type::int32), 1));
}
std::vector<std::uint32_t> Arrays::words(const char* name) const {
  return list<std::uint32_t>(tensor(name, bit(Type::uint32), 1));
}
std::vector<std::uint8_t> Arrays::bytes(const char* name) const {
  return list<std::uint8_t>(tensor(name, bit(Type::uint8), 1));
}
std::vector<double> Arrays::reals(const char* name, int most_axes) const {
  const Tensor& given = tensor(name, float_types, most_axes);
  if (given.type == Type::float64) return list<double>(given);
  const std::vector<float> values = list<float>(given);
  return {values.begin(), values.end()};
}

void Arrays::check_length(const char* name, std::size_t length, std::size_t expected, const char* of) const {
  if (length != expected)
    definition_.fail("input '" + std::string(name) + "' has " + counted(static_cast<std::int64_t>(length), "item") +
                     "; it must have " + std::to_string(expected) + ", one for each " + of);
}

double real_attribute(const Definition& definition, const char* name, double otherwise) {
  const auto found = definition.attributes().find(name);
  if (found == definition.attributes().end()) return otherwise;
  if (const auto* real = std::get_if<double>(&found->second)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&found->second)) return static_cast<double>(*integer);
  definition.fail(wrong_kind(name, "a number", found->second));
}

}  // namespace lading::trees
