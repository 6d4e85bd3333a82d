// The only file that sees nlohmann/json. Its plain parse() lets a byte order mark, duplicate keys and integers
// beyond int64 pass; through the SAX interface every token is ours to judge.
#include "bundle/json.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "error.hpp"

namespace lading {
namespace {

constexpr std::size_t deepest = 64;

bool is_whole(const std::string& digits) { return digits.find_first_not_of("-0123456789") == std::string::npos; }

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view bytes, const std::string& what, std::size_t memory)
      : bytes_(bytes), what_(what), values_left_(memory / bytes_per_value) {}

  Json result() { return std::move(root_); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({value}); }
  bool number_integer(std::int64_t value) override { return add({value}); }
  bool number_float(double value, const std::string& digits) override;
  bool number_unsigned(std::uint64_t value) override;
  bool string(std::string& value) override { return add({std::move(value)}); }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // only in binary formats

  bool start_array(std::size_t) override { return open({Json::List()}); }
  bool end_array() override { return close(); }
  bool start_object(std::size_t) override { return open({Json::Object()}); }
  bool key(std::string& value) override;
  bool end_object() override;

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override;

 private:
  // While a vector grows, its old and its new memory exist at once.
  static constexpr std::size_t bytes_per_value = 3 * sizeof(Member);

  std::string_view bytes_;
  const std::string& what_;
  std::size_t values_left_;
  Json root_;
  std::vector<Json*> open_;  // lists and objects around the current place

  [[noreturn]] void fail(const std::string& why, Fault fault = Fault::invalid) const {
    throw Error(what_ + ": " + why, fault);
  }
  Json& place(Json&& value);
  bool add(Json&& value) { return place(std::move(value)), true; }
  bool open(Json&& value);
  bool close() { return open_.pop_back(), true; }
};

Json& Builder::place(Json&& value) {
  if (values_left_ == 0) fail("too many values for the memory that may be used", Fault::memory);
  --values_left_;
  if (open_.empty()) return root_ = std::move(value);
  if (auto* list = std::get_if<Json::List>(&open_.back()->value)) return list->emplace_back(std::move(value));
  return std::get<Json::Object>(open_.back()->value).back().value = std::move(value);
}

bool Builder::open(Json&& value) {
  if (open_.size() == deepest) fail("nested more than " + std::to_string(deepest) + " deep");
  open_.push_back(&place(std::move(value)));
  return true;
}

bool Builder::key(std::string& value) {
  std::get<Json::Object>(open_.back()->value).push_back({std::move(value), {}});
  return true;
}

bool Builder::end_object() {
  const auto& members = std::get<Json::Object>(open_.back()->value);
  std::vector<std::string_view> keys;
  for (const Member& member : members) keys.push_back(member.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) fail("the key '" + std::string(*twice) + "' stands twice in one object");
  return close();
}

bool Builder::number_unsigned(std::uint64_t value) {
  if (value > INT64_MAX) fail("the integer " + std::to_string(value) + " does not fit into 64 bits");
  return add({static_cast<std::int64_t>(value)});
}

bool Builder::number_float(double value, const std::string& digits) {
  if (is_whole(digits)) fail("the integer " + digits + " does not fit into 64 bits");
  return add({value});
}

bool Builder::parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error) {
  if (error.id == 406 && is_whole(token)) fail("the integer " + token + " does not fit into 64 bits");
  if (error.id == 406) fail("the number " + token + " is too large for a float64");
  const std::size_t at = std::min(position ? position - 1 : 0, bytes_.size());
  const auto line = 1 + std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  fail("not valid JSON (line " + std::to_string(line) + ")");
}

}  // namespace

std::size_t invalid_utf8(std::string_view text) {
  auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned first = byte(i), second = byte(i + 1);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0) return i;
    // overlong forms, surrogates, beyond U+10FFFF
    const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (length > 1 && (second < lowest || second > highest)) return i;
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    }
    i += length;
  }
  return std::string_view::npos;
}

Json parse_json(std::string_view bytes, const std::string& what, std::size_t memory) {
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") throw Error(what + ": begins with a byte order mark; remove it");
  const std::size_t invalid = invalid_utf8(bytes);
  if (invalid != std::string_view::npos) {
    throw Error(what + ": not valid UTF-8 (byte " + std::to_string(invalid) + ")");
  }
  std::string marked;
  if (bytes.find('\0') != std::string_view::npos) {  // the parser would take it for the end of the text
    std::replace_copy(bytes.begin(), bytes.end(), std::back_inserter(marked), '\0', '\1');
    bytes = marked;
  }
  Builder builder(bytes, what, memory);
  nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder);
  return builder.result();
}

}  // namespace lading
