// What the headers of this folder stand on: a model that takes a row of numbers and gives a few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lading/lading.hpp"

namespace lading {
inline namespace v1 {
namespace compat {

// An output of such a model: "margin", "score".
struct Output {
  std::string name, description;
  Label first;
  std::size_t width() const { return first.width(); }
  // Number i of it, as double, which holds every float32 and float64.
  double number(const Session& session, std::size_t i = 0) const {
    Label label = first;
    label.slot.element = std::int64_t(i);
    if (label.slot.type == LADING_FLOAT32) return double(session.get<float>(label));
    if (label.slot.type == LADING_INT64) return double(session.get<std::int64_t>(label));
    return session.get<double>(label);
  }
};

// A model of rows. Any number of threads may use it at once.
class Rows {
 public:
  // Loads a bundle: its folder, its model.json, or one .lading file. Throws Error, also for a model with sequences.
  explicit Rows(const std::string& path) : path_(path), model_(load(path)), pool_(model_) {
    for (int c = 0; c < lading_column_count(model_.get()); ++c) add_column(c);
    for (int o = 0; o < lading_output_count(model_.get()); ++o) add_output(o);
  }
  // How many numbers a row has, and what they are called, in their order; "" without names.
  std::size_t size() const { return variables_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& path() const { return path_; }
  const Model& model() const { return model_; }
  // Where variable `name` stands in a row. Throws Error with the nearest names.
  std::size_t place(const std::string& name) const {
    for (std::size_t i = 0; i < size(); ++i)
      if (names_[i] == name) return i;
    lading_column column{};
    column.size = sizeof column;
    lading_describe_column(model_.get(), 0, &column);
    model_.variable(column.input ? column.input : "", name, "");  // says what is there
    throw Error("variable '" + name + "' is not one that '" + path_ + "' is fed", LADING_NAME);
  }
  // Null if there is none.
  const Output* find(const std::string& name) const {
    for (const Output& output : outputs_)
      if (output.name == name) return &output;
    return nullptr;
  }
  const Output& output(const std::string& name) const {
    if (const Output* found = find(name)) return *found;
    std::string have;
    for (const Output& output : outputs_) have += (have.empty() ? "'" : ", '") + output.name + "'";
    throw Error("'" + path_ + "' has no output '" + name + "' (has: " + have + ")", LADING_NAME);
  }
  const std::vector<Output>& outputs() const { return outputs_; }

  // The session in which the model has run on the row at(0), at(1) ... It goes back by itself.
  template <class At> SessionPool::Lease run(const At& at) const {
    SessionPool::Lease session = pool_.take();
    for (std::size_t i = 0; i < variables_.size(); ++i) session->set(variables_[i], at(i));
    session->run();
    return session;
  }

 private:
  void add_column(int number) {
    lading_column column{};
    column.size = sizeof column;
    lading_describe_column(model_.get(), number, &column);
    if (column.axis >= 0)
      throw Error("'" + path_ + "' takes sequences (axis '" + lading_axis_name(model_.get(), column.axis) +
                      "'), not rows of numbers; use lading::Session",
                  LADING_UNSUPPORTED);
    for (std::int64_t i = 0; i < column.width; ++i) {
      const Index index = column.variable && column.width == 1 ? Index{} : Index{i};
      variables_.push_back(column.variable ? model_.variable(column.input, column.variable, column.unit, index)
                                           : model_.element(column.input, index));
      names_.push_back(column.variable ? column.variable : "");
    }
  }
  void add_output(int number) {
    lading_output output{};
    output.size = sizeof output;
    lading_describe_output(model_.get(), number, &output);
    if (output.type != LADING_FLOAT32 && output.type != LADING_FLOAT64 && output.type != LADING_INT64) return;
    Label first{};
    first.slot = {sizeof first.slot, model_.get(), number, output.type, output.width, 0};
    outputs_.push_back({output.name, output.description ? output.description : "", first});
  }

  std::string path_;
  Model model_;
  SessionPool pool_;
  std::vector<Variable> variables_;
  std::vector<std::string> names_;
  std::vector<Output> outputs_;
};

}  // namespace compat
}  // namespace v1
}  // namespace lading
