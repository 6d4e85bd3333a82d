#include "error.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lading {
namespace {

using Letters = std::vector<char32_t>;

// Lower case of Latin, Greek and Cyrillic letters, whatever the locale; all else stays.
char32_t lower(char32_t c) {
  auto in = [c](char32_t from, char32_t to) { return c >= from && c <= to; };
  if (in('A', 'Z') || (in(0xC0, 0xDE) && c != 0xD7) || in(0x391, 0x3A1) || in(0x3A3, 0x3AB) || in(0x410, 0x42F))
    return c + 0x20;
  if (in(0x400, 0x40F)) return c + 0x50;
  if ((in(0x100, 0x12F) || in(0x132, 0x137) || in(0x14A, 0x177) || in(0x460, 0x481)) && c % 2 == 0) return c + 1;
  if ((in(0x139, 0x148) || in(0x179, 0x17E)) && c % 2 == 1) return c + 1;
  if (in(0x388, 0x38A)) return c + 37;
  switch (c) {
    case 0x178: return 0xFF;
    case 0x386: return 0x3AC;
    case 0x38C: return 0x3CC;
    case 0x38E: return 0x3CD;
    case 0x38F: return 0x3CE;
    default: return c;
  }
}

// One element per character of UTF-8 text; a byte that is none counts as a character of its own.
Letters letters(std::string_view text) {
  Letters result;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
    char32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));
    if (i + length > text.size()) return result;
    for (std::size_t k = 1; k < length; ++k) c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    result.push_back(lower(c));
    i += length;
  }
  return result;
}

// Levenshtein distance.
std::size_t distance(const Letters& a, const Letters& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t(0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] != b[j]);
      diagonal = std::exchange(row[j + 1], std::min({row[j + 1] + 1, row[j] + 1, changed}));
    }
  }
  return row.back();
}

struct Near {
  std::size_t distance, index, length;
  bool operator<(const Near& other) const {
    return std::pair(distance, index) < std::pair(other.distance, other.index);
  }
};

constexpr std::size_t listed = 8;
constexpr std::size_t most_comparisons = 2'000'000;  // of letters; who makes up longer names gets no advice
constexpr std::size_t longest = 8000, first = 6000, last = 1500;  // bytes of a text, and what is kept of a longer one

// Texts quote what a file says, which may be megabytes.
std::string shortened(const std::string& text) {
  if (text.size() <= longest) return text;
  const auto inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
  std::size_t end = first, begin = text.size() - last;
  while (inside(end)) --end;
  while (inside(begin)) ++begin;
  return text.substr(0, end) + " \u2026 " + text.substr(begin);
}

// Where a file wrote a NUL into a name, a text would end in C.
std::string without_nul(std::string text) {
  for (std::size_t at; (at = text.find('\0')) != std::string::npos;) text.replace(at, 1, "\\x00");
  return text;
}

bool too_long(std::string_view wrong, const std::vector<std::string>& names) {
  std::size_t letters_of_all = 0;
  for (const std::string& name : names) letters_of_all += letters(name).size();
  const std::size_t own = letters(wrong).size();
  return own && letters_of_all > most_comparisons / own;
}

// "'pt', 'eta' and 3 more"
template <class Name> std::string list_of(std::size_t count, Name&& name) {
  std::string text;
  for (std::size_t i = 0; i < std::min(count, listed); ++i) text += (i ? ", '" : "'") + name(i) + "'";
  return text + (count > listed ? " and " + std::to_string(count - listed) + " more" : "");
}

// The names nearest to `wrong`, nearest first, then as given. Names whose length alone rules them out
// are not compared, so that a long list stays cheap.
std::vector<Near> nearest(std::string_view wrong, const std::vector<std::string>& names) {
  const Letters target = letters(wrong);
  std::vector<Near> best;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Letters name = letters(names[i]);
    const std::size_t at_least = std::max(target.size(), name.size()) - std::min(target.size(), name.size());
    if (best.size() == listed && at_least >= best.back().distance) continue;
    const Near candidate{distance(target, name), i, name.size()};
    best.insert(std::upper_bound(best.begin(), best.end(), candidate), candidate);
    if (best.size() > listed) best.pop_back();
  }
  return best;
}

}  // namespace

Error::Error(const std::string& text, Fault fault) : std::runtime_error(without_nul(shortened(text))), fault(fault) {}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& names) {
  if (names.empty()) return "(there are none)";
  if (too_long(wrong, names)) return "(has: " + list_of(names.size(), [&](std::size_t i) { return names[i]; }) + ")";
  const std::vector<Near> best = nearest(wrong, names);
  const std::string text = "(has: " + list_of(names.size(), [&](std::size_t i) { return names[best[i].index]; }) + ")";
  const bool close = best[0].distance <= std::max<std::size_t>(2, best[0].length / 3);
  return close ? text + "; did you mean '" + names[best[0].index] + "'?" : text;
}

}  // namespace lading
