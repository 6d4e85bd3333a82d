// Whatever bytes come, reading them as a bundle gives a Bundle or an Error.
//
// An input is a choice and one or two files: 'j' reads the rest up to the first 0 byte as model.json and what
// follows as weights; 's' reads it as weights of a small fixed model; anything else as a .lading file on disk
// would be read. model.json's record of the weights (bytes, sha256) is written here, because no fuzzer guesses it.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"
#include "bundle/files.hpp"
#include "bundle/safetensors.hpp"

namespace {

using namespace lading;

// Replaces the text SHA and SIZE by what the weights are.
std::string with_record(std::string json, std::string_view weights) {
  const auto replace = [&json](std::string_view mark, const std::string& text) {
    const std::size_t at = json.find(mark);
    if (at != std::string::npos) json.replace(at, mark.size(), text);
  };
  replace("\"SHA\"", '"' + sha256(weights) + '"');
  replace("SIZE", std::to_string(weights.size()));
  return json;
}

Limits limits() {
  Limits limits;
  limits.memory = std::size_t(64) << 20;
  return limits;
}

void read_json(std::string_view input) {
  const std::size_t end = input.find('\0');
  const std::string_view weights = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
  read_bundle(with_record(std::string(input.substr(0, end)), weights), weights, nullptr, "fuzz", limits());
}

// Every byte of every tensor is touched, so that a wrong address shows.
void read_weights(std::string_view input) {
  unsigned sum = 0;
  for (const auto& [name, tensor] : read_safetensors({nullptr, input}, "fuzz", limits())) {
    for (std::size_t i = 0; i < tensor.tensor().bytes(); ++i) sum += static_cast<unsigned>(tensor.data.get()[i]);
  }
  static volatile unsigned sink;
  sink = sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (*data == 'j')
      read_json(rest);
    else if (*data == 's')
      read_weights(rest);
    else
      read_member({nullptr, rest}, "model.json", "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
