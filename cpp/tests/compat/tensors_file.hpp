// Named tensors, as a test writes them into a file: for each the length of its name, its name, its type as ONNX counts
// them, rank, shape, number of bytes, bytes.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "rows.hpp"

struct NamedTensor {
  std::string name;
  std::int64_t type;
  std::vector<std::int64_t> shape;
  std::vector<char> bytes;

  template <class T> std::vector<T> numbers() const {
    const T* first = reinterpret_cast<const T*>(bytes.data());
    return {first, first + bytes.size() / sizeof(T)};
  }
};

inline std::vector<NamedTensor> read_tensors(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const auto whole = [&] {
    std::int64_t number = 0;
    file.read(reinterpret_cast<char*>(&number), sizeof number);
    return number;
  };
  std::vector<NamedTensor> tensors;
  while (file.peek() != EOF) {
    NamedTensor tensor{std::string(static_cast<std::size_t>(whole()), ' '), 0, {}, {}};
    file.read(tensor.name.data(), static_cast<std::streamsize>(tensor.name.size()));
    tensor.type = whole();
    tensor.shape.resize(static_cast<std::size_t>(whole()));
    for (std::int64_t& length : tensor.shape) length = whole();
    tensor.bytes.resize(static_cast<std::size_t>(whole()));
    file.read(tensor.bytes.data(), static_cast<std::streamsize>(tensor.bytes.size()));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}
