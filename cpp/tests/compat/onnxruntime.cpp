// ONNX Runtime as physics code calls it: onnxruntime COMMAND MODEL FILE..., with files of named tensors.
// -DONNXRUNTIME_HEADER=... compiles the same calls against another header, for example the original's.
#ifdef ONNXRUNTIME_HEADER
#include ONNXRUNTIME_HEADER
#else
#include <lading/compat/onnxruntime.hpp>
#endif

#include <cstring>
#include <thread>

#include "tensors_file.hpp"

namespace {

Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "test");
Ort::AllocatorWithDefaultOptions allocator;
const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);

Ort::Session open(const char* path) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1).SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_EXTENDED);
  options.DisableCpuMemArena();
  return Ort::Session(env, path, options);
}

Ort::Value tensor_over(NamedTensor& given) {
  return Ort::Value::CreateTensor(memory, static_cast<void*>(given.bytes.data()), given.bytes.size(),
                                  given.shape.data(), given.shape.size(), ONNXTensorElementDataType(given.type));
}

void print_form(const char* name, const Ort::TensorTypeAndShapeInfo& info) {
  std::printf("%s %d [", name, int(info.GetElementType()));
  for (const std::int64_t length : info.GetShape()) std::printf(" %d", int(length));
  std::printf(" ]\n");
}
template <class T> void print_numbers(const Ort::Value& value) {
  const T* data = value.GetTensorData<T>();
  const std::size_t count = value.GetTensorTypeAndShapeInfo().GetElementCount();
  for (std::size_t i = 0; i < count; ++i) print(static_cast<double>(data[i]));
  end_line();
}
void print_tensor(const char* name, const Ort::Value& value) {
  const auto info = value.GetTensorTypeAndShapeInfo();
  print_form(name, info);
  switch (info.GetElementType()) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT: return print_numbers<float>(value);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE: return print_numbers<double>(value);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: return print_numbers<std::int64_t>(value);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL: return print_numbers<bool>(value);
    default: std::printf("numbers of type %d\n", int(info.GetElementType()));
  }
}

// Inputs and outputs of one call: names as C strings, and tensors over the bytes of a file.
struct Call {
  Call(Ort::Session& session, const char* path) : given(read_tensors(path)) {
    for (NamedTensor& tensor : given) {
      names.push_back(tensor.name.c_str());
      values.push_back(tensor_over(tensor));
    }
    for (std::size_t o = 0; o < session.GetOutputCount(); ++o)
      kept.push_back(session.GetOutputNameAllocated(o, allocator));
    for (const auto& name : kept) output_names.push_back(name.get());
  }
  std::vector<Ort::Value> run(Ort::Session& session) const {
    return session.Run(Ort::RunOptions{nullptr}, names.data(), values.data(), values.size(), output_names.data(),
                       output_names.size());
  }
  void print_all(const std::vector<Ort::Value>& outputs) const {
    for (std::size_t o = 0; o < outputs.size(); ++o) print_tensor(output_names[o], outputs[o]);
  }
  std::vector<NamedTensor> given;
  std::vector<const char*> names, output_names;
  std::vector<Ort::Value> values;
  std::vector<Ort::AllocatedStringPtr> kept;
};

void describe(Ort::Session& session) {
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    const auto type = session.GetInputTypeInfo(i);
    print_form(session.GetInputNameAllocated(i, allocator).get(), type.GetTensorTypeAndShapeInfo());
  }
  for (std::size_t o = 0; o < session.GetOutputCount(); ++o) {
    const auto type = session.GetOutputTypeInfo(o);
    const auto info = type.GetTensorTypeAndShapeInfo();
    std::vector<std::int64_t> dims(info.GetDimensionsCount());
    info.GetDimensions(dims.data(), dims.size());
    if (type.GetONNXType() != ONNX_TYPE_TENSOR || dims != info.GetShape()) std::printf("differs\n");
    print_form(session.GetOutputNameAllocated(o, allocator).get(), info);
  }
}

