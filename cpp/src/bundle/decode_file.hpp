// What model.json says about the bundle as a whole: its format, its files, how its names were proven.
#pragma once
#include <optional>

#include "bundle/place.hpp"

namespace lading {

struct FileRecord {  // {"file": ..., "sha256": ..., "bytes": ...}
  std::string file, sha256;
  std::int64_t bytes = 0;
};

// Refuses formats, features and operator versions that this library does not know.
void check_format(const Place& file);
std::optional<FileRecord> decode_weights(const Place& file);
// The parts that only Python uses are checked too, so that both accept the same files.
void check_samples(const Place& file);
void check_names_and_record(const Place& file);

}  // namespace lading
