// What the ONNX Runtime headers of this folder stand on: a model that takes named tensors and gives named tensors.
//
// Tensors are those of the network itself, as ONNX Runtime takes them: prepared by the code that calls. What the bundle
// says of preparation, missing values and masks is for lading::Session, which is set by the names of variables.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lading/lading.hpp"

namespace lading {
inline namespace v1 {
namespace compat {

using Shape = std::vector<std::int64_t>;

// How many numbers a tensor of this shape has; -1 for a shape that is none.
inline std::int64_t size_of(const Shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t length : shape) {
    if (length < 0 || (length && size > INT64_MAX / length)) return -1;
    size *= length;
  }
  return size;
}

// An input or output. `shape` has -1 where entries or the elements of a sequence stand.
struct TensorForm {
  std::string name;
  int type;
  Shape shape;
  std::vector<int> axes;           // for each -1 of `shape`, which axis that is; elsewhere -1
  std::vector<std::string> words;  // "4", "track", "n" for entries

  std::string text() const {  // "[n, track, 4]"
    std::string made;
    for (const std::string& word : words) made += (made.empty() ? "" : ", ") + word;
    return "[" + made + "]";
  }
};
inline std::string text_of(const Shape& shape) {
  std::string made;
  for (const std::int64_t length : shape) made += (made.empty() ? "" : ", ") + std::to_string(length);
  return "[" + made + "]";
}

// A tensor that belongs to somebody else. `count`: how many numbers there are in truth.
struct Given {
  int type;
  Shape shape;
  const void* data;
  std::size_t count;
};

// A network. Any number of threads may use it at once.
class Tensors {
 public:
  // What came out, until the next run of the session, which goes back by itself.
  class Results {
   public:
    const lading_tensor& operator[](std::size_t output) const { return tensors_[output]; }
    Shape shape(std::size_t output) const { return {tensors_[output].dims, tensors_[output].dims + rank(output)}; }
    // All numbers of an output, which must hold them as T.
    template <class T> const T* data(std::size_t output) const { return static_cast<const T*>(tensors_[output].data); }
    std::size_t count(std::size_t output) const { return std::size_t(size_of(shape(output))); }

   private:
    friend class Tensors;
    Results(SessionPool::Lease session, std::size_t count) : session_(std::move(session)), tensors_(count) {}
    std::size_t rank(std::size_t output) const { return std::size_t(tensors_[output].rank); }
    SessionPool::Lease session_;
    std::vector<lading_tensor> tensors_;
  };

  // Loads a bundle: its folder, its model.json, or one .lading file. Throws Error.
  explicit Tensors(const std::string& path) : path_(path), model_(load(path)), pool_(model_) {
    for (int i = 0; i < lading_input_count(model_.get()); ++i) inputs_.push_back(form(0, i));
    for (int o = 0; o < lading_output_count(model_.get()); ++o) outputs_.push_back(form(1, o));
  }
  const std::string& path() const { return path_; }
  const Model& model() const { return model_; }
  const std::vector<TensorForm>& inputs() const { return inputs_; }
  const std::vector<TensorForm>& outputs() const { return outputs_; }
  // The place of an input or output. Throws Error with the names that there are.
  std::size_t input(const std::string& name) const {
    const std::size_t at = place(inputs_, name);
    if (at == inputs_.size()) model_.element(name, {});  // says what is there
    return at;
  }
  std::size_t output(const std::string& name) const {
    const std::size_t at = place(outputs_, name);
    if (at == outputs_.size()) model_.output(name);
    return at;
  }
  // The labels of an output; none if its numbers have no names.
  std::vector<std::string> labels(std::size_t output) const {
    std::vector<std::string> names;
    while (const char* name = lading_label_name(model_.get(), int(output), std::int64_t(names.size())))
      names.emplace_back(name);
    return names;
  }

  // Runs the network on given[i] for input i; all inputs are needed. Throws Error for other types, shapes or sizes.
  Results run(const std::vector<Given>& given) const {
    std::vector<lading_tensor> tensors;
    std::map<int, std::pair<std::int64_t, std::size_t>> lengths;  // by axis: how long, and which input said so
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      check(inputs_[i], given[i]);
      for (std::size_t a = 0; a < given[i].shape.size(); ++a) agree(lengths, i, a, given[i].shape[a]);
      lading_tensor tensor{sizeof tensor, given[i].type, int(given[i].shape.size()), {}, nullptr};
      std::copy(given[i].shape.begin(), given[i].shape.end(), tensor.dims);
      tensor.data = const_cast<void*>(given[i].data);  // is only read
      tensors.push_back(tensor);
    }
    Results results(pool_.take(), outputs_.size());
    lading_error* error = nullptr;
    detail::check(lading_run_graph(results.session_->get(), tensors.data(), results.tensors_.data(), &error), error);
    return results;
  }
  // The numbers of an output into `to`. Throws Error if they are of another type.
  template <class T> void take(const Results& results, std::size_t output, std::vector<T>& to) const {
    if (!detail::holds<T>(outputs_[output].type))
      throw Error(text(outputs_[output], "output") + " holds " + detail::type_name(outputs_[output].type) +
                      ", this call gives " + detail::type_name(detail::type_code<T>()),
                  LADING_VALUE);
    const T* data = results.data<T>(output);
    to.assign(data, data + results.count(output));
  }
  std::string text(const TensorForm& form, const char* what) const {
    return std::string(what) + " '" + form.name + "' of '" + path_ + "'";
  }

 private:
  TensorForm form(int output, int number) const {
    lading_form found{};
    found.size = sizeof found;
    lading_describe_tensor(model_.get(), output, number, &found);
    TensorForm made{found.name, found.type, {}, {}, {}};
    for (int a = 0; a < found.rank; ++a) {
      const char* sequence = found.dims[a] < 0 ? lading_axis_name(model_.get(), found.axes[a]) : nullptr;
      made.shape.push_back(found.dims[a]), made.axes.push_back(found.axes[a]);
      made.words.push_back(sequence ? sequence : found.dims[a] < 0 ? "n" : std::to_string(found.dims[a]));
    }
    return made;
  }
  static std::size_t place(const std::vector<TensorForm>& forms, const std::string& name) {
    const auto same = [&](const TensorForm& form) { return form.name == name; };
    return std::size_t(std::find_if(forms.begin(), forms.end(), same) - forms.begin());
  }
  void check(const TensorForm& form, const Given& given) const {
    if (given.type != form.type)
      throw Error(text(form, "input") + " takes " + detail::type_name(form.type) + ", was given " +
                      detail::type_name(given.type),
                  LADING_VALUE);
    bool fits = given.shape.size() == form.shape.size() && size_of(given.shape) >= 0;
    for (std::size_t a = 0; fits && a < form.shape.size(); ++a)
      fits = form.shape[a] < 0 || form.shape[a] == given.shape[a];
    if (!fits)
      throw Error(text(form, "input") + " takes " + form.text() + ", was given the shape " + text_of(given.shape),
                  LADING_VALUE);
    if (std::size_t(size_of(given.shape)) != given.count)
      throw Error(text(form, "input") + ": " + std::to_string(given.count) + " numbers were given for the shape " +
                      text_of(given.shape) + ", which has " + std::to_string(size_of(given.shape)),
                  LADING_VALUE);
  }
  // Inputs that share an axis are equally long.
  void agree(std::map<int, std::pair<std::int64_t, std::size_t>>& lengths, std::size_t input, std::size_t axis,
             std::int64_t length) const {
    const TensorForm& form = inputs_[input];
    if (form.shape[axis] >= 0) return;
    const auto [first, is_new] = lengths.insert({form.axes[axis], {length, input}});
    if (is_new || first->second.first == length) return;
    throw Error(text(form, "input") + " has " + std::to_string(length) + " along '" + form.words[axis] + "', input '" +
                    inputs_[first->second.second].name + "' has " + std::to_string(first->second.first),
                LADING_VALUE);
  }

  std::string path_;
  Model model_;
  SessionPool pool_;
  std::vector<TensorForm> inputs_, outputs_;
};

}  // namespace compat
}  // namespace v1
}  // namespace lading
