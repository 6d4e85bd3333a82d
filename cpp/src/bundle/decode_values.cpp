// Names, choices, numbers of a given type, and small tensors written in place.
#include <algorithm>
#include <limits>
#include <utility>

#include "bundle/decode.hpp"
#include "bundle/files.hpp"

namespace lading {
namespace {

constexpr std::size_t longest_name = 256, longest_constant = 64;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Control characters: below U+0020, and U+007F to U+009F.
bool has_control(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool upper = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c < 0x20 || c == 0x7F || upper) return true;
  }
  return false;
}

bool is_name(const std::string& text) {
  const auto characters =
      text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
  return characters >= 1 && characters <= longest_name && text.find('/') == std::string::npos && !has_control(text);
}

// Smallest magnitude that rounds to infinity.
double too_large(Type type) {
  switch (type) {
    case Type::float16: return 65520;
    case Type::bfloat16: return 0x1.FFp+127;
    case Type::float32: return 0x1.FFFFFFp+127;
    default: return HUGE_VAL;
  }
}

bool is_floating(Type type) {
  return type == Type::float32 || type == Type::float64 || type == Type::float16 || type == Type::bfloat16;
}

// Does an integer type hold `value`? The bounds are powers of two, exact in a double.
bool holds_integer(Type type, double value) {
  if (type == Type::boolean) return value == 0 || value == 1;
  const bool is_unsigned = type == Type::uint8 || type == Type::uint16 || type == Type::uint32 || type == Type::uint64;
  const int bits = static_cast<int>(8 * size_of(type));
  const double end = std::ldexp(1.0, is_unsigned ? bits : bits - 1);
  return value == std::trunc(value) && value >= (is_unsigned ? 0 : -end) && value < end;
}

[[noreturn]] void refuse(const Place& place, Type type) {
  place.fail("does not fit into " + std::string(name_of(type)));
}

template <class T> T decode_element(const Place& place) {
  if constexpr (std::is_same_v<T, bool>) return place.boolean();
  else if constexpr (std::is_floating_point_v<T>) return static_cast<T>(decode_number(place, type_of<T>()));
  else {
    const std::int64_t value = place.integer();
    if (!std::in_range<T>(value)) refuse(place, type_of<T>());
    return static_cast<T>(value);
  }
}

void fill(const Place& numbers, Constant& constant) {
  const std::size_t count = constant.shape.rank ? numbers.size() : 1;
  const auto memory = aligned_memory(count * size_of(constant.type), Limits(), "a constant");
  with_type(constant.type, [&](auto zero) {
    using T = decltype(zero);
    T* to = reinterpret_cast<T*>(memory.get());
    for (std::size_t i = 0; i < count; ++i) to[i] = decode_element<T>(constant.shape.rank ? numbers[i] : numbers);
  });
  constant.data = memory;
}

}  // namespace

void check_name(const Place& place, const std::string& text) {
  if (is_name(text)) return;
  const std::string quoted = text.size() > 256 || has_control(text) ? "" : "'" + text + "' is ";
  place.fail(quoted + "not a name: names have 1 to 256 characters, no '/' and no control characters");
}

const std::string& decode_name(const Place& place) {
  check_name(place, place.text());
  return place.text();
}

void add_name(const Place& place, const std::string& name, std::set<std::string>& names) {
  if (!names.insert(name).second) place.fail("the name '" + name + "' stands twice");
}

std::size_t decode_choice(const Place& place, const char* what, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), place.text());
  if (found == names.end()) {
    place.fail("no such " + std::string(what) + " '" + place.text() + "' " + suggestion(place.text(), names));
  }
  return static_cast<std::size_t>(found - names.begin());
}

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (int i = 0; i <= static_cast<int>(Type::boolean); ++i) list.emplace_back(name_of(static_cast<Type>(i)));
    return list;
  }();
  return names;
}

Type decode_type(const Place& place) { return static_cast<Type>(decode_choice(place, "type", type_names())); }

bool holds(Type type, double value) {
  return is_floating(type) ? !std::isfinite(value) || std::fabs(value) < too_large(type) : holds_integer(type, value);
}

double decode_number(const Place& place, Type type) {
  const double value = place.number();
  if (!holds(type, value)) refuse(place, type);
  return value;
}

Constant decode_constant(const Place& place) {
  if (place.object().size() != 1) place.fail("should be a tensor with its type as the only key, {\"int64\": [0, -1]}");
  Constant constant;
  const std::string& key = place.key(0);
  if (!parse_type(key, constant.type)) place.fail("no such type '" + key + "' " + suggestion(key, type_names()));
  const Place numbers = place.member(0);
  if (constant.type == Type::float16 || constant.type == Type::bfloat16) place.fail("a " + key + " tensor is a weight");
  if (numbers.is(Json::list)) {
    if (numbers.size() > longest_constant) numbers.fail("more than 64 numbers; a larger tensor is a weight");
    constant.shape.push(static_cast<std::int64_t>(numbers.size()));
  }
  fill(numbers, constant);
  return constant;
}

std::string decode_text(const Place& parent, const char* key) {
  const auto place = parent.find(key);
  return place ? place->text() : "";
}

}  // namespace lading
