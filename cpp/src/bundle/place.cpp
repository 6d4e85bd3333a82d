#include "bundle/place.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lading {
namespace {

bool is_word(const std::string& key) {
  auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
  };
  return !key.empty() && !(key[0] >= '0' && key[0] <= '9') && std::all_of(key.begin(), key.end(), in_word);
}

const char* described(Json::Kind kind) {
  switch (kind) {
    case Json::null: return "null";
    case Json::boolean: return "true or false";
    case Json::integer: return "an integer";
    case Json::real: return "a real number";
    case Json::text: return "text";
    case Json::list: return "a list";
    default: return "an object";
  }
}

}  // namespace

std::string Place::path() const {
  if (!parent_) return "";
  const std::string before = parent_->path();
  if (!key_) return before + "[" + std::to_string(index_) + "]";
  if (!is_word(*key_)) return before + "['" + *key_ + "']";
  return before.empty() ? *key_ : before + "." + *key_;
}

void Place::fail(const std::string& why, Fault fault) const {
  const std::string path = this->path();
  throw Error(*file_ + ": " + (path.empty() ? "" : path + ": ") + why, fault);
}

void Place::expected(const char* what) const { fail(std::string("should be ") + what + ", is " + described(kind())); }

const std::string& Place::text() const {
  if (!is(Json::text)) expected("text");
  return std::get<std::string>(value_->value);
}

bool Place::boolean() const {
  if (!is(Json::boolean)) expected("true or false");
  return std::get<bool>(value_->value);
}

std::int64_t Place::integer() const {
  if (!is(Json::integer)) expected("an integer");
  return std::get<std::int64_t>(value_->value);
}

std::int64_t Place::integer_from(std::int64_t least) const {
  const std::int64_t value = integer();
  if (value < least) fail("should be " + std::to_string(least) + " or more, is " + std::to_string(value));
  return value;
}

double Place::real() const {
  if (is(Json::integer)) return static_cast<double>(std::get<std::int64_t>(value_->value));
  if (!is(Json::real)) expected("a number");
  return std::get<double>(value_->value);
}

double Place::number() const {
  if (!is(Json::text)) return real();
  const std::string& name = text();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (name == "inf") return HUGE_VAL;
  if (name == "-inf") return -HUGE_VAL;
  fail("should be a number, 'nan', 'inf' or '-inf', is '" + name + "'");
}

const Place& Place::list() const {
  if (!is(Json::list)) expected("a list");
  return *this;
}

const Place& Place::object() const {
  if (!is(Json::object)) expected("an object");
  return *this;
}

std::size_t Place::size() const {
  if (const auto* members = std::get_if<Json::Object>(&value_->value)) return members->size();
  return std::get<Json::List>(list().value_->value).size();
}

Place Place::operator[](std::size_t i) const& { return {std::get<Json::List>(value_->value)[i], *this, nullptr, i}; }

const std::string& Place::key(std::size_t i) const { return std::get<Json::Object>(value_->value)[i].key; }

Place Place::member(std::size_t i) const& {
  const Member& member = std::get<Json::Object>(value_->value)[i];
  return {member.value, *this, &member.key, i};
}

std::optional<Place> Place::find(std::string_view key) const& {
  const auto& members = std::get<Json::Object>(object().value_->value);
  const auto found = std::find_if(members.begin(), members.end(), [key](const Member& m) { return m.key == key; });
  if (found == members.end()) return std::nullopt;
  return member(static_cast<std::size_t>(found - members.begin()));
}

Place Place::at(std::string_view key) const& {
  auto found = find(key);
  if (!found) fail("lacks '" + std::string(key) + "'");
  return *found;
}

void Place::allow(std::initializer_list<const char*> keys) const {
  object();
  for (std::size_t i = 0; i < size(); ++i) {
    const std::string& given = key(i);
    if (std::find(keys.begin(), keys.end(), given) != keys.end()) continue;
    fail("has the unknown key '" + given + "' " + suggestion(given, {keys.begin(), keys.end()}));
  }
}

}  // namespace lading
