#pragma once
#include "error.hpp"

namespace lading {
template <class F> decltype(auto) with_type(Type type, F&& f) {
  switch (type) {
    case Type::float32: return f(float{});
    case Type::float64: return f(double{});
    case Type::int8: return f(std::int8_t{});
    case Type::int16: return f(std::int16_t{});
    case Type::int32: return f(std::int32_t{});
    case Type::int64: return f(std::int64_t{});
    case Type::uint8: return f(std::uint8_t{});
    case Type::uint16: return f(std::uint16_t{});
    case Type::uint32: return f(std::uint32_t{});
    case Type::uint64: return f(std::uint64_t{});
    case Type::boolean: return f(bool{});
    default: break;
  }
  throw Error("type " + std::string(name_of(type)) + " can be stored and cast, not computed with", Fault::unsupported);
}
}  // namespace lading
