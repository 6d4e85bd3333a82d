#include "operators/convert.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace lading {
namespace {

// A 16-bit float: `mantissa` bits of it are the fraction, `bias` is that of the exponent.
template <int mantissa, int bias> struct SmallFloat { std::uint16_t bits; };
using Half = SmallFloat<10, 15>;
using BFloat = SmallFloat<7, 127>;

constexpr double power_of_two(int exponent) { return std::bit_cast<double>(std::uint64_t(exponent + 1023) << 52); }

// The float of the same value, by its bits, so that a whole array of weights is widened at once. NaN is the quiet one.
float to_float(BFloat value) {
  const std::uint32_t bits = std::uint32_t(value.bits) << 16;
  return std::bit_cast<float>((bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC00000 : bits);
}
float to_float(Half value) {
  const std::uint32_t size = value.bits & 0x7FFF, sign = std::uint32_t(value.bits & 0x8000) << 16;
  const std::uint32_t small = std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<int>(size)) * 0x1p-24f);
  const std::uint32_t normal = (size << 13) + ((127 - 15) << 23);
  const std::uint32_t finite = size < 0x400 ? small : normal;
  const std::uint32_t bits = size < 0x7C00 ? finite | sign : size == 0x7C00 ? 0x7F800000 | sign : 0x7FC00000;
  return std::bit_cast<float>(bits);
}

template <int mantissa, int bias> double widen(SmallFloat<mantissa, bias> value) { return to_float(value); }
template <class T> T widen(T value) { return value; }

// Every step but rint is exact: one rounding in all.
template <int mantissa, int bias> SmallFloat<mantissa, bias> round_to(double value) {
  constexpr int infinity = (2 * bias + 1) << mantissa;
  const int sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::abs(value);
  int bits;
  if (size != size) bits = infinity | 1 << (mantissa - 1);
  else if (size >= power_of_two(bias + 1)) bits = infinity;
  else {
    const int exponent = std::max(static_cast<int>(std::bit_cast<std::uint64_t>(size) >> 52) - 1023, 1 - bias);
    const int steps = static_cast<int>(std::rint(size * power_of_two(mantissa - exponent)));
    bits = ((exponent + bias - 1) << mantissa) + steps;  // a carry into the exponent is what it should be
  }
  return {static_cast<std::uint16_t>(sign | bits)};
}

template <class To> To real_to(double value) {
  if constexpr (std::is_same_v<To, bool>) return value != 0;
  else if constexpr (std::is_floating_point_v<To>) return static_cast<To>(value);
  else if constexpr (std::is_same_v<To, Half>) return round_to<10, 15>(value);
  else if constexpr (std::is_same_v<To, BFloat>) return round_to<7, 127>(value);
  else {
    constexpr double above = 2.0 * static_cast<double>(std::numeric_limits<To>::max() / 2 + 1);
    if (value != value) return 0;
    if (value >= above) return std::numeric_limits<To>::max();
    return value <= std::numeric_limits<To>::lowest() ? std::numeric_limits<To>::lowest() : static_cast<To>(value);
  }
}
template <class To, class Integer> To integer_to(Integer value) {
  if constexpr (std::is_same_v<To, bool>) return value != 0;
  else if constexpr (std::is_arithmetic_v<To>) return static_cast<To>(value);
  else return real_to<To>(static_cast<double>(value));
}

// f(T{}) with the C++ type of elements, half ones included.
template <class F> void with_element(Type type, F&& f) {
  if (type == Type::float16) f(Half{});
  else if (type == Type::bfloat16) f(BFloat{});
  else with_type(type, f);
}

// What the elements of a type are widened to on their way: nothing is lost.
template <class T> struct Widened { using type = double; };
template <class T>
requires std::is_integral_v<T>
struct Widened<T> {
  using type = std::int64_t;
};
template <> struct Widened<std::uint64_t> { using type = std::uint64_t; };

template <class Wide> void write(const Wide* wide, Type to, std::byte* out, std::int64_t count) {
  with_element(to, [&](auto zero) {
    using To = decltype(zero);
    To* elements = reinterpret_cast<To*>(out);
    for (std::int64_t i = 0; i < count; ++i) {
      if constexpr (std::is_floating_point_v<Wide>) elements[i] = real_to<To>(wide[i]);
      else elements[i] = integer_to<To>(wide[i]);
    }
  });
}

template <class From, class To> void direct(const std::byte* in, std::byte* out, std::int64_t count) {
  const From* elements = reinterpret_cast<const From*>(in);
  To* to = reinterpret_cast<To*>(out);
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(elements[i]);
}

template <class From> void widened(const std::byte* in, std::byte* out, std::int64_t count) {
  const From* elements = reinterpret_cast<const From*>(in);
  float* to = reinterpret_cast<float*>(out);
  for (std::int64_t i = 0; i < count; ++i) to[i] = to_float(elements[i]);
}

// The pairs that networks use most, without the detour. They are exact or rounded once.
bool convert_directly(Type from, const std::byte* in, Type to, std::byte* out, std::int64_t count) {
  const auto pair = [&](Type a, Type b) { return from == a && to == b; };
  if (pair(Type::boolean, Type::float32)) direct<bool, float>(in, out, count);
  else if (pair(Type::int32, Type::float32)) direct<std::int32_t, float>(in, out, count);
  else if (pair(Type::int64, Type::float32)) direct<std::int64_t, float>(in, out, count);
  else if (pair(Type::float32, Type::float64)) direct<float, double>(in, out, count);
  else if (pair(Type::float64, Type::float32)) direct<double, float>(in, out, count);
  else if (pair(Type::int32, Type::int64)) direct<std::int32_t, std::int64_t>(in, out, count);
  else if (pair(Type::bfloat16, Type::float32)) widened<BFloat>(in, out, count);
  else if (pair(Type::float16, Type::float32)) widened<Half>(in, out, count);
  else return false;
  return true;
}

}  // namespace

void convert(Type from, const std::byte* in, Type to, std::byte* out, std::int64_t count) {
  constexpr std::int64_t chunk = 256;
  if (convert_directly(from, in, to, out, count)) return;
  if (from == to && count > 0) return void(std::memcpy(out, in, static_cast<std::size_t>(count) * size_of(to)));
  with_element(from, [&](auto zero) {
    using From = decltype(zero);
    const From* elements = reinterpret_cast<const From*>(in);
    typename Widened<From>::type wide[chunk];
    for (std::int64_t start = 0; start < count; start += chunk) {
      const std::int64_t n = std::min(chunk, count - start);
      for (std::int64_t i = 0; i < n; ++i) wide[i] = widen(elements[start + i]);
      write(wide, to, out + static_cast<std::size_t>(start) * size_of(to), n);
    }
  });
}

}  // namespace lading
