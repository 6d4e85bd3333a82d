// What athena runs ONNX Runtime through, on a bundle: FlavorTagInference::SaltModel, and AthInference, of which a tool with
// the interface AthInfer::IAthInferenceTool is made. See docs/replace/onnxruntime-atlas.md.
#pragma once

#include <map>
#include <utility>
#include <variant>

#include "lading/compat/tensors.hpp"

#ifdef FLAVORTAGDISCRIMINANTS_SALTMODEL_H
#error "lading/compat/atlas_onnxruntime.hpp replaces FlavorTagInference/SaltModel.h: include one of them"
#endif

namespace FlavorTagInference {
inline namespace lading_compat {  // other symbols than those of athena: both may be in one program

// Numbers and their shape.
using Inputs = std::pair<std::vector<float>, std::vector<std::int64_t>>;

struct InferenceOutput {
  std::map<std::string, float> singleFloat;
  std::map<std::string, std::vector<char>> vecChar;
  std::map<std::string, std::vector<float>> vecFloat;
};

struct SaltModelOutput {
  enum class OutputType { UNKNOWN, FLOAT, VECCHAR, VECFLOAT };
  std::string name, name_in_model;
  OutputType type;
};
using OutputConfig = std::vector<SaltModelOutput>;

// A network of one jet. Any number of threads may use it at once.
class SaltModel final {
 public:
  using InferenceOutput = lading_compat::InferenceOutput;
  using OutputConfig = lading_compat::OutputConfig;

  // Throws lading::Error, also for outputs that athena has no place for. `path`: the folder of a bundle, its model.json,
  // or one .lading file.
  explicit SaltModel(const std::string& path) : tensors_(path) {
    for (std::size_t o = 0; o < tensors_.outputs().size(); ++o) add_output(o);
    for (const auto& output : outputs_) add_name(output.name_in_model);
  }
  // All inputs by name. What comes out is named after its output, or, where an output has labels, after its label.
  InferenceOutput runInference(std::map<std::string, Inputs>& inputs) const {
    std::vector<lading::compat::Given> given;
    for (const auto& input : tensors_.inputs()) {
      const auto found = inputs.find(input.name);
      if (found == inputs.end()) throw lading::Error(tensors_.text(input, "input") + " was not given", LADING_NAME);
      const auto& [numbers, shape] = found->second;
      given.push_back({LADING_FLOAT32, shape, numbers.data(), numbers.size()});
    }
    for (const auto& input : inputs) tensors_.input(input.first);  // refuses names that the model does not have
    const auto results = tensors_.run(given);
    InferenceOutput output;
    for (std::size_t i = 0; i < outputs_.size(); ++i) take(results, i, output);
    return output;
  }
  const OutputConfig& getOutputConfig() const { return outputs_; }
  // What all outputs' names begin with up to "_"; "UnknownModelName" where they have no "_".
  const std::string& getModelName() const { return name_; }

 private:
  // Where the numbers of a label stand: those of `count` labels lie side by side for each element, or each has a row.
  struct Place {
    std::size_t output, label, count;
    bool rows;
  };
  void add_output(std::size_t number) {
    const auto& form = tensors_.outputs()[number];
    const std::vector<std::string> labels = tensors_.labels(number);
    std::int64_t fixed = 1;
    std::size_t open = 0, last_open = 0;
    for (std::size_t a = 0; a < form.shape.size(); ++a) {
      if (form.shape[a] < 0) ++open, last_open = a;
      else fixed *= form.shape[a];
    }
    const bool byte = form.type == LADING_INT8;
    const bool fits = labels.empty() ? form.shape.size() < 2 : open < 2 && fixed == std::int64_t(labels.size());
    if (!fits || (form.type != LADING_FLOAT32 && !byte) || (byte && open == 0 && form.shape.empty()))
      throw lading::Error(
          tensors_.text(form, "output") + " is " + lading::detail::type_name(form.type) + " " + form.text() +
              "; SaltModel gives numbers and vectors of float32, and vectors of int8 (labels in papers, "
              "--describe, divide an output of more axes)",
          LADING_UNSUPPORTED);
    using Type = SaltModelOutput::OutputType;
    const bool single = labels.empty() ? form.shape.empty() : open == 0;
    const Type type = byte ? Type::VECCHAR : single ? Type::FLOAT : Type::VECFLOAT;
    if (labels.empty()) {
      outputs_.push_back({form.name, form.name, type});
      places_.push_back({number, 0, 1, false});
    }
    for (std::size_t l = 0; l < labels.size(); ++l) {
      outputs_.push_back({labels[l], labels[l], type});
      places_.push_back({number, l, labels.size(), open == 1 && last_open + 1 == form.shape.size()});
    }
  }
  void add_name(const std::string& output) {
    const std::string begin = output.substr(0, output.find('_'));
    const bool has = begin.size() != output.size();
    name_ = has && (name_.empty() || name_ == begin) ? begin : "UnknownModelName";
  }
  template <class T> std::vector<T> column(const lading::compat::Tensors::Results& results, const Place& place) const {
    const T* data = results.data<T>(place.output);
    const std::size_t length = results.count(place.output) / place.count;
    std::vector<T> numbers(length);
    for (std::size_t i = 0; i < length; ++i)
      numbers[i] = data[place.rows ? place.label * length + i : i * place.count + place.label];
    return numbers;
  }
  void take(const lading::compat::Tensors::Results& results, std::size_t number, InferenceOutput& to) const {
    using Type = SaltModelOutput::OutputType;
    const SaltModelOutput& output = outputs_[number];
    if (output.type == Type::VECCHAR) to.vecChar[output.name] = column<char>(results, places_[number]);
    if (output.type == Type::VECFLOAT) to.vecFloat[output.name] = column<float>(results, places_[number]);
    if (output.type == Type::FLOAT) to.singleFloat[output.name] = column<float>(results, places_[number]).at(0);
  }

  lading::compat::Tensors tensors_;
  OutputConfig outputs_;
  std::vector<Place> places_;
  std::string name_;
};

}  // namespace lading_compat
}  // namespace FlavorTagInference

