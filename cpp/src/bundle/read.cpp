// From a folder, its model.json, a .lading file or memory to a checked Bundle.
#include <algorithm>
#include <filesystem>
#include <functional>

#include "bundle/decode.hpp"
#include "bundle/decode_file.hpp"
#include "bundle/files.hpp"
#include "bundle/safetensors.hpp"

namespace lading {
namespace {

using ReadFile = std::function<Bytes(const std::string& name, const CheckSize& check)>;

void read_weights(Bundle& bundle, const FileRecord& record, const Bytes& file, const std::string& what,
                  const Limits& limits) {
  bundle.weight_bytes = file.view.size();
  check_size(what, file.view.size(), static_cast<std::size_t>(record.bytes));
  const std::string found = sha256(file.view);
  if (found != record.sha256) {
    throw Error(what + ": its sha256 is " + found + ", model.json says " + record.sha256 +
                "; the file was changed or damaged");
  }
  bundle.weights = read_safetensors(file, what, limits);
}

void decode_parts(Bundle& bundle, const Place& file, const Limits& limits) {
  bundle.name = decode_text(file, "name");
  bundle.version = decode_text(file, "version");
  bundle.description = decode_text(file, "description");
  bundle.axes = decode_axes(file);
  bundle.folds = decode_folds(file);
  bundle.fold_count = bundle.folds ? static_cast<int>(bundle.folds->graphs.size()) : 0;
  bundle.inputs = decode_inputs(file, bundle);
  bundle.outputs = decode_outputs(file, bundle);
  bundle.graphs = decode_graphs(file);
  check_inputs(file, bundle);
  check_folds(file, bundle);
  check_endpoints(file, bundle, limits);
  check_samples(file);
  check_names_and_record(file);
}

// A bundle for each fold, in which its graph is "main" and its rules are the only ones.
void make_members(Bundle& bundle, const Place& file) {
  Bundle plain = bundle;
  plain.folds.reset();
  for (const std::string& graph : bundle.folds->graphs) {
    auto member = std::make_shared<Bundle>(plain);
    member->fold = static_cast<int>(bundle.folds->members.size());
    member->inputs = decode_inputs(file, *member);
    member->outputs = decode_outputs(file, *member);
    check_inputs(file, *member);
    member->graphs["main"] = bundle.graphs.at(graph);
    bundle.folds->members.push_back(std::move(member));
  }
}

std::shared_ptr<const Bundle> read(const std::string& where, const ReadFile& read_file, const Limits& limits) {
  const std::string json_name = where + "/model.json";
  const Bytes text = read_file("model.json", [&](std::size_t size) { check_json_size(json_name, size); });
  check_json_size(json_name, text.view.size());
  const Json json = parse_json(text.view, json_name, limits.memory);
  const Place file(json, json_name);
  check_format(file);
  auto bundle = std::make_shared<Bundle>();
  bundle->where = where;
  decode_parts(*bundle, file, limits);
  if (const auto record = decode_weights(file)) {
    const std::string what = where + "/" + record->file;
    const auto check = [&](std::size_t size) { check_size(what, size, static_cast<std::size_t>(record->bytes)); };
    read_weights(*bundle, *record, read_file(record->file, check), what, limits);
  }
  check_graphs(file, *bundle);
  if (bundle->folds) make_members(*bundle, file);
  return bundle;
}

// "tau-id/" and "tau-id/model.json" are both "tau-id".
std::string without_end(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

const Axis& Bundle::entry_axis() const {
  return *std::find_if(axes.begin(), axes.end(), [](const Axis& axis) { return axis.kind == Axis::Kind::entry; });
}

std::shared_ptr<const Bundle> read_bundle(const std::string& path, const Limits& limits) {
  std::error_code ignored;
  std::string where = without_end(path);
  if (!std::filesystem::is_directory(where, ignored)) {
    const Bytes file = read_file(where, limits);
    if (file.view.substr(0, 2) == "PK") {
      return read(
          where, [&](const std::string& name, const CheckSize&) { return read_member(file, name, where); }, limits);
    }
    const std::filesystem::path given(where);
    if (given.filename() != "model.json") {
      throw Error(where +
                  ": not a bundle: that is a folder, its model.json or a .lading file. A model of another format "
                  "becomes one by: lading convert " +
                  where + " -o FOLDER");
    }
    const std::filesystem::path parent = given.parent_path();
    where = parent.empty() ? "." : parent.string();
  }
  return read(
      where,
      [&](const std::string& name, const CheckSize& check) { return read_file(where + "/" + name, limits, check); },
      limits);
}

std::shared_ptr<const Bundle> read_bundle(std::string_view model_json, std::string_view weights,
                                          std::shared_ptr<const void> keep, const std::string& where,
                                          const Limits& limits) {
  return read(
      where,
      [&](const std::string& name, const CheckSize&) {
        return Bytes{keep, name == "model.json" ? model_json : weights};
      },
      limits);
}

}  // namespace lading
