// cms::Ort::ONNXRuntime as CMSSW's producers call it: cms_onnxruntime COMMAND BUNDLE FILE..., with files of named tensors.
#include <lading/compat/cms_onnxruntime.hpp>

#include <thread>

#include "tensors_file.hpp"

using cms::Ort::FloatArrays;
using cms::Ort::ONNXRuntime;

namespace {

struct Call {
  explicit Call(const char* path) {
    for (const NamedTensor& tensor : read_tensors(path)) {
      names.push_back(tensor.name);
      values.push_back(tensor.numbers<float>());
      shapes.push_back(tensor.shape);
    }
  }
  std::vector<std::string> names;
  FloatArrays values;
  std::vector<std::vector<std::int64_t>> shapes;
};

void print_all(const FloatArrays& outputs) {
  for (const auto& output : outputs) {
    ::print_all(output);
    end_line();
  }
}

// One output by its name; then into arrays that are there, of another size; then all, the inputs in another order.
void run(const ONNXRuntime& model, Call& call) {
  print_all(model.run(call.names, call.values, call.shapes));
  const std::string last = model.getOutputNames().back();
  FloatArrays kept = {std::vector<float>(7), {}, {1.0f}};
  model.runInto(call.names, call.values, call.shapes, {last}, kept);
  print_all(kept);
  std::vector<std::string> names(call.names.rbegin(), call.names.rend());
  FloatArrays values(call.values.rbegin(), call.values.rend());
  names.emplace_back("a name that the model does not have"), values.emplace_back();
  std::vector<std::vector<std::int64_t>> shapes(call.shapes.rbegin(), call.shapes.rend());
  shapes.emplace_back();
  print_all(model.run(names, values, shapes, {last, last}));
}

void refuse(const ONNXRuntime& model, Call& call) {
  refusal([&] { model.run(call.names, call.values); });
  refusal([&] { model.run(call.names, call.values, call.shapes, {"soft_max"}); });
  refusal([&] { model.run(call.names, call.values, call.shapes, {}, 0); });
  refusal([&] { model.run({"pf_mask"}, call.values, call.shapes); });
  FloatArrays one = {call.values[0]};
  refusal([&] { model.run({call.names[0]}, one, {call.shapes[0]}); });
  refusal([&] { model.run(call.names, call.values, {call.shapes[0]}); });
  FloatArrays values = call.values, outputs;
  values[0].pop_back();
  refusal([&] { model.run(call.names, values, call.shapes); });
  auto shapes = call.shapes;
  shapes[1].back() += 1, values = call.values, values[1].resize(values[1].size() + std::size_t(shapes[1][0]));
  refusal([&] { model.run(call.names, values, shapes); });
  refusal([&] { model.runInto(call.names, call.values, call.shapes, {"softmax"}, outputs, {{4, 4}}); });
  refusal([&] { model.getOutputShape("soft_max"); });
  refusal([&] { ONNXRuntime::defaultSessionOptions(cms::Ort::Backend::cuda); });
}

}  // namespace

int main(int count, char** argv) {
  const std::string command = argv[1];
  const auto options = ONNXRuntime::defaultSessionOptions();
  const ONNXRuntime model(argv[2], &options);
  for (int f = 3; f < count; ++f) {
    Call call(argv[f]);
    if (command == "run") run(model, call);
    if (command == "refusals") refuse(model, call);
    if (command == "batch") print_all(model.run(call.names, call.values, {}, {}, call.shapes[0][0]));
  }
  if (command != "run") return 0;
  for (const auto& name : model.getOutputNames()) {
    std::printf("%s", name.c_str());
    for (const std::int64_t length : model.getOutputShape(name)) std::printf(" %d", int(length));
    std::printf("\n");
  }
}
