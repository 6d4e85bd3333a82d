// The reader of safetensors files, as strict as their specification: an eight-byte length, a JSON header
// that begins with '{', then the tensors without holes, overlaps or bytes left over.
#pragma once
#include <string>
#include <unordered_map>

#include "bundle/files.hpp"

namespace lading {

// The tensors of `file` by name; those that lie at a multiple of their element's size share its memory.
// Throws Error "<what>: ...".
std::unordered_map<std::string, Constant> read_safetensors(const Bytes& file, const std::string& what,
                                                           const Limits& limits);

}  // namespace lading