// Where SaltModel was before FlavorTagInference.
namespace FlavorTagDiscriminants {
inline namespace lading_compat {
using FlavorTagInference::lading_compat::InferenceOutput;
using FlavorTagInference::lading_compat::Inputs;
using FlavorTagInference::lading_compat::SaltModel;
using FlavorTagInference::lading_compat::SaltModelOutput;
}  // namespace lading_compat
}  // namespace FlavorTagDiscriminants

namespace lading {
inline namespace v1 {
namespace compat {

// The types of AthInfer::IAthInferenceTool: a shape, and numbers.
using InferenceData = std::pair<std::vector<std::int64_t>, std::variant<std::vector<float>, std::vector<std::int64_t>>>;
using InferenceMap = std::map<std::string, InferenceData>;

// Any number of threads may use it at once.
class AthInference {
 public:
  // Throws Error. `path`: the folder of a bundle, its model.json, or one .lading file.
  explicit AthInference(const std::string& path) : tensors_(path) {}
  // Fills the outputs that `outputs` names. Their shapes must be those that come out; -1 there takes what comes.
  void inference(const InferenceMap& inputs, InferenceMap& outputs) const {
    std::vector<Given> given;
    for (const TensorForm& input : tensors_.inputs()) {
      const auto found = inputs.find(input.name);
      if (found == inputs.end()) throw Error(tensors_.text(input, "input") + " was not given", LADING_NAME);
      std::visit([&](const auto& numbers) { given.push_back(view(found->second.first, numbers)); },
                 found->second.second);
    }
    for (const auto& input : inputs) tensors_.input(input.first);  // refuses names that the model does not have
    for (const auto& output : outputs) tensors_.output(output.first);
    const auto results = tensors_.run(given);
    for (auto& [name, output] : outputs) fill(results, tensors_.output(name), output);
  }

 private:
  template <class T> static Given view(const Shape& shape, const std::vector<T>& numbers) {
    return {detail::type_code<T>(), shape, numbers.data(), numbers.size()};
  }
  void fill(const Tensors::Results& results, std::size_t number, InferenceData& output) const {
    const Shape shape = results.shape(number);
    bool fits = shape.size() == output.first.size();
    for (std::size_t a = 0; fits && a < shape.size(); ++a) fits = output.first[a] == -1 || output.first[a] == shape[a];
    if (!fits)
      throw Error(tensors_.text(tensors_.outputs()[number], "output") + " came out as " + text_of(shape) + ", not as " +
                      text_of(output.first),
                  LADING_VALUE);
    output.first = shape;
    std::visit([&](auto& numbers) { tensors_.take(results, number, numbers); }, output.second);
  }
  Tensors tensors_;
};

}  // namespace compat
}  // namespace v1
}  // namespace lading
