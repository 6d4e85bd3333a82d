// The two small JSON texts of XGBoost's C interface: what to predict, and where an array stands.
#pragma once

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "lading/compat/failure.hpp"

inline namespace lading_compat {
namespace xgboost_detail {

// The members of an object without nested objects, as they are written.
class Members {
 public:
  Members(const char* json, const char* what) : json_(json ? json : ""), what_(what) {}
  // The text of a member: a number, true, a string with its quotes, a list with its brackets; "" without one.
  std::string find(const std::string& name) const {
    std::size_t at = json_.find('"' + name + '"');
    if (at == std::string::npos) return "";
    at = json_.find_first_not_of(" \t\r\n", at + name.size() + 2);
    if (at == std::string::npos || json_[at] != ':') refuse(name);
    at = json_.find_first_not_of(" \t\r\n", at + 1);
    const std::size_t end =
        at == std::string::npos ? at : json_.find_first_of(json_[at] == '[' ? "]" : ",} \t\r\n", at);
    if (end == std::string::npos) refuse(name);
    return json_.substr(at, end - at + (json_[at] == '['));
  }
  // A whole number; without the member `otherwise`.
  unsigned long long number(const std::string& name, unsigned long long otherwise) const {
    const std::string text = find(name);
    return text.empty() ? otherwise : whole(name, text.c_str(), nullptr);
  }
  bool truth(const std::string& name) const {
    const std::string text = find(name);
    if (!text.empty() && text != "true" && text != "false" && text != "0" && text != "1") refuse(name);
    return text == "true" || text == "1";
  }
  // What counts as missing; without the member, NaN.
  float real(const std::string& name) const {
    const std::string text = find(name);
    char* end = nullptr;
    const float value = text.empty() ? std::numeric_limits<float>::quiet_NaN() : std::strtof(text.c_str(), &end);
    if (end && *end) refuse(name);
    return value;
  }
  // The whole numbers that a list begins with, `count` of them.
  std::vector<unsigned long long> list(const std::string& name, std::size_t count) const {
    const std::string text = find(name);
    if (text.empty() || text[0] != '[') refuse(name);
    std::vector<unsigned long long> numbers;
    const char* at = text.c_str() + 1;
    for (std::size_t i = 0; i < count; ++i) {
      char* end = nullptr;
      numbers.push_back(whole(name, at, &end));
      while (*end == ' ') ++end;
      if (*end != ',' && *end != ']') refuse(name);
      at = end + 1;
      if (*end == ']' && i + 1 < count) refuse(name);
    }
    return numbers;
  }
  [[noreturn]] void refuse(const std::string& name) const {
    const std::string text = json_.size() > 300 ? json_.substr(0, 300) + " ..." : json_;
    lading::compat::refuse(std::string(what_) + ": '" + name + "' is not what is taken here, in " + text);
  }

 private:
  unsigned long long whole(const std::string& name, const char* text, char** end) const {
    while (*text == ' ') ++text;
    char* stop = nullptr;
    const unsigned long long number = std::strtoull(text, &stop, 10);
    if (*text < '0' || *text > '9' || (!end && *stop)) refuse(name);
    if (end) *end = stop;
    return number;
  }
  std::string json_;
  const char* what_;
};

// What to predict: {"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}.
struct Configuration {
  bool margin, strict_shape;
  float missing;
  explicit Configuration(const char* json) {
    const Members members(json, "the configuration of a prediction");
    const auto type = members.number("type", 0);
    if (type > 1) members.refuse("type");
    if (members.truth("training")) members.refuse("training");
    for (const char* name : {"iteration_begin", "iteration_end"})
      if (members.number(name, 0)) members.refuse(name);
    margin = type == 1, strict_shape = members.truth("strict_shape"), missing = members.real("missing");
  }
};

// A matrix in memory, row after row: {"data": [address, true], "shape": [rows, columns], "typestr": "<f4", ...}.
struct Array {
  const void* data;
  std::size_t rows, columns;
  bool is_double;
  explicit Array(const char* json) {
    const Members members(json, "the array of a prediction");
    const auto shape = members.list("shape", 2);
    const std::string type = members.find("typestr"), strides = members.find("strides");
    if (type != "\"<f4\"" && type != "\"<f8\"") members.refuse("typestr");
    if (!strides.empty() && strides != "null") members.refuse("strides");
    data = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(members.list("data", 1)[0]));
    if (!data) members.refuse("data");
    rows = shape[0], columns = shape[1], is_double = type == "\"<f8\"";
  }
};

}  // namespace xgboost_detail
}  // namespace lading_compat
