// What flows through a graph: a type, a shape of at most eight axes, and memory owned by somebody else.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace lading {

enum class Type : std::uint8_t {
  float32,
  float64,
  float16,
  bfloat16,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  boolean
};

std::size_t size_of(Type type);
std::string_view name_of(Type type);                 // "float32", ..., "bool"
bool parse_type(std::string_view name, Type& type);  // false if there is no such type

template <class T> constexpr Type type_of() {
  if constexpr (std::is_same_v<T, float>) return Type::float32;
  else if constexpr (std::is_same_v<T, double>) return Type::float64;
  else if constexpr (std::is_same_v<T, std::int8_t>) return Type::int8;
  else if constexpr (std::is_same_v<T, std::int16_t>) return Type::int16;
  else if constexpr (std::is_same_v<T, std::int32_t>) return Type::int32;
  else if constexpr (std::is_same_v<T, std::int64_t>) return Type::int64;
  else if constexpr (std::is_same_v<T, std::uint8_t>) return Type::uint8;
  else if constexpr (std::is_same_v<T, std::uint16_t>) return Type::uint16;
  else if constexpr (std::is_same_v<T, std::uint32_t>) return Type::uint32;
  else if constexpr (std::is_same_v<T, std::uint64_t>) return Type::uint64;
  else {
    static_assert(std::is_same_v<T, bool>);
    return Type::boolean;
  }
}

constexpr int max_rank = 8;

struct Shape {
  int rank = 0;
  std::array<std::int64_t, max_rank> dims{};

  std::int64_t operator[](int axis) const { return dims[axis]; }
  std::int64_t& operator[](int axis) { return dims[axis]; }
  void push(std::int64_t dim);                         // throws Error beyond max_rank
  std::int64_t size() const { return size(0, rank); }  // product; overflow was excluded when the shape was set
  std::int64_t size(int from, int to) const {
    std::int64_t n = 1;
    for (int i = from; i < to; ++i) n *= dims[i];
    return n;
  }
  bool operator==(const Shape& other) const {
    bool same = rank == other.rank;
    for (int i = 0; same && i < rank; ++i) same = dims[i] == other.dims[i];
    return same;
  }
  std::string text() const;  // "[4, 40, 20]"
};

struct Tensor {
  Type type = Type::float32;
  Shape shape;
  std::byte* data = nullptr;  // 64-byte aligned where the engine made it

  template <class T> T* as() { return reinterpret_cast<T*>(data); }
  template <class T> const T* as() const { return reinterpret_cast<const T*>(data); }
  std::int64_t size() const { return shape.size(); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.size()) * size_of(type); }
};

// f(T{}) with the C++ type behind `type`; float16 and bfloat16 throw (only Cast knows them).
template <class F> decltype(auto) with_type(Type type, F&& f);

}  // namespace lading

#include "graph/with_type.inl"
