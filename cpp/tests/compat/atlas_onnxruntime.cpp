// SaltModel and IAthInferenceTool as athena calls them: atlas_onnxruntime COMMAND BUNDLE FILE..., with files of named tensors.
#include <lading/compat/atlas_onnxruntime.hpp>

#include "tensors_file.hpp"

namespace {

// What AthInfer::IAthInferenceTool and its types are, but for what makes it a tool of Gaudi.
namespace AthInfer {
using DataVariant = std::variant<std::vector<float>, std::vector<std::int64_t>>;
using InferenceData = std::pair<std::vector<std::int64_t>, DataVariant>;
using InputDataMap = std::map<std::string, InferenceData>;
using OutputDataMap = std::map<std::string, InferenceData>;
}  // namespace AthInfer

using Salt = FlavorTagDiscriminants::SaltModel;

std::map<std::string, FlavorTagInference::Inputs> inputs_of(const char* path) {
  std::map<std::string, FlavorTagInference::Inputs> inputs;
  for (const NamedTensor& tensor : read_tensors(path)) inputs[tensor.name] = {tensor.numbers<float>(), tensor.shape};
  return inputs;
}

template <class Map> void print_map(const char* kind, const Map& map) {
  for (const auto& [name, numbers] : map) {
    std::printf("%s %s ", kind, name.c_str());
    print_all(numbers);
    end_line();
  }
}

void run_salt(const Salt& model, const char* path) {
  auto inputs = inputs_of(path);
  const Salt::InferenceOutput output = model.runInference(inputs);
  std::map<std::string, std::vector<float>> singles;
  for (const auto& [name, number] : output.singleFloat) singles[name] = {number};
  print_map("float", singles);
  print_map("vector", output.vecFloat);
  print_map("char", output.vecChar);
}

AthInfer::InputDataMap data_of(const char* path) {
  AthInfer::InputDataMap data;
  for (const NamedTensor& tensor : read_tensors(path)) {
    if (tensor.type == 7) data[tensor.name] = {tensor.shape, tensor.numbers<std::int64_t>()};
    else data[tensor.name] = {tensor.shape, tensor.numbers<float>()};
  }
  return data;
}

// Outputs NAME:RANK, with "i" behind for whole numbers.
AthInfer::OutputDataMap asked(const std::string& text) {
  AthInfer::OutputDataMap outputs;
  for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
    end = std::min(text.find(',', at), text.size());
    const std::string one = text.substr(at, end - at);
    const std::size_t colon = one.find(':');
    const std::vector<std::int64_t> shape(std::size_t(one[colon + 1] - '0'), -1);
    outputs[one.substr(0, colon)] = {shape, std::vector<float>{}};
    if (one.back() == 'i') outputs[one.substr(0, colon)] = {shape, std::vector<std::int64_t>{}};
  }
  return outputs;
}

void run_inference(const lading::compat::AthInference& tool, const char* path, const char* names) {
  auto outputs = asked(names);
  const auto inputs = data_of(path);
  for (int time = 0; time < 2; ++time) tool.inference(inputs, outputs);  // shapes are known in the second run
  for (const auto& [name, output] : outputs) {
    std::printf("%s %d [", name.c_str(), output.second.index() ? 7 : 1);
    for (const std::int64_t length : output.first) std::printf(" %d", int(length));
    std::printf(" ]\n");
    std::visit([](const auto& numbers) { print_all(numbers); }, output.second);
    end_line();
  }
}

}  // namespace

int main(int count, char** argv) {
  const std::string command = argv[1];
  if (command == "salt") {
    const Salt model(argv[2]);
    for (int f = 3; f < count; ++f) run_salt(model, argv[f]);
    for (const auto& output : model.getOutputConfig())
      std::printf("%s %d\n", output.name.c_str(), static_cast<int>(output.type));
    std::printf("%s\n", model.getModelName().c_str());
  } else if (command == "inference") {
    const lading::compat::AthInference tool(argv[2]);
    for (int f = 4; f < count; ++f) run_inference(tool, argv[f], argv[3]);
  } else if (command == "unfit") {
    refusal([&] { const Salt model(argv[2]); });
  } else {
    const Salt model(argv[2]);
    auto inputs = inputs_of(argv[3]);
    inputs["flows"] = {};
    refusal([&] { model.runInference(inputs); });
    inputs.erase("flows");
    inputs["jets"].second = {4};
    refusal([&] { model.runInference(inputs); });
    inputs.erase("jets");
    refusal([&] { model.runInference(inputs); });
    const lading::compat::AthInference tool(argv[2]);
    const auto given = data_of(argv[3]);
    for (const char* names : {"flavor:1", "flavour:2", "flavour:1i"}) {
      auto outputs = asked(names);
      refusal([&] { tool.inference(given, outputs); });
    }
  }
}
