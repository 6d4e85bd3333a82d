// Einsum (ONNX, numpy.einsum): "bij,bjk->bik". Two float32 operands are brought into the form of a batched matrix
// product; everything else is summed as it is written, in order.
#include "graph/memory.hpp"
#include "operators/einsum_equation.hpp"
#include "operators/loops.hpp"
#include "operators/matrices.hpp"

namespace lading {
namespace {

constexpr int most_operands = 6, most_labels = most_letters + max_rank;

using Labels = std::uint32_t;  // a set of them

// Every label with its length, and the step of each operand along it; the result is the last operand.
struct Layout {
  std::int64_t lengths[most_labels], steps[most_operands + 1][most_labels] = {};
  Labels axes[most_operands + 1] = {};
  Layout() { std::fill_n(lengths, most_labels, 1); }
  std::int64_t size(Labels labels) const {
    std::int64_t n = 1;
    for (int label = 0; label < most_labels; ++label)
      if (labels >> label & 1) n *= lengths[label];
    return n;
  }
};

// What the labels are to a product of two operands.
struct Roles {
  Labels batch, rows, columns, summed;
  explicit Roles(const Layout& layout) {
    const Labels a = layout.axes[0], b = layout.axes[1], result = layout.axes[2];
    batch = a & b & result, summed = a & b & ~result, rows = a & ~b, columns = b & ~a;
  }
};

// Copies between the elements of an operand and a contiguous block with its labels in the order of `groups`:
// copy(element of the block, element of the operand), by their places.
template <class Copy> void arrange(const Layout& layout, int operand, std::initializer_list<Labels> groups, Copy copy) {
  std::int64_t step = 1;
  for (const Labels group : groups) step *= layout.size(group);
  if (step == 0) return;
  Loops<2> loops;
  for (const Labels group : groups)
    for (int label = 0; label < most_labels; ++label) {
      if (!(group >> label & 1)) continue;
      step /= layout.lengths[label];
      loops.add(layout.lengths[label], {step, layout.steps[operand][label]});
    }
  const auto inner = loops.take();
  loops.each([&](const auto& at) {
    for (std::int64_t i = 0; i < inner.length; ++i) copy(at[0] + i * inner.steps[0], at[1] + i * inner.steps[1]);
  });
}

template <class T> T multiply_add(T sum, T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b) +
                          static_cast<std::uint64_t>(sum));
  else return sum + a * b;
}

class Einsum final : public Operator {
 public:
  explicit Einsum(const Definition& definition) : kernels_(definition.kernels()) {
    equation_ = read_equation(definition);
  }
  void infer(const Operands& io) const override {
    check_type(io, 0, matrix_types);
    for (int i = 1; i < io.input_count(); ++i) check_same_type(io, i);
    const Layout layout = lay_out(io);
    const int all = ellipsis_rank(io);
    check_output_rank(io, named(equation_.output) + (has_ellipsis(equation_.output) ? all : 0));
    Shape out;
    each_label(equation_.output, all, all, [&](int label) { out.push(layout.lengths[label]); });
    io.set(0, io[0].type, out);
  }
  std::size_t scratch(const Operands& io) const override {
    return aligned(io[0].bytes()) + (io.has(1) ? aligned(io[1].bytes()) : 0) + aligned(io.output().bytes());
  }
  void run(const Operands& io) const override {
    const Layout layout = lay_out(io);
    if (is_product(io, layout)) run_product(io, layout);
    else with_one_of<matrix_types>(io[0].type, [&](auto zero) { sum_all<decltype(zero)>(io, layout); });
  }
  // Entries stand along one label, which the result keeps and which no operand without entries has.
  int entry(const Operands& io, int) const override {
    int entry_label = -1, axis_of_result = Entry::mixed;
    bool apart = true;
    for (const bool second : {false, true})
      for (int i = 0; i < io.input_count(); ++i) {
        if (io.entry(i) < 0 && io.entry(i) != Entry::none) return Entry::mixed;
        int axis = 0;
        each_label(equation_.inputs[i], own_ellipsis(io, i), ellipsis_rank(io), [&](int label) {
          if (!second && axis == io.entry(i)) {
            apart &= entry_label < 0 || entry_label == label;
            entry_label = label;
          }
          if (second && label == entry_label && axis != io.entry(i)) apart &= io[i].shape[axis] == 1;
          ++axis;
        });
      }
    int axis = 0;
    each_label(equation_.output, ellipsis_rank(io), ellipsis_rank(io), [&](int label) {
      if (label == entry_label) axis_of_result = axis;
      ++axis;
    });
    return apart ? axis_of_result : int(Entry::mixed);
  }

