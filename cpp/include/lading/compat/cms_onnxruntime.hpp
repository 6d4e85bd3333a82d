// cms::Ort::ONNXRuntime of CMSSW (PhysicsTools/ONNXRuntime), on a bundle: `ONNXRuntime model("particle-net.lading")` instead
// of "particle-net.onnx"; calls stay. See docs/replace/onnxruntime-cms.md.
#pragma once

#include "lading/compat/onnxruntime.hpp"

#ifdef PHYSICSTOOLS_ONNXRUNTIME_INTERFACE_ONNXRUNTIME_H_
#error \
    "lading/compat/cms_onnxruntime.hpp replaces PhysicsTools/ONNXRuntime/interface/ONNXRuntime.h: include one of them"
#endif

namespace cms {
namespace Ort {
inline namespace lading_compat {  // other symbols than those of CMSSW: both may be in one program

using FloatArrays = std::vector<std::vector<float>>;
enum class Backend { cpu, cuda };

// Any number of threads may use it at once.
class ONNXRuntime {
 public:
  // Throws lading::Error. `path`: the folder of a bundle, its model.json, or one .lading file. Options change nothing.
  explicit ONNXRuntime(const std::string& path, const ::Ort::SessionOptions* = nullptr) : tensors_(path) {
    for (const auto& output : tensors_.outputs()) {
      names_.push_back(output.name);
      shapes_.push_back(output.shape);
      if (!output.shape.empty()) shapes_.back()[0] = -1;
    }
  }
  ONNXRuntime(const ONNXRuntime&) = delete;
  ONNXRuntime& operator=(const ONNXRuntime&) = delete;

  static ::Ort::SessionOptions defaultSessionOptions(Backend backend = Backend::cpu) {
    if (backend == Backend::cpu) return {};
    throw lading::Error("lading runs on the CPU; ask for Backend::cpu", LADING_UNSUPPORTED);
  }

  // Outputs in the order of `output_names`, all of them without. `input_values[i]` belongs to `input_names[i]`; inputs that
  // the model does not have are passed over. Without shapes, all axes but the first must be fixed in the model.
  FloatArrays run(const std::vector<std::string>& input_names, FloatArrays& input_values,
                  const std::vector<std::vector<std::int64_t>>& input_shapes = {},
                  const std::vector<std::string>& output_names = {}, std::int64_t batch_size = 1) const {
    FloatArrays outputs;
    runInto(input_names, input_values, input_shapes, output_names, outputs, {}, batch_size);
    return outputs;
  }
  // Into `output_values`, which grow where needed. Shapes that are given for outputs must be those that come out.
  void runInto(const std::vector<std::string>& input_names, FloatArrays& input_values,
               const std::vector<std::vector<std::int64_t>>& input_shapes, const std::vector<std::string>& output_names,
               FloatArrays& output_values, const std::vector<std::vector<std::int64_t>>& output_shapes = {},
               std::int64_t batch_size = 1) const {
    std::vector<std::size_t> wanted;
    for (const std::string& name : output_names.empty() ? names_ : output_names)
      wanted.push_back(tensors_.output(name));
    same_number(input_values.size(), "arrays", input_names.size(), "names of inputs");
    if (!input_shapes.empty()) same_number(input_shapes.size(), "shapes", input_names.size(), "names of inputs");
    if (!output_shapes.empty()) same_number(output_shapes.size(), "shapes", wanted.size(), "outputs");
    if (batch_size < 1)
      throw lading::Error("a batch of " + std::to_string(batch_size) + " entries cannot be run", LADING_VALUE);
    const auto results = tensors_.run(given(input_names, input_values, input_shapes, batch_size));
    output_values.resize(wanted.size());
    for (std::size_t o = 0; o < wanted.size(); ++o) {
      if (!output_shapes.empty() && output_shapes[o] != results.shape(wanted[o]))
        throw lading::Error(tensors_.text(tensors_.outputs()[wanted[o]], "output") + " came out as " +
                                lading::compat::text_of(results.shape(wanted[o])) + ", not as " +
                                lading::compat::text_of(output_shapes[o]),
                            LADING_VALUE);
      tensors_.take(results, wanted[o], output_values[o]);
    }
  }
  const std::vector<std::string>& getOutputNames() const { return names_; }
  // -1 first, as in CMSSW, and where the model leaves an axis open.
  const std::vector<std::int64_t>& getOutputShape(const std::string& name) const {
    return shapes_[tensors_.output(name)];
  }

 private:
  std::vector<lading::compat::Given> given(const std::vector<std::string>& names, const FloatArrays& values,
                                           const std::vector<std::vector<std::int64_t>>& shapes,
                                           std::int64_t batch_size) const {
    std::vector<lading::compat::Given> all;
    for (const auto& input : tensors_.inputs()) {
      const auto found = std::find(names.begin(), names.end(), input.name);
      if (found == names.end()) throw lading::Error(not_given(input.name, names), LADING_NAME);
      const auto at = std::size_t(found - names.begin());
      std::vector<std::int64_t> shape = shapes.empty() ? input.shape : shapes[at];
      if (shapes.empty() && !shape.empty()) shape[0] = batch_size;
      if (shapes.empty() && lading::compat::size_of(shape) < 0)
        throw lading::Error(
            tensors_.text(input, "input") + " takes " + input.text() + ": give ONNXRuntime::run its shape",
            LADING_VALUE);
      all.push_back({LADING_FLOAT32, shape, values[at].data(), values[at].size()});
    }
    return all;
  }
  std::string not_given(const std::string& name, const std::vector<std::string>& names) const {
    std::string have;
    for (const std::string& each : names) have += (have.empty() ? "'" : ", '") + each + "'";
    return "input '" + name + "' of '" + tensors_.path() + "' was not given (given: " + (have.empty() ? "none" : have) +
           ")";
  }
  static void same_number(std::size_t one, const char* ones, std::size_t other, const char* others) {
    if (one == other) return;
    throw lading::Error("ONNXRuntime::run was given " + std::to_string(one) + " " + ones + " for " +
                            std::to_string(other) + " " + others,
                        LADING_VALUE);
  }

  lading::compat::Tensors tensors_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::int64_t>> shapes_;
};

}  // namespace lading_compat
}  // namespace Ort
}  // namespace cms