// Into tensors of the caller's, and by a binding, twice: the same numbers everywhere.
void run_into(Ort::Session& session, const Call& call) {
  const auto outputs = call.run(session);
  std::vector<Ort::Value> own, bound;
  for (const Ort::Value& output : outputs) {
    const auto shape = output.GetTensorTypeAndShapeInfo().GetShape();
    own.push_back(Ort::Value::CreateTensor<float>(allocator, shape.data(), shape.size()));
    bound.push_back(Ort::Value::CreateTensor<float>(allocator, shape.data(), shape.size()));
  }
  session.Run(Ort::RunOptions{nullptr}, call.names.data(), call.values.data(), call.values.size(),
              call.output_names.data(), own.data(), own.size());
  Ort::IoBinding binding(session);
  for (std::size_t i = 0; i < call.names.size(); ++i) binding.BindInput(call.names[i], call.values[i]);
  binding.BindOutput(call.output_names[0], memory);
  for (std::size_t o = 1; o < own.size(); ++o) binding.BindOutput(call.output_names[o], bound[o]);
  for (int time = 0; time < 2; ++time) session.Run(Ort::RunOptions{nullptr}, binding);
  const auto values = binding.GetOutputValues();
  for (std::size_t o = 0; o < own.size(); ++o) {
    print_tensor(call.output_names[o], own[o]);
    print_tensor(call.output_names[o], o ? bound[o] : values[0]);
  }
}

// Several threads at once, each through its own calls; prints how many runs gave what the first run gave.
void run_in_threads(Ort::Session& session, const std::vector<std::string>& files) {
  std::vector<std::size_t> same(files.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < files.size(); ++t)
    threads.emplace_back([&, t] {
      const Call call(session, files[t].c_str());
      const auto first = call.run(session);
      for (int time = 0; time < 50; ++time) {
        const auto again = call.run(session);
        bool equal = again.size() == first.size();
        for (std::size_t o = 0; o < first.size(); ++o) {
          const std::size_t bytes = first[o].GetTensorTypeAndShapeInfo().GetElementCount() * sizeof(float);
          equal = equal && !std::memcmp(first[o].GetTensorData<float>(), again[o].GetTensorData<float>(), bytes);
        }
        same[t] += equal;
      }
    });
  for (auto& thread : threads) thread.join();
  for (const std::size_t count : same) std::printf("%d\n", int(count));
}

// Calls that go wrong, on examples/tagger's batched network.
void refuse(Ort::Session& session, Call& call) {
  const Ort::RunOptions options{nullptr};
  std::vector<float> numbers(64);
  std::vector<double> doubles(64);
  const auto tensor = [&](auto* data, std::vector<std::int64_t> shape, std::size_t count) {
    return Ort::Value::CreateTensor(memory, data, count, shape.data(), shape.size());
  };
  const auto run = [&](std::vector<const char*> names, const char* output = "tagger_flavour") {
    refusal([&] { session.Run(options, names.data(), call.values.data(), names.size(), &output, 1); });
  };
  const auto run_with = [&](Ort::Value tracks) {
    std::swap(call.values[1], tracks);
    run(call.names);
    std::swap(call.values[1], tracks);
  };
  run({"jet_features", "track_feature", "track_mask"});
  run({"jet_features"});
  run({"jet_features", "jet_features", "track_mask"});
  run(call.names, "tagger_flavor");
  run_with(tensor(numbers.data(), {2, 3, 7}, 42));
  run_with(tensor(numbers.data(), {2, 24}, 48));
  run_with(tensor(numbers.data(), {1, 3, 8}, 24));
  run_with(tensor(doubles.data(), {2, 3, 8}, 48));
  run_with(Ort::Value{nullptr});
  refusal([&] { tensor(numbers.data(), {2, 3, 8}, 47); });
  refusal([&] { tensor(numbers.data(), {-1, 3}, 3); });
  refusal([&] { call.run(session)[0].GetTensorData<double>(); });
  refusal([&] { session.GetInputTypeInfo(7); });
  refusal([&] { Ort::Session{nullptr}.GetInputCount(); });
  Ort::Value three_jets = tensor(numbers.data(), {3, 4}, 12);
  refusal([&] {
    session.Run(options, call.names.data(), call.values.data(), call.values.size(), call.output_names.data(),
                &three_jets, 1);
  });
}

}  // namespace

int main(int count, char** argv) {
  const std::string command = argv[1];
  if (command == "missing") return refusal([&] { open(argv[2]); }), 0;
  Ort::Session session{nullptr};
  session = open(argv[2]);
  if (command == "describe") describe(session);
  if (command == "threads") run_in_threads(session, {argv + 3, argv + count});
  for (int f = 3; f < count && command != "threads"; ++f) {
    Call call(session, argv[f]);
    if (command == "run") call.print_all(call.run(session));
    if (command == "failing") refusal([&] { call.run(session); });
    if (command == "into") run_into(session, call);
    if (command == "refusals") refuse(session, call);
  }
}
