// `folds`: several graphs, and which of them is applied to an entry.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

constexpr std::int64_t most_folds = 1024;

std::uint64_t splitmix64(std::uint64_t key) {
  std::uint64_t z = key + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// "event.event_number", or an input without variables: which numbers are the key.
void decode_key(const Place& place, const Bundle& bundle, Folds& folds) {
  const std::string& text = place.text();
  const std::size_t dot = text.find('.');
  std::vector<std::string> inputs, variables;
  for (const Input& input : bundle.inputs) inputs.push_back(input.name);
  const auto found = std::find(inputs.begin(), inputs.end(), text.substr(0, dot));
  if (found == inputs.end())
    place.fail("no input '" + text.substr(0, dot) + "' " + suggestion(text.substr(0, dot), inputs));
  folds.input = static_cast<int>(found - inputs.begin());
  const Input& input = bundle.inputs[static_cast<std::size_t>(folds.input)];
  for (const Variable& variable : input.variables) variables.push_back(variable.name);
  if (input.type != Type::int64 || input.mask) place.fail("the key is of an input of type int64, which is fed");
  for (const AxisUse& use : input.axes)
    if (use.kind == AxisUse::Kind::sequence ||
        (use.kind != AxisUse::Kind::variable && use.kind != AxisUse::Kind::entry && use.size != 1))
      place.fail("the key is one number for each entry");
  if (dot == std::string::npos && variables.empty()) return;
  if (dot == std::string::npos) place.fail("should be an input and its variable, \"event.event_number\"");
  const std::string name = text.substr(dot + 1);
  const auto variable = std::find(variables.begin(), variables.end(), name);
  if (variable == variables.end())
    place.fail("no variable '" + name + "' in input '" + input.name + "' " + suggestion(name, variables));
  folds.variable = static_cast<int>(variable - variables.begin());
  const Variable& key = input.variables[static_cast<std::size_t>(folds.variable)];
  if (key.raw != Type::int64 || key.missing || !key.prepare.empty() || !key.categories.empty() || !key.from.empty() ||
      !key.unit.empty())
    place.fail("the key is an integer as it is fed: without raw, missing, prepare, categories, from and unit");
}

void decode_pick(const Place& place, Folds& folds) {
  place.object().allow({"modulo", "hash", "members"});
  const Place modulo = place.at("modulo");
  folds.modulo = modulo.integer_from(2);
  if (folds.modulo > most_folds) modulo.fail("should be at most " + std::to_string(most_folds));
  if (const auto hash = place.find("hash")) decode_choice(*hash, "hash", {"splitmix64"}), folds.hashed = true;
  const auto count = static_cast<std::int64_t>(folds.graphs.size());
  if (const auto members = place.find("members")) {
    std::set<std::int64_t> used;
    for (std::size_t i = 0; i < members->list().size(); ++i) {
      const Place item = (*members)[i];
      if (item.integer_from(0) >= count) item.fail("there are " + std::to_string(count) + " graphs, from 0 on");
      folds.of_residue.push_back(static_cast<int>(item.integer())), used.insert(item.integer());
    }
    if (static_cast<std::int64_t>(folds.of_residue.size()) != folds.modulo)
      members->fail("should have an item for each remainder, " + std::to_string(folds.modulo));
    if (used.size() != folds.graphs.size()) members->fail("should name every graph");
  } else if (folds.modulo != count) {
    modulo.fail("should be the number of graphs, " + std::to_string(count) + ", where there are no 'members'");
  } else {
    for (int i = 0; i < count; ++i) folds.of_residue.push_back(i);
  }
}

}  // namespace

void check_by_fold(const Place& value, const Place& list, const Bundle& bundle) {
  if (!bundle.fold_count) value.fail("'by_fold' needs 'folds'");
  value.allow({"by_fold"});
  if (list.list().size() != static_cast<std::size_t>(bundle.fold_count))
    list.fail("should have an item for each fold, " + std::to_string(bundle.fold_count));
}

std::vector<std::string> decode_fold_names(const Place& file) {
  const auto folds = file.find("folds");
  if (!folds) return {};
  folds->object().allow({"key", "pick", "graphs"});
  const Place list = folds->at("graphs");
  std::vector<std::string> names;
  std::set<std::string> known;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place item = list[i];
    names.push_back(decode_name(item));
    add_name(item, names.back(), known);
  }
  if (names.size() < 2) list.fail("should be at least two graphs");
  return names;
}

std::optional<Folds> decode_folds(const Place& file, const Bundle& bundle) {
  const auto place = file.find("folds");
  if (!place) return std::nullopt;
  Folds folds;
  folds.graphs = decode_fold_names(file);
  const Place key = place->at("key"), pick = place->at("pick");
  decode_key(key, bundle, folds);
  decode_pick(pick, folds);
  return folds;
}

int Folds::pick(std::int64_t key) const {
  if (hashed)
    return of_residue[static_cast<std::size_t>(splitmix64(static_cast<std::uint64_t>(key)) %
                                               static_cast<std::uint64_t>(modulo))];
  const std::int64_t rest = key % modulo;
  return of_residue[static_cast<std::size_t>(rest < 0 ? rest + modulo : rest)];
}

}  // namespace lading
