// TopK (ONNX): the k largest or smallest elements along an axis, in order, and where they were. Equal ones
// come in the order of their indices; NaN counts as larger than every number.
#include <algorithm>

#include "operators/order.hpp"

namespace lading {

void sort_first(Candidate* candidates, std::int64_t count, std::int64_t length) {
  std::partial_sort(candidates, candidates + count, candidates + length);
}

void refuse_count(const Operands& io, std::int64_t count, std::int64_t length) {
  io.fail({"cannot take ", count, " elements from an axis of length ", length,
           "; feed longer sequences, or give their axis a \"min\" in the model's axes"});
}

namespace {

class TopK final : public Operator {
 public:
  explicit TopK(const Definition& definition)
      : axis_(definition.integer("axis", -1)), largest_(definition.integer("largest", 1) != 0) {}
  std::uint32_t shape_inputs() const override { return 1 << 1; }

  void infer(const Operands& io) const override {
    Shape out = io[0].shape;
    check_type(io, 0, number_types), check_one_element(io, 1);
    if (out.rank == 0) io.fail("a number without an axis has no order");
    const int axis = normal_axis(io, axis_, out.rank);
    const std::int64_t count = Integers(io, 1)[0];
    if (count < 0 || count > out[axis]) refuse_count(io, count, out[axis]);
    out[axis] = count;
    io.set(0, io[0].type, out);
    io.set(1, Type::int64, out);
  }
  std::size_t scratch(const Operands& io) const override {
    return static_cast<std::size_t>(io[0].shape[normal_axis(io, axis_, io[0].shape.rank)]) * sizeof(Candidate);
  }
  void run(const Operands& io) const override {
    with_one_of<number_types>(io[0].type, [&](auto zero) { run_as<decltype(zero)>(io); });
  }
  int entry(const Operands& io, int) const override {
    if (io.entry(0) < 0 || !fixed_inputs(io, 1)) return entry_of_shapes(io);
    return io.entry(0) == normal_axis(io, axis_, io[0].shape.rank) ? int(Entry::mixed) : io.entry(0);
  }

 private:
  template <class T> void run_as(const Operands& io) const {
    const Shape& shape = io[0].shape;
    const int axis = normal_axis(io, axis_, shape.rank);
    const std::int64_t length = shape[axis], inner = shape.size(axis + 1, shape.rank), outer = shape.size(0, axis);
    const std::int64_t count = Integers(io, 1)[0];
    for (std::int64_t row = 0; row < outer * inner; ++row) {
      const std::int64_t from = row / inner * length * inner + row % inner;
      const std::int64_t to = row / inner * count * inner + row % inner;
      const Candidate* best = pick(io.scratch(), io[0].as<T>() + from, length, inner, count);
      for (std::int64_t k = 0; k < count; ++k) {
        if (io.has_output(0)) io.output(0).as<T>()[to + k * inner] = io[0].as<T>()[from + best[k].index * inner];
        if (io.has_output(1)) io.output(1).as<std::int64_t>()[to + k * inner] = best[k].index;
      }
    }
  }
  template <class T>
  const Candidate* pick(std::byte* scratch, const T* in, std::int64_t length, std::int64_t step,
                        std::int64_t count) const {
    Candidate* candidates = reinterpret_cast<Candidate*>(scratch);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::uint64_t key = sort_key(in[i * step]);
      candidates[i] = {largest_ ? ~key : key, i};
    }
    sort_first(candidates, count, length);
    return candidates;
  }
  std::int64_t axis_;
  bool largest_;
};

}  // namespace

std::unique_ptr<Operator> make_TopK(const Definition& definition) { return std::make_unique<TopK>(definition); }

}  // namespace lading
