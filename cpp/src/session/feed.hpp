// What a caller hands over for a batch, and how one number of it becomes a slot's raw value.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"
#include "error.hpp"
#include "graph/tensor.hpp"

namespace lading {

// A unit conversion: one multiplication or one division, in the raw type.
struct Conversion {
  enum class Kind : std::uint8_t { none, multiply, divide };
  Kind kind = Kind::none;
  double factor = 1;
};

// The numbers of one column: item i stands at data + i * stride, its `width` numbers one after the other.
struct Feed {
  const void* data = nullptr;
  Type type = Type::float32;
  std::int64_t stride = 0;  // bytes
  Conversion conversion;
  bool from_slots = false;                 // raw values of a session's own slots, in the model's unit
  const unsigned char* missing = nullptr;  // of slots, per number: it was missing as fed
};

// Of slots, per field that compares: which numbers were missing as fed.
using Marks = std::vector<std::vector<unsigned char>>;

struct Batch {
  std::int64_t entries = 0;
  std::vector<Feed> feeds;                   // per column
  std::vector<const std::int64_t*> offsets;  // per axis of the bundle: entries + 1 numbers for sequences, else null
  std::vector<void*> results;                // per output; null: not wanted
  const Marks* marks = nullptr;              // of slots
};

// Elements of an entry's sequence. Throws where its offsets go backwards.
inline std::int64_t length_of(const Axis& axis, const std::int64_t* offsets, std::int64_t entry) {
  const std::int64_t length = offsets[entry + 1] - offsets[entry];
  if (length < 0)
    throw Error("axis '" + axis.name + "': entry " + std::to_string(entry) + " has " + std::to_string(length) +
                    " elements: its count is negative, or its offsets go backwards",
                Fault::value);
  return length;
}

// As many as can be counted, if it is more.
inline std::size_t bytes_of(std::int64_t items, std::int64_t width, Type type) {
  std::int64_t numbers, bytes;
  const bool over = __builtin_mul_overflow(items, width, &numbers) ||
                    __builtin_mul_overflow(numbers, static_cast<std::int64_t>(size_of(type)), &bytes);
  return static_cast<std::size_t>(over ? INT64_MAX : bytes);
}

// Slots nobody has set since the last run hold this.
template <class T> struct Reserved;
template <> struct Reserved<float> {
  using Bits = std::uint32_t;
  static constexpr Bits unset = 0x7fc1ad10u;
};
template <> struct Reserved<double> {
  using Bits = std::uint64_t;
  static constexpr Bits unset = 0x7ff81ad100001ad1ull;
};
template <> struct Reserved<std::int64_t> {
  using Bits = std::uint64_t;
  static constexpr Bits unset = 0x8000000000000000ull;
};

// f(Raw{}) with the type that slots of this column are stored in.
template <class F> void with_raw(Type raw, F&& f) {
  if (raw == Type::float32) f(float{});
  else if (raw == Type::float64) f(double{});
  else f(std::int64_t{});
}

constexpr int slots_at_a_time = 16;  // numbers that are looked at together

}  // namespace lading
