// .lading: a zip archive whose members are stored, not compressed. What makes zip files dangerous (paths that
// leave the folder, two members of one name, overlapping or hidden ones, two directories that disagree)
// is refused, for nothing that writes such a folder makes it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "bundle/files.hpp"
#include "bundle/json.hpp"

namespace lading {
namespace {

constexpr std::size_t end_size = 22, entry_size = 46, local_size = 30;
constexpr std::size_t encrypted = 1, sizes_behind = 8;       // flags of a member
constexpr std::size_t type_of_file = 0xF000, link = 0xA000;  // of what Unix says of it

struct Entry {  // one member, as the central directory tells it
  std::string_view name;
  std::uint32_t crc = 0;
  std::size_t size = 0, header = 0;  // header: where its local header begins
};

std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int bit = 0; bit < 8; ++bit) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
      remainders[i] = c;
    }
    return remainders;
  }();
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255] ^ (crc >> 8);
  return ~crc;
}

class Archive {
 public:
  Archive(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) { read_directory(); }

  std::string_view member(const std::string& name) const;

 private:
  std::string_view bytes_;
  const std::string& path_;
  std::vector<Entry> entries_;

  [[noreturn]] void fail(const std::string& why) const { throw Error(path_ + ": " + why); }

  // A little-endian number of `length` bytes; the caller made sure that they are there.
  std::size_t number(std::size_t at, int length) const {
    std::size_t value = 0;
    for (int i = length; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes_[at + static_cast<std::size_t>(i)]);
    return value;
  }
  bool inside(std::size_t at, std::size_t length) const { return at <= bytes_.size() && length <= bytes_.size() - at; }
  bool signature(std::size_t at, std::string_view mark) const { return bytes_.substr(at, 4) == mark; }

  void read_directory();
  Entry read_entry(std::size_t& at);
  void check_name(std::string_view name) const;
  void check_names() const;
  void check_places() const;
  std::string_view content(const Entry& entry) const;
};

void Archive::read_directory() {
  if (bytes_.size() < end_size || !signature(bytes_.size() - end_size, "PK\5\6")) {
    fail("not a .lading file: no zip directory at its end");
  }
  const std::size_t end = bytes_.size() - end_size;
  const std::size_t count = number(end + 10, 2), size = number(end + 12, 4), start = number(end + 16, 4);
  const bool whole = number(end + 4, 4) == 0 && number(end + 8, 2) == count && number(end + 20, 2) == 0;
  if (!whole || start + size != end) fail("its zip directory is broken, or larger than 4 GB");
  std::size_t at = start;
  while (entries_.size() < count) entries_.push_back(read_entry(at));
  if (at != end) fail("its zip directory is broken, or larger than 4 GB");
  check_names();
  check_places();
}

Entry Archive::read_entry(std::size_t& at) {
  if (!inside(at, entry_size) || !signature(at, "PK\1\2")) fail("its zip directory is broken, or larger than 4 GB");
  const std::size_t name_length = number(at + 28, 2), more = number(at + 30, 2) + number(at + 32, 2);
  if (!inside(at + entry_size, name_length + more) || number(at + 34, 2) != 0)
    fail("its zip directory is broken, or larger than 4 GB");
  const Entry entry{bytes_.substr(at + entry_size, name_length), static_cast<std::uint32_t>(number(at + 16, 4)),
                    number(at + 24, 4), number(at + 42, 4)};
  check_name(entry.name);
  const std::string name(entry.name);
  if (number(at + 8, 2) & encrypted) fail("'" + name + "' is encrypted");
  if ((number(at + 38, 4) >> 16 & type_of_file) == link) fail("'" + name + "' is a symbolic link");
  if (number(at + 10, 2) != 0 || number(at + 20, 4) != entry.size) {
    fail("'" + name + "' is compressed; a .lading file only stores (zip -0)");
  }
  at += entry_size + name_length + more;
  return entry;
}

void Archive::check_name(std::string_view name) const {
  if (invalid_utf8(name) != std::string_view::npos ||
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }))
    fail("holds a name that is no UTF-8, or has control characters");
  const bool plain =
      !name.empty() && name != "." && name != ".." && name.find_first_of("/\\:") == std::string_view::npos;
  if (!plain) fail("holds '" + std::string(name) + "'; members of a .lading file have plain names, without folders");
}

void Archive::check_names() const {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries_) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) fail("holds '" + std::string(*twice) + "' twice");
}

// No byte belongs to two members, so that an archive holds no more than its size says.
void Archive::check_places() const {
  std::vector<const Entry*> order;
  for (const Entry& entry : entries_) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->header < b->header; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i]->header < order[i - 1]->header + local_size + order[i - 1]->name.size() + order[i - 1]->size)
      fail("'" + std::string(order[i - 1]->name) + "' and '" + std::string(order[i]->name) + "' overlap");
}

std::string_view Archive::content(const Entry& entry) const {
  const std::size_t at = entry.header;
  const std::string name(entry.name);
  if (!inside(at, local_size) || !signature(at, "PK\3\4")) fail("the zip header of '" + name + "' is broken");
  const std::size_t name_length = number(at + 26, 2), begin = at + local_size + name_length + number(at + 28, 2);
  if (number(at + 6, 2) & encrypted) fail("'" + name + "' is encrypted");
  const bool same =
      bytes_.substr(at + local_size, name_length) == entry.name && number(at + 8, 2) == 0 &&
      (number(at + 6, 2) & sizes_behind ||
       (number(at + 14, 4) == entry.crc && number(at + 18, 4) == entry.size && number(at + 22, 4) == entry.size));
  if (!same || !inside(begin, entry.size)) fail("the zip header of '" + name + "' is broken");
  return bytes_.substr(begin, entry.size);
}

std::string_view Archive::member(const std::string& name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.name == name; });
  if (found == entries_.end()) throw Error(path_ + ": holds no '" + name + "'", Fault::missing_file);
  const std::string_view bytes = content(*found);
  if (crc32(bytes) != found->crc) fail("'" + name + "' is damaged (its CRC-32 differs)");
  return bytes;
}

}  // namespace

Bytes read_member(const Bytes& archive, const std::string& name, const std::string& path) {
  return {archive.keep, Archive(archive.view, path).member(name)};
}

}  // namespace lading
