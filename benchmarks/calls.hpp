// One call of lading and of ONNX Runtime in C, on the same tensors: what native.cpp and loading.cpp measure.
//
// Tensors are read from the standard input: "inputs N", then for each, in the bundle's order, "name ones|random rank lengths...",
// then "outputs M" and their names. All are float32.
// ONNX Runtime ships no header in its wheel; its interface is a table of functions whose places never change.
#pragma once
#include <dlfcn.h>
#include <lading/lading.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

[[noreturn]] inline void stop(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

struct Input {  // a tensor of float32
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> data;
};

inline Input read_input() {
  Input input;
  std::string kind;
  std::size_t rank, size = 1;
  std::cin >> input.name >> kind >> rank;
  input.shape.resize(rank);
  for (auto& length : input.shape) std::cin >> length, size *= static_cast<std::size_t>(length);
  input.data.resize(size, 1.f);
  unsigned seed = 1;
  if (kind == "random")
    for (float& x : input.data) {  // a sum of four: near enough to normal
      x = 0;
      for (int i = 0; i < 4; ++i) seed = seed * 1664525u + 1013904223u, x += float(seed >> 8) / 16777216.f - 0.5f;
    }
  return input;
}

struct Tensors {
  std::vector<Input> inputs;
  std::vector<std::string> outputs;
};

inline Tensors read_tensors() {
  Tensors tensors;
  std::string word;
  std::size_t count;
  std::cin >> word >> count;
  for (std::size_t i = 0; i < count; ++i) tensors.inputs.push_back(read_input());
  std::cin >> word >> count;
  tensors.outputs.resize(count);
  for (std::string& name : tensors.outputs) std::cin >> name;
  return tensors;
}

// ---- ONNX Runtime

enum Place {
  error_text = 2,
  make_env = 3,
  make_session = 7,
  run = 9,
  make_options = 10,
  intra_threads = 24,
  inter_threads = 25,
  wrap_tensor = 49,
  tensor_data = 51,
  make_memory_info = 69,
  free_value = 96
};

class Peer {
 public:
  explicit Peer(const char* library) {
    struct Base {
      const void* const* (*api)(std::uint32_t);
    };
    void* opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!opened) stop(dlerror());
    table_ = reinterpret_cast<const Base* (*)()>(dlsym(opened, "OrtGetApiBase"))()->api(16);
    call<int, const char*, void**>(make_env, 3, "benchmark", &env_);
  }
  void load(const char* network, std::vector<Input>& inputs, std::vector<std::string> outputs) {
    void *options = nullptr, *memory = nullptr;
    outputs_ = std::move(outputs);
    call<void**>(make_options, &options);
    call<void*, int>(intra_threads, options, 1), call<void*, int>(inter_threads, options, 1);
    call<void*, const char*, void*, void**>(make_session, env_, network, options, &session_);
    call<int, int, void**>(make_memory_info, 0, 0, &memory);
    for (Input& input : inputs) {
      void* value = nullptr;
      call<void*, void*, std::size_t, const std::int64_t*, std::size_t, int, void**>(
          wrap_tensor, memory, input.data.data(), input.data.size() * sizeof(float), input.shape.data(),
          input.shape.size(), 1, &value);
      names_.push_back(input.name.c_str()), values_.push_back(value);
    }
    for (const std::string& name : outputs_) output_names_.push_back(name.c_str());
    results_.resize(outputs_.size());
  }
  void run_once() {
    for (void*& result : results_) {
      if (result) reinterpret_cast<void (*)(void*)>(table_[free_value])(result);
      result = nullptr;
    }
    call<void*, void*, const char* const*, void* const*, std::size_t, const char* const*, std::size_t, void**>(
        run, session_, nullptr, names_.data(), values_.data(), values_.size(), output_names_.data(), results_.size(),
        results_.data());
  }
  const float* result(std::size_t o) {
    void* data = nullptr;
    call<void*, void**>(tensor_data, results_[o], &data);
    return static_cast<const float*>(data);
  }

 private:
  template <class... Types> void call(Place place, Types... arguments) {
    void* status = reinterpret_cast<void* (*)(Types...)>(const_cast<void*>(table_[place]))(arguments...);
    if (status) stop(reinterpret_cast<const char* (*)(void*)>(const_cast<void*>(table_[error_text]))(status));
  }
  const void* const* table_ = nullptr;
  void *env_ = nullptr, *session_ = nullptr;
  std::vector<std::string> outputs_;
  std::vector<const char*> names_, output_names_;
  std::vector<void*> values_, results_;
};

// ---- lading

class Ours {
 public:
  Ours(const char* bundle, std::vector<Input>& inputs) {
    const lading_model* model = lading_load(bundle, nullptr, &error_);
    check(!model);
    session_ = lading_session_new(model, &error_);
    check(!session_);
    for (Input& input : inputs) {
      lading_tensor tensor{
          sizeof tensor, LADING_FLOAT32, static_cast<int32_t>(input.shape.size()), {}, input.data.data()};
      std::copy(input.shape.begin(), input.shape.end(), tensor.dims);
      in_.push_back(tensor);
    }
    out_.resize(static_cast<std::size_t>(lading_output_count(model)),
                lading_tensor{sizeof(lading_tensor), 0, 0, {}, nullptr});
  }
  void run_once() { check(lading_run_graph(session_, in_.data(), out_.data(), &error_)); }
  const lading_tensor& result(std::size_t o) const { return out_[o]; }

 private:
  void check(int failed) const {
    if (failed) stop(lading_error_text(error_));
  }
  lading_error* error_ = nullptr;
  lading_session* session_ = nullptr;
  std::vector<lading_tensor> in_, out_;
};
