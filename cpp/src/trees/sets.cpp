#include "trees/sets.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace lading::trees {
namespace {

using Table = std::array<std::uint8_t, table_bytes>;
constexpr std::size_t over = 64 - table_bytes;  // what reading a whole register from the last table takes

void add(Table& table, std::uint8_t code) { table[code / 8] |= static_cast<std::uint8_t>(1 << code % 8); }

// What is common to splits that look at the same codes.
struct Key {
  std::int32_t feature;
  int rules;
  bool operator<(const Key& other) const {
    return feature != other.feature ? feature < other.feature : rules < other.rules;
  }
};

class Finder {
 public:
  explicit Finder(const Forest& forest) : forest_(forest) {}

  bool find(Sets& sets, std::vector<std::int32_t>& of_split) {
    for (const Split& split : forest_.splits)
      if (split.set >= 0) see(split);
    for (auto& [key, column] : columns_)
      if (!number_categories(column)) return false;
    for (const Split& split : forest_.splits)
      of_split.push_back(split.set < 0 ? -1 : number_of(columns_.at(key_of(split)), table_of(split)));
    std::int32_t first = 0;
    for (auto& [key, column] : columns_) {
      column.first_set = first;
      first += static_cast<std::int32_t>(column.tables.size());
      hand_over(key, column, sets);
    }
    sets.tables.resize(sets.tables.size() + over);
    for (std::size_t n = 0; n < of_split.size(); ++n)
      if (of_split[n] >= 0) of_split[n] += columns_.at(key_of(forest_.splits[n])).first_set;
    return true;
  }

 private:
  struct Column {
    std::vector<std::uint8_t> code;  // while categories are collected: whether a set has this one
    std::map<Table, std::int32_t> number;
    std::vector<Table> tables;
    std::int32_t first_set = 0;
  };

  static Key key_of(const Split& split) {
    return {split.feature, split.missing & (nan_is_zero | zero_is_missing | negative_is_none)};
  }
  template <class Visit> void members(const Split& split, Visit visit) const {
    const Set& set = forest_.sets[static_cast<std::size_t>(split.set)];
    for (std::size_t w = 0; w < static_cast<std::size_t>(set.words); ++w)
      for (std::uint32_t left = forest_.words[static_cast<std::size_t>(set.begin) + w]; left; left &= left - 1)
        visit(32 * w + static_cast<std::size_t>(__builtin_ctz(left)));
  }
  void see(const Split& split) {
    std::vector<std::uint8_t>& seen = columns_[key_of(split)].code;
    if (seen.empty()) seen.resize(1);  // sets may have no members: -0.5 is category 0
    members(split, [&](std::size_t category) {
      if (category >= seen.size()) seen.resize(category + 1);
      seen[category] = 1;
    });
  }
  static bool number_categories(Column& column) {
    int next = first_code;
    for (std::uint8_t& code : column.code)
      if (code && next > last_code) return false;
      else code = code ? static_cast<std::uint8_t>(next++) : no_code;
    return true;
  }
  Table table_of(const Split& split) {
    Table table{};
    if ((split.missing & missing_left) && !(split.missing & nan_is_zero)) add(table, missing_code);
    const std::vector<std::uint8_t>& code = columns_.at(key_of(split)).code;
    members(split, [&](std::size_t category) { add(table, code[category]); });
    return table;
  }
  static std::int32_t number_of(Column& column, const Table& table) {
    const auto [found, added] = column.number.try_emplace(table, static_cast<std::int32_t>(column.tables.size()));
    if (added) column.tables.push_back(table);
    return found->second;
  }
  static void hand_over(const Key& key, Column& column, Sets& sets) {
    Categories made{};
    made.feature = key.feature;
    made.nan_is_zero = (key.rules & nan_is_zero) != 0, made.zero_is_missing = (key.rules & zero_is_missing) != 0;
    made.negative_is_none = (key.rules & negative_is_none) != 0;
    made.limit = static_cast<std::int32_t>(column.code.size());
    made.first_set = column.first_set, made.sets = static_cast<std::int32_t>(column.tables.size());
    for (const Table& table : column.tables) sets.tables.insert(sets.tables.end(), table.begin(), table.end());
    sets.codes.push_back(std::move(column.code));
    made.code = sets.codes.back().data();  // moving a vector of vectors does not move what they hold
    sets.columns.push_back(made);
  }

  const Forest& forest_;
  std::map<Key, Column> columns_;
};

}  // namespace

std::size_t Sets::bytes() const {
  std::size_t sum = tables.size();
  for (const auto& each : codes) sum += each.size();
  return sum;
}

bool find_sets(const Forest& forest, Sets& sets, std::vector<std::int32_t>& of_split) {
  return forest.sets.empty() || Finder(forest).find(sets, of_split);
}

}  // namespace lading::trees
