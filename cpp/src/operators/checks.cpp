#include "operators/checks.hpp"

#include <charconv>

#include "error.hpp"

namespace lading {
namespace {

std::string axes(int rank) { return std::to_string(rank) + (rank == 1 ? " axis" : " axes"); }

std::string input(int i) { return "input " + std::to_string(i); }

}  // namespace

std::string counted(std::int64_t n, const char* what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); }

std::string real_text(float number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string names_of(Types allowed) {
  std::string names;
  for (int i = 0; i <= static_cast<int>(Type::boolean); ++i) {
    if (!(allowed >> i & 1)) continue;
    names += (names.empty() ? "" : allowed >> i == 1 ? " or " : ", ") + std::string(name_of(static_cast<Type>(i)));
  }
  return names;
}

std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string list;
  for (const std::int64_t number : numbers) list += (list.empty() ? "" : ", ") + std::to_string(number);
  return "[" + list + "]";
}

std::string missing_input(int i, int required) {
  return input(i) + " is missing; the node needs " + counted(required, "input");
}

namespace {
std::vector<std::string> all_type_names() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(Type::boolean); ++i) names.emplace_back(name_of(static_cast<Type>(i)));
  return names;
}
}  // namespace

Type type_attribute(const Definition& definition, const char* name, Type otherwise) {
  if (!definition.has(name)) return otherwise;
  const std::string text = definition.text(name, "");
  Type type;
  if (!parse_type(text, type))
    definition.fail({"attribute '", name, "': no such type '", text, "' ", suggestion(text, all_type_names())});
  return type;
}

int choice(const Definition& definition, const char* name, const char* otherwise,
           std::initializer_list<const char*> choices) {
  const std::string text = definition.text(name, otherwise);
  std::string list;
  int position = 0;
  for (const char* candidate : choices) {
    if (text == candidate) return position;
    list += (position++ ? ", '" : "'") + std::string(candidate) + "'";
  }
  definition.fail({"attribute '", name, "' is '", text, "'; it must be one of ", list});
}

void check_type(const Operands& io, int i, Types allowed) {
  if (allowed & bit(io[i].type)) return;
  const bool half = (half_types & bit(io[i].type)) && (allowed & float_types);
  io.fail({input(i), " is ", io[i].type, "; it must be ", names_of(allowed),
           (half ? "; put a Cast to float32 before it" : "")});
}

void check_same_type(const Operands& io, int i, int as) {
  if (io[i].type != io[as].type)
    io.fail({input(i), " is ", io[i].type, ", ", input(as), " is ", io[as].type, "; they must be the same type"});
}

void check_rank(const Operands& io, int i, int rank) {
  if (io[i].shape.rank != rank) io.fail({input(i), " must have ", axes(rank), ", its shape is ", io[i].shape});
}

void check_one_element(const Operands& io, int i) {
  if (io[i].size() != 1) io.fail({input(i), " must be one number, its shape is ", io[i].shape});
}

void check_one(const Operands& io, const Tensor& tensor, Type type, const char* what) {
  if (tensor.type != type || tensor.size() != 1)
    io.fail({what, " must be one ", type, ", it is ", tensor.type, " ", tensor.shape});
}

void check_output_rank(const Operands& io, int rank) {
  if (rank > max_rank) io.fail({"its output would have ", axes(rank), "; at most ", max_rank, " are supported"});
}

void refuse_index(const Operands& io, std::int64_t index, std::int64_t length) {
  io.fail(
      {"index ", index, " is outside an axis of length ", length,
       (length ? "" : "; if that is an empty sequence, say what comes out for it with 'when_empty' of the output")});
}

Integers list_of_integers(const Operands& io, int i) {
  if (io[i].shape.rank > 1) io.fail({input(i), " must be a list, its shape is ", io[i].shape});
  return {io, i};
}

}  // namespace lading
