// lwt::generic::FastGraph, included by lwtnn.hpp: vectors in an order that is said once, instead of maps.
#pragma once

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
    for (const auto& column : model_->columns())
      places_.push_back(place(column, column.axis < 0 ? order.scalar : order.sequence));
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
  struct Place {
    std::size_t node;
    std::ptrdiff_t variable;
  };
  static Place place(const lading::compat::LwtnnNetwork::Column& column, const order_t& order) {
    for (std::size_t node = 0; node < order.size(); ++node)
      for (std::size_t i = 0; order[node].first == column.node && i < order[node].second.size(); ++i)
        if (order[node].second[i] == column.variable) return {node, std::ptrdiff_t(i)};
    throw lading::Error("variable '" + column.variable + "' of '" + column.node + "' is not in the order of inputs",
                        LADING_NAME);
  }
  VectorX<T> compute(const NodeVec<T>& nodes, const SeqNodeVec<T>& sequences,
                     const lading::compat::LwtnnNetwork::Output& output) const {
    const auto session = model_->pool().take();
    std::map<int, std::ptrdiff_t> lengths;
    for (std::size_t c = 0; c < places_.size(); ++c) {
      const auto& column = model_->columns()[c];
      const auto [node, variable] = places_[c];
      if (column.axis < 0) {
        check(column, node < nodes.size() && variable < std::ptrdiff_t(nodes[node].size()));
        session->set(column.handle, nodes[node](variable));
        continue;
      }
      check(column, node < sequences.size() && variable < std::ptrdiff_t(sequences[node].rows()));
      const std::ptrdiff_t steps = sequences[node].cols();
      if (lengths.insert({column.axis, steps}).second)
        session->resize({model_->model().get(), column.axis}, std::int64_t(steps));
      for (std::ptrdiff_t step = 0; step < steps; ++step)
        session->set(column.handle, std::int64_t(step), sequences[node](variable, step));
    }
    session->run();
    VectorX<T> result(std::ptrdiff_t(output.labels.size()));
    for (std::size_t i = 0; i < output.labels.size(); ++i)
      result(std::ptrdiff_t(i)) = T(lading::compat::LwtnnNetwork::number(*session, output, i));
    return result;
  }
  static void check(const lading::compat::LwtnnNetwork::Column& column, bool is_there) {
    if (!is_there)
      throw lading::Error("variable '" + column.variable + "' of '" + column.node +
                              "' is beyond what was given: vectors are as long as the order of inputs says",
                          LADING_VALUE);
  }
  std::shared_ptr<const lading::compat::LwtnnNetwork> model_;
  const lading::compat::LwtnnNetwork::Output* output_;
  std::vector<Place> places_;
};

}  // namespace generic
}  // namespace lading_compat
}  // namespace lwt
