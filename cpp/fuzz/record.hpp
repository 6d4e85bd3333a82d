// A bundle of a model.json and, behind the first 0 byte, its weights. Their record (bytes, sha256) is written here,
// because no fuzzer guesses it: the texts SHA and SIZE in the model.json become what the weights are.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"

inline std::string with_record(std::string json, std::string_view weights) {
  const auto replace = [&json](std::string_view mark, const std::string& text) {
    const std::size_t at = json.find(mark);
    if (at != std::string::npos) json.replace(at, mark.size(), text);
  };
  replace("\"SHA\"", '"' + lading::sha256(weights) + '"');
  replace("\"SIZE\"", std::to_string(weights.size()));
  return json;
}

inline std::shared_ptr<const lading::Bundle> read_with_record(std::string_view input, const lading::Limits& limits) {
  const std::size_t end = input.find('\0');
  const std::string_view weights = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  return lading::read_bundle(with_record(std::string(input.substr(0, end)), weights), weights, nullptr, "fuzz", limits);
}
