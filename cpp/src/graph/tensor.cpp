#include "graph/tensor.hpp"

#include <algorithm>

#include "error.hpp"

namespace lading {
namespace {

struct Known {
  std::string_view name;
  std::size_t size;
};

// In the order of enum Type.
constexpr std::array<Known, 13> types{{{"float32", 4},
                                       {"float64", 8},
                                       {"float16", 2},
                                       {"bfloat16", 2},
                                       {"int8", 1},
                                       {"int16", 2},
                                       {"int32", 4},
                                       {"int64", 8},
                                       {"uint8", 1},
                                       {"uint16", 2},
                                       {"uint32", 4},
                                       {"uint64", 8},
                                       {"bool", 1}}};
static_assert(static_cast<std::size_t>(Type::boolean) + 1 == types.size());
static_assert(sizeof(bool) == 1);

}  // namespace

std::size_t size_of(Type type) { return types[static_cast<std::size_t>(type)].size; }

std::string_view name_of(Type type) { return types[static_cast<std::size_t>(type)].name; }

bool parse_type(std::string_view name, Type& type) {
  const auto* found =
      std::find_if(types.begin(), types.end(), [name](const Known& known) { return known.name == name; });
  if (found == types.end()) return false;
  type = static_cast<Type>(found - types.begin());
  return true;
}

void Shape::push(std::int64_t dim) {
  if (rank == max_rank) {
    throw Error("a tensor has at most " + std::to_string(max_rank) + " axes; " + text() + " cannot take another one");
  }
  dims[static_cast<std::size_t>(rank++)] = dim;
}

std::string Shape::text() const {
  std::string text = "[";
  for (int axis = 0; axis < rank; ++axis) text += (axis ? ", " : "") + std::to_string((*this)[axis]);
  return text + "]";
}

}  // namespace lading