 private:
  int own_ellipsis(const Operands& io, int i) const { return io[i].shape.rank - named(equation_.inputs[i]); }
  // The axes of "...": as many as the operand has that has most of them.
  int ellipsis_rank(const Operands& io) const {
    int rank = 0;
    for (int i = 0; i < io.input_count(); ++i)
      if (has_ellipsis(equation_.inputs[i])) rank = std::max(rank, own_ellipsis(io, i));
    return rank;
  }
  // f(label) for each axis of a term whose "..." is the last `own` of `all` such axes.
  template <class F> static void each_label(const Term& term, int own, int all, F f) {
    for (const int label : term) {
      if (label != ellipsis) f(label);
      else
        for (int i = all - own; i < all; ++i) f(most_letters + i);
    }
  }
  Layout lay_out(const Operands& io) const {
    Layout layout;
    const int all = ellipsis_rank(io), result = io.input_count();
    for (int i = 0; i < io.input_count(); ++i) add_operand(io, layout, i, all);
    each_label(equation_.output, all, all, [&](int label) { layout.axes[result] |= Labels{1} << label; });
    std::int64_t step = layout.size(layout.axes[result]);
    each_label(equation_.output, all, all, [&](int label) {
      if (layout.lengths[label]) step /= layout.lengths[label];
      layout.steps[result][label] = step;
    });
    return layout;
  }
  void add_operand(const Operands& io, Layout& layout, int i, int all) const {
    const Term& term = equation_.inputs[i];
    const Shape& shape = io[i].shape;
    const int own = own_ellipsis(io, i);
    if (own < 0 || (own > 0 && !has_ellipsis(term)))
      io.fail({"term ", i, " of the equation does not fit input ", i, ", whose shape is ", shape});
    const Strides strides = strides_of(shape);
    int axis = 0;
    each_label(term, own, all, [&](int label) {
      std::int64_t& length = layout.lengths[label];
      if (length != 1 && shape[axis] != 1 && shape[axis] != length)
        io.fail({"one letter stands for axes of length ", length, " and ", shape[axis]});
      if (length == 1) length = shape[axis];
      if (shape[axis] != 1) layout.steps[i][label] += strides[axis];  // a letter twice is a diagonal
      layout.axes[i] |= Labels{1} << label;
      ++axis;
    });
  }

  // float32, two operands, each label once in each, nothing summed or repeated within one of them
  static bool is_product(const Operands& io, const Layout& layout) {
    if (io.input_count() != 2 || io[0].type != Type::float32) return false;
    if ((layout.axes[0] ^ layout.axes[1]) & ~layout.axes[2]) return false;
    for (int i = 0; i < 2; ++i)
      if (layout.size(layout.axes[i]) != io[i].size() || __builtin_popcount(layout.axes[i]) != io[i].shape.rank)
        return false;
    return true;
  }
  void run_product(const Operands& io, const Layout& layout) const {
    const Roles roles(layout);
    auto* a = reinterpret_cast<float*>(io.scratch());
    auto* b = reinterpret_cast<float*>(io.scratch() + aligned(io[0].bytes()));
    auto* y = reinterpret_cast<float*>(io.scratch() + aligned(io[0].bytes()) + aligned(io[1].bytes()));
    const auto *left = io[0].as<float>(), *right = io[1].as<float>();
    auto* result = io.output().as<float>();
    arrange(layout, 0, {roles.batch, roles.rows, roles.summed}, [=](auto block, auto own) { a[block] = left[own]; });
    arrange(layout, 1, {roles.batch, roles.summed, roles.columns},
            [=](auto block, auto own) { b[block] = right[own]; });
    const std::int64_t m = layout.size(roles.rows), n = layout.size(roles.columns), k = layout.size(roles.summed);
    for (std::int64_t i = 0, count = layout.size(roles.batch); i < count; ++i)
      multiply_matrices(kernels_, a + i * m * k, b + i * k * n, y + i * m * n, m, n, k);
    arrange(layout, 2, {roles.batch, roles.rows, roles.columns}, [=](auto block, auto own) { result[own] = y[block]; });
  }

  template <class T> static void sum_all(const Operands& io, const Layout& layout) {
    const int inputs = io.input_count();
    std::int64_t index[most_labels] = {};
    const Labels result = layout.axes[inputs];
    Labels all = result;
    for (int i = 0; i < inputs; ++i) all |= layout.axes[i];
    T* y = io.output().as<T>();
    std::fill_n(y, io.output().size(), T(0));
    for (std::int64_t count = layout.size(all); count > 0; --count) {  // the labels that are summed run fastest
      T product = 1;
      for (int i = 0; i < inputs; ++i) product = multiply_add(T(0), product, io[i].as<T>()[offset(layout, i, index)]);
      const std::int64_t place = offset(layout, inputs, index);
      y[place] = multiply_add(y[place], product, T(1));
      advance(layout, all & ~result, index) || advance(layout, result, index);
    }
  }
  static std::int64_t offset(const Layout& layout, int operand, const std::int64_t* index) {
    std::int64_t at = 0;
    for (int label = 0; label < most_labels; ++label) at += index[label] * layout.steps[operand][label];
    return at;
  }
  // The next index of these labels, the last one fastest; false, and back at 0, after the last.
  static bool advance(const Layout& layout, Labels labels, std::int64_t* index) {
    for (int label = most_labels - 1; label >= 0; --label) {
      if (!(labels >> label & 1)) continue;
      if (++index[label] < layout.lengths[label]) return true;
      index[label] = 0;
    }
    return false;
  }
  const Kernels& kernels_;
  Equation equation_;
};

}  // namespace

std::unique_ptr<Operator> make_Einsum(const Definition& definition) { return std::make_unique<Einsum>(definition); }

}  // namespace lading
