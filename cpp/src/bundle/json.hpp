// JSON as format 1 allows it: strict UTF-8 without a byte order mark, no key twice in an object, integers
// within int64 and apart from reals, no NaN, nested at most 64 deep.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lading {

struct Member;

struct Json {
  using List = std::vector<Json>;
  using Object = std::vector<Member>;  // in the file's order
  enum Kind { null, boolean, integer, real, text, list, object };

  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Object> value;

  Kind kind() const { return static_cast<Kind>(value.index()); }
};

struct Member {
  std::string key;
  Json value;
};

// The value that `bytes` hold. Throws Error "<what>: ...".
// Memory stays below `memory` bytes, whatever the text.
Json parse_json(std::string_view bytes, const std::string& what, std::size_t memory);

// Where the first character begins that is not UTF-8, or npos.
std::size_t invalid_utf8(std::string_view text);

}  // namespace lading
