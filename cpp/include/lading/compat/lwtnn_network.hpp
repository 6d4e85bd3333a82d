// What lwtnn.hpp stands on: the inputs and outputs of a bundle under the names that lwtnn gives them.
#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lading/lading.hpp"

namespace lading {
inline namespace v1 {
namespace compat {

enum class Form { any, vector, sequence };

// The number of `variable` in a map by input and variable, or by variable. Throws Error if it is not there.
template <class T>
const T& number_of(const std::map<std::string, T>& values, const std::string& node, const std::string& variable) {
  const auto found = values.find(variable);
  if (found != values.end()) return found->second;
  std::string have;
  for (const auto& each : values) have += (have.empty() ? "'" : ", '") + each.first + "'";
  throw Error(
      "variable '" + variable + "' of '" + node + "' was not given (given: " + (have.empty() ? "none" : have) + ")",
      LADING_NAME);
}
template <class T>
const T& number_of(const std::map<std::string, std::map<std::string, T>>& nodes, const std::string& node,
                   const std::string& variable) {
  const auto found = nodes.find(node);
  if (found != nodes.end()) return number_of(found->second, node, variable);
  throw Error("input '" + node + "' was not given; all inputs of a bundle are set, whichever output is asked for",
              LADING_NAME);
}

// One session in front of a pool, kept as its last run left it: for callers that set everything anew.
class SessionAtHand {
 public:
  explicit SessionAtHand(const SessionPool& pool) : pool_(pool) {}
  SessionAtHand(const SessionAtHand&) = delete;
  SessionAtHand& operator=(const SessionAtHand&) = delete;
  ~SessionAtHand() { delete kept_.load(); }

  class Lease {
   public:
    explicit Lease(const SessionAtHand& from) : from_(from), lease_(from.kept_.exchange(nullptr)) {
      if (!lease_) lease_ = new SessionPool::Lease(from.pool_.take());
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      SessionPool::Lease* none = nullptr;
      if (!from_.kept_.compare_exchange_strong(none, lease_)) delete lease_;  // it goes back to the pool
    }
    Session* operator->() const { return &**lease_; }
    Session& operator*() const { return **lease_; }

   private:
    const SessionAtHand& from_;
    SessionPool::Lease* lease_;
  };

 private:
  const SessionPool& pool_;
  mutable std::atomic<SessionPool::Lease*> kept_{nullptr};
};

class LwtnnNetwork {
 public:
  // One variable. `node`: its input as lwtnn calls it, where a vector and a sequence may have one name.
  struct Column {
    std::string node, variable;
    int axis;  // of a sequence, else -1
    Variable handle;
    [[noreturn]] const std::vector<double>& refuse_sequence() const {
      throw Error("'" + node + "' is a sequence: use LightweightRNN or LightweightGraph", LADING_UNSUPPORTED);
    }
    [[noreturn]] double refuse_vector() const {
      throw Error("'" + node + "' is no sequence: use LightweightNeuralNetwork or LightweightGraph",
                  LADING_UNSUPPORTED);
    }
  };
  // `asked`: its name in lwtnn, where the last step and all steps have one name. `node`: lwtnn's number of its node.
  struct Output {
    std::string asked;
    std::vector<std::string> labels;
    std::size_t node;
    Form form;
    Label first;
  };

  explicit LwtnnNetwork(const std::string& path) : path_(path), model_(load(path)), pool_(model_), at_hand_(pool_) {
    for (int c = 0; c < lading_column_count(model_.get()); ++c) add_column(c);
    for (int o = 0; o < lading_output_count(model_.get()); ++o) add_output(o);
    for (Column& column : columns_) column.node = shared_name(column);
    for (Output& output : outputs_) output.asked = shared_name(output);
  }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Output>& outputs() const { return outputs_; }

  // The output `name`; "": the only one. Throws Error with those that there are.
  const Output& find(const std::string& name, Form form = Form::any) const {
    const Output* found = nullptr;
    bool ambiguous = false;
    std::string have;
    for (const Output& output : outputs_) {
      const bool fits = form == Form::any || form == output.form;
      if (fits && (name.empty() || output.asked == name)) {
        ambiguous = ambiguous || (found && found->asked != output.asked);
        if (!found) found = &output;
      }
      have +=
          (have.empty() ? "'" : ", '") + output.asked + (output.form == Form::sequence ? "' (scan)" : "' (compute)");
    }
    if (found && !ambiguous) return *found;
    throw Error("'" + path_ + "' " +
                    (ambiguous ? "has several outputs, and no default was named"
                               : "has no output '" + name + "'" +
                                     (form == Form::vector     ? " to compute"
                                      : form == Form::sequence ? " to scan"
                                                               : "")) +
                    " (has: " + have + ")",
                LADING_NAME);
  }

  // The session in which the model has run on vector(column) and sequence(column).
  template <class Vector, class Sequence> SessionPool::Lease run(const Vector& vector, const Sequence& sequence) const {
    SessionPool::Lease session = pool_.take();
    std::map<int, std::size_t> lengths;
    for (const Column& column : columns_) {
      if (column.axis < 0) {
        session->set(column.handle, double(vector(column)));
        continue;
      }
      const std::vector<double>& steps = sequence(column);
      const auto [length, is_new] = lengths.insert({column.axis, steps.size()});
      if (is_new) session->resize({model_.get(), column.axis}, std::int64_t(steps.size()));
      if (length->second != steps.size())
        throw Error("variable '" + column.variable + "' of '" + column.node + "' has " + std::to_string(steps.size()) +
                        " steps, those before it " + std::to_string(length->second),
                    LADING_VALUE);
      for (std::size_t i = 0; i < steps.size(); ++i) session->set(column.handle, std::int64_t(i), steps[i]);
    }
    session->run();
    return session;
  }
  const SessionAtHand& at_hand() const { return at_hand_; }
  const Model& model() const { return model_; }

  static double number(const Session& session, const Output& output, std::size_t i, std::int64_t step = 0) {
    Label label = output.first;
    label.slot.element = std::int64_t(i);
    return label.slot.type == LADING_FLOAT64 ? session.get<double>(label, step)
                                             : double(session.get<float>(label, step));
  }
  std::map<std::string, double> vector(const Session& session, const Output& output) const {
    std::map<std::string, double> result;
    for (std::size_t i = 0; i < output.labels.size(); ++i) result[output.labels[i]] = number(session, output, i);
    return result;
  }
  std::map<std::string, std::vector<double>> sequence(const Session& session, const Output& output) const {
    std::map<std::string, std::vector<double>> result;
    const std::int64_t steps = session.items(output.first);
    for (std::size_t i = 0; i < output.labels.size(); ++i) {
      std::vector<double>& values = result[output.labels[i]];
      for (std::int64_t step = 0; step < steps; ++step) values.push_back(number(session, output, i, step));
    }
    return result;
  }

 private:
  void add_column(int number) {
    lading_column column{};
    column.size = sizeof column;
    lading_describe_column(model_.get(), number, &column);
    const std::string input = column.input;
    if (!column.variable || column.width != 1)
      throw Error("input '" + input + "' of '" + path_ +
                      "' has no names, by which lwtnn takes its values; name its "
                      "variables in papers (--describe)",
                  LADING_UNSUPPORTED);
    columns_.push_back({input, column.variable, column.axis, model_.variable(input, column.variable, column.unit)});
  }
  void add_output(int number) {
    lading_output output{};
    output.size = sizeof output;
    lading_describe_output(model_.get(), number, &output);
    if (output.type != LADING_FLOAT32 && output.type != LADING_FLOAT64) return;
    Output made{output.name, {}, node_of(output.description), output.axis < 0 ? Form::vector : Form::sequence, {}};
    made.first.slot = {sizeof made.first.slot, model_.get(), number, output.type, output.width, 0};
    for (std::int64_t i = 0; i < output.width; ++i) {
      const char* label = lading_label_name(model_.get(), number, i);
      made.labels.push_back(label ? label : "out_" + std::to_string(i));
    }
    outputs_.push_back(std::move(made));
  }
  // "node 7, every step": the description that lading gives outputs of lwtnn's graphs. 0 of others.
  static std::size_t node_of(const std::string& description) {
    std::size_t number = 0;
    if (description.rfind("node ", 0) == 0)
      for (std::size_t i = 5; i < description.size() && description[i] >= '0' && description[i] <= '9'; ++i)
        number = 10 * number + std::size_t(description[i] - '0');
    return number;
  }
  // Without the "_sequence" that tells it from a vector of the same name.
  std::string shared_name(const Column& column) const {
    const std::string name = stem(column.node);
    for (const Column& other : columns_)
      if (column.axis >= 0 && other.axis < 0 && other.node == name) return name;
    return column.node;
  }
  std::string shared_name(const Output& output) const {
    const std::string name = stem(output.asked);
    for (const Output& other : outputs_)
      if (output.form == Form::sequence && other.form == Form::vector && other.asked == name) return name;
    return output.asked;
  }
  static std::string stem(const std::string& name) {
    const std::string ending = "_sequence";
    const bool ends =
        name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    return ends ? name.substr(0, name.size() - ending.size()) : name;
  }

  std::string path_;
  Model model_;
  SessionPool pool_;
  SessionAtHand at_hand_;
  std::vector<Column> columns_;
  std::vector<Output> outputs_;
};

}  // namespace compat
}  // namespace v1
}  // namespace lading
