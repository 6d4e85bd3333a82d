// Bytes of files: read whole, so that nobody can change or shorten them under a running model.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"

namespace lading {

struct Bytes {
  std::shared_ptr<const void> keep;  // whatever owns the bytes
  std::string_view view;
};

// Memory for `size` bytes, aligned to 64. Throws Error if it is more than `limits` allow or the machine has.
std::shared_ptr<std::byte> aligned_memory(std::size_t size, const Limits& limits, const std::string& what);

// All bytes of the file at `path`. Throws Error.
// `check`, if there is one, sees the size of the file before it is read.
using CheckSize = std::function<void(std::size_t)>;
Bytes read_file(const std::string& path, const Limits& limits, const CheckSize& check = nullptr);
// Throws Error unless a file is as long as model.json says, or a model.json no longer than it may be.
void check_size(const std::string& what, std::size_t size, std::size_t recorded);
void check_json_size(const std::string& what, std::size_t size);

// The member `name` of a zip archive that only stores (a .lading file); its bytes are used in place.
// Throws Error unless the archive is plain: members stored, at the top, one after the other, none twice.
Bytes read_member(const Bytes& archive, const std::string& name, const std::string& path);

}  // namespace lading
