// A value of a JSON file together with the way to it, so that every message can say where it is:
// "tau-id/model.json: inputs[1].variables[0].prepare[2]: ...".
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "bundle/json.hpp"
#include "error.hpp"
#include "graph/tensor.hpp"

namespace lading {

// Refers to the place it was reached from, which must live as long.
class Place {
 public:
  Place(const Json& root, const std::string& file) : value_(&root), file_(&file) {}

  const Json& json() const { return *value_; }
  Json::Kind kind() const { return value_->kind(); }
  bool is(Json::Kind kind) const { return value_->kind() == kind; }
  std::string path() const;  // "inputs[1].name"; "" for the whole file
  [[noreturn]] void fail(const std::string& why, Fault fault = Fault::invalid) const;

  // The value, or an Error that says what should stand here.
  const std::string& text() const;
  bool boolean() const;
  std::int64_t integer() const;
  std::int64_t integer_from(std::int64_t least) const;
  double real() const;    // an integer will do
  double number() const;  // a real or "nan", "inf", "-inf"

  // Lists.
  std::size_t size() const;  // number of items, or of members
  Place operator[](std::size_t i) const&;
  Place operator[](std::size_t i) const&& = delete;

  // Objects.
  const std::string& key(std::size_t i) const;
  Place member(std::size_t i) const&;
  Place at(std::string_view key) const&;  // required
  std::optional<Place> find(std::string_view key) const&;
  Place member(std::size_t i) const&& = delete;
  Place at(std::string_view key) const&& = delete;
  std::optional<Place> find(std::string_view key) const&& = delete;
  void allow(std::initializer_list<const char*> keys) const;  // refuses every other key
  const Place& object() const;                                // itself, being an object
  const Place& list() const;
  [[noreturn]] void expected(const char* what) const;  // "should be text, is an integer"

 private:
  Place(const Json& value, const Place& parent, const std::string* key, std::size_t index)
      : value_(&value), file_(parent.file_), parent_(&parent), key_(key), index_(index) {}

  const Json* value_;
  const std::string* file_;
  const Place* parent_ = nullptr;
  const std::string* key_ = nullptr;
  std::size_t index_ = 0;
};

}  // namespace lading
