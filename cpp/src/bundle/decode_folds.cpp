// `folds`: several graphs, and which of them is applied to an entry.
#include <algorithm>

#include "bundle/decode.hpp"

namespace lading {
namespace {

std::uint64_t splitmix64(std::uint64_t key) {
  std::uint64_t z = key + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

std::vector<std::string> decode_graph_names(const Place& list) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (std::size_t i = 0; i < list.list().size(); ++i) {
    const Place item = list[i];
    names.push_back(decode_name(item));
    add_name(item, names.back(), known);
  }
  if (names.size() < 2) list.fail("should have at least two graphs");
  return names;
}

void decode_members(const Place& list, Folds& folds) {
  if (static_cast<std::int64_t>(list.list().size()) != folds.modulo)
    list.fail("should have " + std::to_string(folds.modulo) + " numbers, one for each residue, has " +
              std::to_string(list.size()));
  const std::size_t count = folds.graphs.size();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Place item = list[i];
    if (item.integer_from(0) >= static_cast<std::int64_t>(count))
      item.fail("should be below " + std::to_string(count) + ", the number of graphs, is " +
                std::to_string(item.integer()));
    folds.of_residue.push_back(static_cast<int>(item.integer()));
  }
  for (std::size_t g = 0; g < count; ++g)
    if (std::find(folds.of_residue.begin(), folds.of_residue.end(), g) == folds.of_residue.end())
      list.fail("no residue takes the graph '" + folds.graphs[g] + "'");
}

void decode_pick(const Place& place, Folds& folds) {
  place.allow({"hash", "modulo", "members"});
  const Place modulo = place.at("modulo");
  const auto hash = place.find("hash"), members = place.find("members");
  folds.modulo = modulo.integer_from(2);
  if (hash) decode_choice(*hash, "hash", {"splitmix64"}), folds.hashed = true;
  if (members) return decode_members(*members, folds);
  const auto count = static_cast<std::int64_t>(folds.graphs.size());
  if (folds.modulo != count)
    modulo.fail("should be " + std::to_string(count) +
                ", the number of graphs; else 'members' says which a residue takes");
  for (int i = 0; i < count; ++i) folds.of_residue.push_back(i);
}

bool is_required(const Place& file) {
  const auto features = file.find("requires");
  for (std::size_t i = 0; features && i < features->size(); ++i)
    if ((*features)[i].text() == "folds") return true;
  return false;
}

template <class Things> std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.name);
  return names;
}

template <class Things> int find(const Things& things, const std::string& name) {
  for (std::size_t i = 0; i < things.size(); ++i)
    if (things[i].name == name) return static_cast<int>(i);
  return -1;
}

void find_key(const Place& place, const Bundle& bundle, Folds& folds) {
  const std::string& text = place.text();
  const std::size_t dot = find(bundle.inputs, text) < 0 ? text.find('.') : std::string::npos;
  const std::string name = text.substr(0, dot);
  folds.input = find(bundle.inputs, name);
  if (folds.input < 0) place.fail("no input '" + name + "' " + suggestion(name, names_of(bundle.inputs)));
  const auto& variables = bundle.inputs[static_cast<std::size_t>(folds.input)].variables;
  if (dot == std::string::npos) {
    if (variables.empty()) return;
    place.fail("the input '" + name + "' has variables; say which: '" + name + "." + variables[0].name + "'");
  }
  const std::string variable = text.substr(dot + 1);
  folds.variable = find(variables, variable);
  if (folds.variable < 0)
    place.fail("no variable '" + variable + "' in input '" + name + "' " + suggestion(variable, names_of(variables)));
}

// The key is fed, a whole number for each entry, and nothing changes it before it is read.
void check_key(const Place& place, const Bundle& bundle, const Folds& folds) {
  const Input& input = bundle.inputs[static_cast<std::size_t>(folds.input)];
  const Variable* variable = folds.variable < 0 ? nullptr : &input.variables[static_cast<std::size_t>(folds.variable)];
  const std::string quoted = "'" + place.text() + "'";
  if (input.mask) place.fail("the input '" + input.name + "' is a mask; a key is fed");
  const Type raw = variable ? variable->raw : usual_raw(input.type);
  if (input.type != Type::int64 || raw != Type::int64)
    place.fail(quoted + " is " + std::string(name_of(input.type)) + ", fed as " + std::string(name_of(raw)) +
               "; a key is int64, fed as int64");
  std::int64_t count = 1;
  for (const AxisUse& use : input.axes) {
    if (use.kind == AxisUse::Kind::sequence)
      place.fail(quoted + " has the axis '" + bundle.axes[static_cast<std::size_t>(use.axis)].name +
                 "'; a key is one number an entry");
    if (use.kind == AxisUse::Kind::number || use.kind == AxisUse::Kind::fixed) count *= use.size;
  }
  if (count != 1) place.fail(quoted + " has " + std::to_string(count) + " numbers an entry; a key is one");
  if (!variable) return;
  const std::pair<const char*, bool> rules[] = {{"unit", !variable->unit.empty()},
                                                {"from", !variable->from.empty()},
                                                {"missing", variable->missing.has_value()},
                                                {"categories", !variable->categories.empty()},
                                                {"prepare", !variable->prepare.empty()}};
  for (const auto& [rule, given] : rules)
    if (given) place.fail(quoted + " has '" + rule + "'; a key is taken as it is fed");
}

}  // namespace

void check_by_fold(const Place& value, const Place& list, const Bundle& bundle) {
  if (!bundle.fold_count) value.fail("differs by fold, but the model has no folds");
  value.allow({"by_fold"});
  if (list.list().size() != static_cast<std::size_t>(bundle.fold_count))
    list.fail("should have " + std::to_string(bundle.fold_count) + " items, one for each fold, has " +
              std::to_string(list.size()));
}

std::optional<Folds> decode_folds(const Place& file) {
  const auto place = file.find("folds");
  if (!place && is_required(file)) file.fail("requires the feature 'folds', but lacks the key 'folds'");
  if (!place) return std::nullopt;
  if (!is_required(file)) place->fail("the feature 'folds' should stand in 'requires'");
  place->allow({"key", "pick", "graphs"});
  const Place key = place->at("key"), pick = place->at("pick"), graphs = place->at("graphs");
  Folds folds;
  key.text();
  folds.graphs = decode_graph_names(graphs);
  decode_pick(pick, folds);
  return folds;
}

void check_folds(const Place& file, Bundle& bundle) {
  if (!bundle.folds) return;
  const Place graphs = file.at("graphs"), place = file.at("folds"), names = place.at("graphs"), key = place.at("key");
  if (const auto main = graphs.find("main")) main->fail("a model with folds has their graphs instead of 'main'");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Place name = names[i];
    std::vector<std::string> known;
    for (const auto& [graph, nodes] : bundle.graphs) known.push_back(graph);
    if (!bundle.graphs.count(name.text()))
      name.fail("no graph '" + name.text() + "' " + suggestion(name.text(), known));
  }
  find_key(key, bundle, *bundle.folds);
  check_key(key, bundle, *bundle.folds);
}

int Folds::pick(std::int64_t key) const {
  if (hashed)
    return of_residue[static_cast<std::size_t>(splitmix64(static_cast<std::uint64_t>(key)) %
                                               static_cast<std::uint64_t>(modulo))];
  const std::int64_t rest = key % modulo;
  return of_residue[static_cast<std::size_t>(rest < 0 ? rest + modulo : rest)];
}

}  // namespace lading
