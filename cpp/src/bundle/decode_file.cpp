#include "bundle/decode_file.hpp"

#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

constexpr std::int64_t format = 1, opset = 24, lading_operators = 1;
const char* const reserved[] = {"functions"};

std::string read_file_name(const Place& place) {
  const std::string& name = decode_name(place);
  if (name == "." || name == ".." || name == "model.json" || name.find_first_of("\\:") != std::string::npos) {
    place.fail("should be the name of a file beside model.json, is '" + name + "'");
  }
  return name;
}

std::string read_sha256(const Place& place) {
  const std::string& text = place.text();
  if (text.size() != 64 || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    place.fail("should be a sha256, 64 hexadecimal digits in lower case");
  }
  return text;
}

void check_features(const Place& requires_list) {
  for (std::size_t i = 0; i < requires_list.list().size(); ++i) {
    const Place feature = requires_list[i];
    if (feature.text() == "linear_leaves" || feature.text() == "folds") continue;
    feature.fail("needs the feature '" + feature.text() + "', which this version does not have; a newer one may",
                 Fault::unsupported);
  }
}

void check_operators(const Place& operators) {
  for (std::size_t i = 0; i < operators.object().size(); ++i) {
    const Place version = operators.member(i);
    const std::string& domain = operators.key(i);
    const std::int64_t known = domain == "ai.onnx" ? opset : domain == "lading" ? lading_operators : 0;
    if (!known)
      version.fail("no such set of operators '" + domain + "' " + suggestion(domain, {"ai.onnx", "lading"}),
                   Fault::unsupported);
    if (version.integer() != known) version.fail("should be " + std::to_string(known), Fault::unsupported);
  }
}

}  // namespace

void check_format(const Place& file) {
  const auto version = file.object().find("lading");
  if (!version) file.fail("not a bundle of lading: it lacks the key 'lading'");
  if (version->integer() != format) {
    version->fail("format " + std::to_string(version->integer()) + "; this version reads format 1 and needs an update",
                  Fault::unsupported);
  }
  if (const auto features = file.find("requires")) check_features(*features);
  for (const char* key : reserved) {
    if (const auto place = file.find(key)) place->fail("reserved for a later format", Fault::unsupported);
  }
  if (const auto operators = file.find("operators")) check_operators(*operators);
}

std::optional<FileRecord> decode_weights(const Place& file) {
  const auto weights = file.find("weights");
  if (!weights) return std::nullopt;
  weights->allow({"file", "sha256", "bytes"});
  const Place name = weights->at("file"), sha256 = weights->at("sha256"), bytes = weights->at("bytes");
  return FileRecord{read_file_name(name), read_sha256(sha256), bytes.integer_from(0)};
}

void check_samples(const Place& file) {
  const auto samples = file.find("samples");
  if (!samples) return;
  samples->allow({"file", "sha256", "numerics", "relative", "absolute"});
  const Place name = samples->at("file"), sha256 = samples->at("sha256");
  read_file_name(name), read_sha256(sha256);
  if (const auto numerics = samples->find("numerics")) numerics->integer_from(1);
  for (const char* key : {"relative", "absolute"}) {
    const auto tolerance = samples->find(key);
    if (tolerance && !(tolerance->real() >= 0)) tolerance->fail("should be 0 or more");
  }
}

void check_names_and_record(const Place& file) {
  if (const auto record = file.find("record")) record->object();
  const auto names = file.find("names");
  if (!names) return;
  if (names->object().size() != 1) names->fail("should have one key: 'proven', 'from source' or 'typed by hand'");
  names->allow({"proven", "from source", "typed by hand"});
  names->member(0).object();
}

}  // namespace lading
