// lwt::generic::FastGraph, included by lwtnn.hpp: vectors in an order that is said once, instead of maps.
#pragma once

#include "lading/compat/lwtnn.hpp"

namespace lwt {
inline namespace lading_compat {

#if __has_include(<Eigen/Dense>)
template <class T> using VectorX = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T> using MatrixX = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
#else
// What programs do with Eigen's where Eigen is not at hand.
template <class T> class VectorX {
 public:
  explicit VectorX(std::ptrdiff_t size = 0) : values_(std::size_t(size)) {}
  T& operator()(std::ptrdiff_t i) { return values_[std::size_t(i)]; }
  const T& operator()(std::ptrdiff_t i) const { return values_[std::size_t(i)]; }
  T& operator[](std::ptrdiff_t i) { return values_[std::size_t(i)]; }
  const T& operator[](std::ptrdiff_t i) const { return values_[std::size_t(i)]; }
  std::ptrdiff_t size() const { return std::ptrdiff_t(values_.size()); }

 private:
  std::vector<T> values_;
};
template <class T> class MatrixX {
 public:
  explicit MatrixX(std::ptrdiff_t rows = 0, std::ptrdiff_t cols = 0)
      : rows_(rows), cols_(cols), values_(std::size_t(rows * cols)) {}
  T& operator()(std::ptrdiff_t row, std::ptrdiff_t col) { return values_[std::size_t(col * rows_ + row)]; }
  const T& operator()(std::ptrdiff_t row, std::ptrdiff_t col) const { return values_[std::size_t(col * rows_ + row)]; }
  std::ptrdiff_t rows() const { return rows_; }
  std::ptrdiff_t cols() const { return cols_; }

 private:
  std::ptrdiff_t rows_, cols_;
  std::vector<T> values_;
};
#endif

using order_t = std::vector<std::pair<std::string, std::vector<std::string>>>;
struct InputOrder {
  order_t scalar, sequence;
};

namespace generic {

template <class T> using NodeVec = std::vector<VectorX<T>>;
template <class T> using SeqNodeVec = std::vector<MatrixX<T>>;  // rows are variables, columns are steps

template <class T> class FastGraph {
 public:
  FastGraph(const GraphConfig& config, const InputOrder& order, std::string default_output = "")
      : model_(config.layers.at(0).model), output_(&model_->find(default_output, lading::compat::Form::vector)) {
    for (const auto& column : model_->columns()) add(column, column.axis < 0 ? order.scalar : order.sequence);
  }
  VectorX<T> compute(const NodeVec<T>& nodes, const SeqNodeVec<T>& sequences = {}) const {
    return compute(nodes, sequences, *output_);
  }
  // The output that is node number `output` of the graph.
  VectorX<T> compute(const NodeVec<T>& nodes, const SeqNodeVec<T>& sequences, std::size_t output) const {
    std::string have;
    for (const auto& each : model_->outputs()) {
      if (each.form == lading::compat::Form::vector && each.node == output) return compute(nodes, sequences, each);
      have += (have.empty() ? "" : ", ") + std::to_string(each.node);
    }
    throw lading::Error(
        "node " + std::to_string(output) + " is no output of the bundle (these nodes are: " + have + ")", LADING_NAME);
  }

 private:
  using Column = lading::compat::LwtnnNetwork::Column;
  enum class Way { float32, float64, checked };
  // Columns [first, end) that stand one after the other in a node, and whose slots take their numbers as they are.
  struct Run {
    const Column* first;
    const Column* end;
    std::size_t node;
    std::ptrdiff_t variable;  // of the first
    Way way;
  };
  void add(const Column& column, const order_t& order) {
    const Run made = place(column, order);
    if (!runs_.empty()) {
      Run& last = runs_.back();
      if (last.node == made.node && last.variable + (last.end - last.first) == made.variable && last.way == made.way &&
          last.first->axis == column.axis && last.end == &column)
        return void(++last.end);
    }
    runs_.push_back(made);
  }
  static Run place(const Column& column, const order_t& order) {
    for (std::size_t node = 0; node < order.size(); ++node)
      for (std::size_t i = 0; order[node].first == column.node && i < order[node].second.size(); ++i)
        if (order[node].second[i] == column.variable)
          return {&column, &column + 1, node, std::ptrdiff_t(i), way_of(column.handle.slot)};
    throw lading::Error("variable '" + column.variable + "' of '" + column.node + "' is not in the order of inputs",
                        LADING_NAME);
  }
  // A double may not fit into float32, which only set() sees.
  static Way way_of(const lading_variable& slot) {
    if (!slot.plain || slot.width != 1) return Way::checked;
    if (slot.type == LADING_FLOAT64) return Way::float64;
    return slot.type == LADING_FLOAT32 && sizeof(T) <= sizeof(float) ? Way::float32 : Way::checked;
  }
  VectorX<T> compute(const NodeVec<T>& nodes, const SeqNodeVec<T>& sequences,
                     const lading::compat::LwtnnNetwork::Output& output) const {
    const lading::compat::SessionAtHand::Lease session(model_->at_hand());
    for (const Run& run : runs_)
      if (run.first->axis < 0) {
        check(run, run.node < nodes.size() ? std::ptrdiff_t(nodes[run.node].size()) : 0);
        const auto& vector = nodes[run.node];
        set(*session, run, 0, [&](std::ptrdiff_t variable) { return vector(variable); });
      } else {
        check(run, run.node < sequences.size() ? std::ptrdiff_t(sequences[run.node].rows()) : 0);
        set_sequence(*session, run, sequences[run.node]);
      }
    session->run();
    return result(*session, output);
  }
  // The first run of an axis says how many steps it has.
  void set_sequence(lading::Session& session, const Run& run, const MatrixX<T>& sequence) const {
    const std::ptrdiff_t steps = sequence.cols();
    const std::int64_t& length = slots_of(session)[run.first->handle.slot.column].items;
    if (length != steps && !is_first_of_axis(run))
      throw lading::Error("variable '" + run.first->variable + "' of '" + run.first->node + "' has " +
                              std::to_string(steps) + " steps, those before it " + std::to_string(length),
                          LADING_VALUE);
    if (length != steps) session.resize({model_->model().get(), run.first->axis}, std::int64_t(steps));
    for (std::ptrdiff_t step = 0; step < steps; ++step)
      set(session, run, step, [&](std::ptrdiff_t variable) { return sequence(variable, step); });
  }
  bool is_first_of_axis(const Run& run) const {
    for (const Run& other : runs_)
      if (other.first->axis == run.first->axis) return &other == &run;
    return true;
  }
  static const lading_slots* slots_of(const lading::Session& session) { return lading_session_slots(session.get()); }
  // The numbers get(variable) of all columns of a run.
  template <class Get> static void set(lading::Session& session, const Run& run, std::ptrdiff_t item, const Get& get) {
    if (run.way == Way::float32) store<float>(session, run, item, get);
    else if (run.way == Way::float64) store<double>(session, run, item, get);
    else
      for (const Column* column = run.first; column != run.end; ++column)
        session.set(column->handle, std::int64_t(item), get(run.variable + (column - run.first)));
  }
  template <class Raw, class Get>
  static void store(const lading::Session& session, const Run& run, std::ptrdiff_t item, const Get& get) {
    const lading_slots* slots = slots_of(session) + run.first->handle.slot.column;
    for (std::ptrdiff_t i = 0, count = run.end - run.first; i < count; ++i)
      static_cast<Raw*>(slots[i].data)[item] = Raw(get(run.variable + i));
  }
  static VectorX<T> result(const lading::Session& session, const lading::compat::LwtnnNetwork::Output& output) {
    const auto width = std::ptrdiff_t(output.labels.size());
    const lading_slots& numbers = lading_session_results(session.get())[output.first.slot.output];
    VectorX<T> result(width);
    if (output.first.slot.type == LADING_FLOAT64)
      for (std::ptrdiff_t i = 0; i < width; ++i) result(i) = T(static_cast<const double*>(numbers.data)[i]);
    else
      for (std::ptrdiff_t i = 0; i < width; ++i) result(i) = T(static_cast<const float*>(numbers.data)[i]);
    return result;
  }
  static void check(const Run& run, std::ptrdiff_t given) {
    if (given >= run.variable + (run.end - run.first)) return;
    const Column& column = run.first[given > run.variable ? given - run.variable : 0];
    throw lading::Error("variable '" + column.variable + "' of '" + column.node +
                            "' is beyond what was given: vectors are as long as the order of inputs says",
                        LADING_VALUE);
  }
  std::shared_ptr<const lading::compat::LwtnnNetwork> model_;
  const lading::compat::LwtnnNetwork::Output* output_;
  std::vector<Run> runs_;
};

}  // namespace generic
}  // namespace lading_compat
}  // namespace lwt
