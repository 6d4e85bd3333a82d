// ONNX Runtime's C++ interface (onnxruntime_cxx_api.h), as far as physics code calls it, on a bundle:
// `Ort::Session session(env, "net.lading", options)` instead of "net.onnx"; calls stay. See docs/replace/onnxruntime.md.
#pragma once

#include "lading/compat/onnxruntime_values.hpp"

namespace Ort {
inline namespace lading_compat {

namespace detail {
inline AllocatedStringPtr copy_of(const std::string& text) {
  AllocatedStringPtr copy(new char[text.size() + 1]);
  std::memcpy(copy.get(), text.c_str(), text.size() + 1);
  return copy;
}
}  // namespace detail

// A bundle keeps the model's name; other metadata are in its model.json.
class ModelMetadata {
 public:
  explicit ModelMetadata(std::string name) : name_(std::move(name)) {}
  AllocatedStringPtr GetGraphNameAllocated(const AllocatorWithDefaultOptions&) const { return detail::copy_of(name_); }
  AllocatedStringPtr GetProducerNameAllocated(const AllocatorWithDefaultOptions&) const {
    return detail::copy_of("lading");
  }
  std::vector<AllocatedStringPtr> GetCustomMetadataMapKeysAllocated(const AllocatorWithDefaultOptions&) const {
    return {};
  }
  // Null, as for every key that is not there.
  AllocatedStringPtr LookupCustomMetadataMapAllocated(const char*, const AllocatorWithDefaultOptions&) const {
    return nullptr;
  }

 private:
  std::string name_;
};

class IoBinding;

// Any number of threads may run it at once.
class Session {
 public:
  explicit Session(std::nullptr_t) {}
  // Throws Error. `path`: the folder of a bundle, its model.json, or one .lading file.
  Session(const Env&, const char* path, const SessionOptions&)
      : tensors_(std::make_unique<lading::compat::Tensors>(path)) {}

  std::vector<Value> Run(const RunOptions&, const char* const* input_names, const Value* inputs,
                         std::size_t input_count, const char* const* output_names, std::size_t output_count) const {
    std::vector<Value> outputs;
    for (std::size_t o = 0; o < output_count; ++o) outputs.emplace_back(nullptr);
    Run(RunOptions{nullptr}, input_names, inputs, input_count, output_names, outputs.data(), output_count);
    return outputs;
  }
  // Into `outputs`: those that are tensors already must have the right type and shape.
  void Run(const RunOptions&, const char* const* input_names, const Value* inputs, std::size_t input_count,
           const char* const* output_names, Value* outputs, std::size_t output_count) const {
    std::vector<std::size_t> wanted;
    for (std::size_t o = 0; o < output_count; ++o) wanted.push_back(tensors().output(output_names[o]));
    const auto results = tensors().run(by_place(input_names, inputs, input_count));
    for (std::size_t o = 0; o < output_count; ++o) give(results, wanted[o], outputs[o]);
  }
  inline void Run(const RunOptions&, const IoBinding& binding) const;

  std::size_t GetInputCount() const { return tensors().inputs().size(); }
  std::size_t GetOutputCount() const { return tensors().outputs().size(); }
  AllocatedStringPtr GetInputNameAllocated(std::size_t index, const AllocatorWithDefaultOptions&) const {
    return detail::copy_of(input(index).name);
  }
  AllocatedStringPtr GetOutputNameAllocated(std::size_t index, const AllocatorWithDefaultOptions&) const {
    return detail::copy_of(output(index).name);
  }
  // As before ONNX Runtime 1.13; the text lives as long as the session, Free does nothing.
  char* GetInputName(std::size_t index, const AllocatorWithDefaultOptions&) const {
    return const_cast<char*>(input(index).name.c_str());
  }
  char* GetOutputName(std::size_t index, const AllocatorWithDefaultOptions&) const {
    return const_cast<char*>(output(index).name.c_str());
  }
  TypeInfo GetInputTypeInfo(std::size_t index) const { return info(input(index)); }
  TypeInfo GetOutputTypeInfo(std::size_t index) const { return info(output(index)); }
  ModelMetadata GetModelMetadata() const { return ModelMetadata(tensors().model().name()); }

 private:
  using TensorForm = lading::compat::TensorForm;
  const lading::compat::Tensors& tensors() const {
    if (!tensors_) throw Exception("this Ort::Session was given no model", LADING_VALUE);
    return *tensors_;
  }
  const TensorForm& input(std::size_t index) const { return at(tensors().inputs(), index, "input"); }
  const TensorForm& output(std::size_t index) const { return at(tensors().outputs(), index, "output"); }
  const TensorForm& at(const std::vector<TensorForm>& forms, std::size_t index, const char* what) const {
    if (index < forms.size()) return forms[index];
    throw Exception("'" + tensors().path() + "' has " + std::to_string(forms.size()) + " " + what + "s; there is no " +
                        what + " " + std::to_string(index),
                    LADING_VALUE);
  }
  static TypeInfo info(const TensorForm& form) {
    std::vector<const char*> names;
    for (std::size_t a = 0; a < form.shape.size(); ++a) names.push_back(form.shape[a] < 0 ? form.words[a].c_str() : "");
    return TypeInfo({form.type, form.shape, names});
  }
  // What is given, in the order of the model's inputs.
  std::vector<lading::compat::Given> by_place(const char* const* names, const Value* values, std::size_t count) const {
    std::vector<lading::compat::Given> given(GetInputCount());
    std::vector<bool> known(given.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = tensors().input(names[i]);
      if (known[at]) throw Exception("input '" + std::string(names[i]) + "' was given twice", LADING_VALUE);
      known[at] = true;
      if (!values[i]) throw Exception("input '" + std::string(names[i]) + "' was given no tensor", LADING_VALUE);
      given[at] = {values[i].type(), values[i].shape(), values[i].GetTensorRawData(), values[i].count()};
    }
    for (std::size_t i = 0; i < known.size(); ++i)
      if (!known[i]) throw Exception(tensors().text(tensors().inputs()[i], "input") + " was not given", LADING_NAME);
    return given;
  }
  void give(const lading::compat::Tensors::Results& results, std::size_t output, Value& value) const {
    const lading_tensor& tensor = results[output];
    if (!value) value = Value(tensor.type, results.shape(output));
    if (value.type() != tensor.type || value.shape() != results.shape(output))
      throw Exception(tensors().text(tensors().outputs()[output], "output") + " came out as " +
                          lading::detail::type_name(tensor.type) + " " +
                          lading::compat::text_of(results.shape(output)) + ", the tensor for it is " +
                          lading::detail::type_name(value.type()) + " " + lading::compat::text_of(value.shape()),
                      LADING_VALUE);
    if (value.count())
      std::memcpy(value.GetTensorMutableRawData(), tensor.data, value.count() * detail::bytes_of(tensor.type));
  }

  std::unique_ptr<lading::compat::Tensors> tensors_;
};

// Tensors that are bound to names for several runs. Their numbers stay where they are, with whoever made them.
class IoBinding {
 public:
  explicit IoBinding(const Session&) {}
  void BindInput(const char* name, const Value& value) { set(inputs_, name, value); }
  void BindOutput(const char* name, const Value& value) { set(outputs_, name, value); }
  // An output that becomes a new tensor in each run.
  void BindOutput(const char* name, const MemoryInfo&) { set(outputs_, name, Value{nullptr}); }
  // The outputs in the order of their binding, until the next run.
  std::vector<Value> GetOutputValues() const {
    std::vector<Value> values;
    for (std::size_t o = 0; o < outputs_.size(); ++o)
      values.push_back(same(outputs_[o].value ? outputs_[o].value : made_.at(o)));
    return values;
  }
  std::vector<std::string> GetOutputNames() const {
    std::vector<std::string> names;
    for (const Bound& output : outputs_) names.push_back(output.name);
    return names;
  }
  void ClearBoundInputs() { inputs_.clear(); }
  void ClearBoundOutputs() { outputs_.clear(), made_.clear(); }
  void SynchronizeInputs() const {}
  void SynchronizeOutputs() const {}

 private:
  friend class Session;
  struct Bound {
    std::string name;
    Value value;
  };
  // Another tensor over the same numbers.
  static Value same(const Value& value) {
    if (!value) return Value{nullptr};
    return Value::CreateTensor(MemoryInfo{nullptr}, const_cast<void*>(value.GetTensorRawData()),
                               value.count() * detail::bytes_of(value.type()), value.shape().data(),
                               value.shape().size(), detail::type_of(value.type()));
  }
  static void set(std::vector<Bound>& bounds, const char* name, const Value& value) {
    for (Bound& bound : bounds)
      if (bound.name == name) {
        bound.value = same(value);
        return;
      }
    bounds.push_back({name, same(value)});
  }
  static std::pair<std::vector<const char*>, std::vector<Value>> listed(const std::vector<Bound>& bounds) {
    std::pair<std::vector<const char*>, std::vector<Value>> lists;
    for (const Bound& bound : bounds)
      lists.first.push_back(bound.name.c_str()), lists.second.push_back(same(bound.value));
    return lists;
  }
  std::vector<Bound> inputs_, outputs_;
  mutable std::vector<Value> made_;  // what the last run gave
};

inline void Session::Run(const RunOptions& options, const IoBinding& binding) const {
  const auto inputs = IoBinding::listed(binding.inputs_);
  auto outputs = IoBinding::listed(binding.outputs_);
  Run(options, inputs.first.data(), inputs.second.data(), inputs.first.size(), outputs.first.data(),
      outputs.second.data(), outputs.first.size());
  binding.made_ = std::move(outputs.second);
}

}  // namespace lading_compat
}  // namespace Ort
