// The attributes of a node: numbers, texts, lists of them, small tensors, or the name of a subgraph.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "graph/tensor.hpp"

namespace lading {

struct Constant {  // a tensor that owns its memory, or shares the file's
  Type type = Type::float32;
  Shape shape;
  std::shared_ptr<const std::byte> data;
  Tensor tensor() const { return {type, shape, const_cast<std::byte*>(data.get())}; }
};

struct Subgraph {  // {"graph": "if_1.then", "outputs": ["y"]}
  std::string graph;
  std::vector<std::string> inputs, outputs;
};

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string>, Constant, Subgraph>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

}  // namespace lading
