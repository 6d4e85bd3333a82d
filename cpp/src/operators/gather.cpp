// Gather, GatherElements, GatherND (ONNX): elements picked by index. Negative indices count from the end.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

// out[a, i, b] = data[a, indices[i], b], with `axis` of the data replaced by all axes of the indices.
class Gather final : public Operator {
 public:
  explicit Gather(const Definition& definition) : axis_(definition.integer("axis", 0)) {}
  void infer(const Operands& io) const override {
    const Shape &data = io[0].shape, &indices = io[1].shape;
    check_type(io, 1, index_types);
    const int axis = normal_axis(io, axis_, data.rank);
    if (data.rank == 0) io.fail("a number without an axis has nothing to pick from");
    check_output_rank(io, data.rank - 1 + indices.rank);
    Shape out;
    for (int i = 0; i < axis; ++i) out.push(data[i]);
    for (int i = 0; i < indices.rank; ++i) out.push(indices[i]);
    for (int i = axis + 1; i < data.rank; ++i) out.push(data[i]);
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    const Shape& data = io[0].shape;
    if (io.output().size() == 0) return;
    const int axis = normal_axis(io, axis_, data.rank);
    const Integers indices(io, 1);
    const std::int64_t picked = indices.size(), length = data[axis], rows = data.size(0, axis);
    const std::int64_t piece = data.size(axis + 1, data.rank) * static_cast<std::int64_t>(size_of(io[0].type));
    for (std::int64_t k = 0; k < picked; ++k) {
      const std::byte* in = io[0].data + checked_index(io, indices[k], length) * piece;
      std::byte* out = io.output().data + k * piece;
      for (std::int64_t r = 0; r < rows; ++r) copy_bytes(out + r * picked * piece, in + r * length * piece, piece);
    }
  }
  int entry(const Operands& io, int) const override {
    const int axis = normal_axis(io, axis_, io[0].shape.rank), data = io.entry(0), indices = io.entry(1);
    if (data == Entry::none && indices >= 0) return axis + indices;
    if (data >= 0 && indices == Entry::none && data != axis) return data < axis ? data : data - 1 + io[1].shape.rank;
    return entry_of_shapes(io);
  }

 private:
  std::int64_t axis_;
};

// out[.., i, ..] = data[.., indices[.., i, ..], ..]: an index for every element.
class GatherElements final : public Operator {
 public:
  explicit GatherElements(const Definition& definition) : axis_(definition.integer("axis", 0)) {}
  void infer(const Operands& io) const override {
    const Shape &data = io[0].shape, &indices = io[1].shape;
    check_type(io, 1, index_types);
    check_rank(io, 1, data.rank);
    const int axis = normal_axis(io, axis_, data.rank);
    for (int i = 0; i < data.rank; ++i)
      if (i != axis && indices[i] > data[i])
        io.fail({"indices of shape ", indices, " reach beyond data of shape ", data});
    io.set(0, io[0].type, indices);
  }
  void run(const Operands& io) const override {
    const Shape &data = io[0].shape, &shape = io[1].shape;
    const int axis = normal_axis(io, axis_, data.rank);
    const Strides own = strides_of(data), out = strides_of(shape);
    Loops<2> loops;
    for (int i = 0; i < shape.rank; ++i) loops.add(shape[i], {out[i], i == axis ? 0 : own[i]});
    with_size(size_of(io[0].type), [&](auto element) {
      with_one_of<index_types>(io[1].type, [&](auto index) {
        pick<decltype(element), decltype(index)>(io, loops, data.rank ? data[axis] : 1, data.rank ? own[axis] : 0);
      });
    });
  }
  int entry(const Operands& io, int) const override {
    const int entry = io.entry(0);
    if (entry < 0) return entry_of_shapes(io);
    return io.entry(1) == entry && entry != normal_axis(io, axis_, io[0].shape.rank) ? entry : int(Entry::mixed);
  }

 private:
  // `step` elements lie between the `length` ones along the axis.
  template <class T, class Index>
  static void pick(const Operands& io, Loops<2> loops, std::int64_t length, std::int64_t step) {
    const Loops<2>::Loop row = loops.take();
    loops.each([&](const auto& at) {
      const T* in = io[0].as<T>() + at[1];
      const Index* index = io[1].as<Index>() + at[0];
      T* out = io.output().as<T>() + at[0];
      for (std::int64_t k = 0; k < row.length; ++k)
        out[k] = in[k * row.steps[1] + checked_index(io, index[k], length) * step];
    });
  }
  std::int64_t axis_;
};

// The last axis of the indices holds places in the data: the indices of its first axes, after `batch_dims`
// axes that both have in common.
class GatherND final : public Operator {
 public:
  explicit GatherND(const Definition& definition) {
    const std::int64_t batch = definition.integer("batch_dims", 0);
    if (batch < 0 || batch >= max_rank)
      definition.fail({"attribute 'batch_dims' is ", batch, "; it must be from 0 to 7"});
    batch_ = static_cast<int>(batch);
  }
  void infer(const Operands& io) const override {
    const Shape &data = io[0].shape, &indices = io[1].shape;
    check_type(io, 1, bit(Type::int64));
    if (batch_ >= indices.rank || batch_ >= data.rank) io.fail({"needs more than ", batch_, " axes"});
    for (int i = 0; i < batch_; ++i)
      if (data[i] != indices[i]) io.fail({"the first axes of ", data, " and ", indices, " differ"});
    if (depth(io) > data.rank - batch_) io.fail({"indices of shape ", indices, " do not fit data of shape ", data});
    const int places = batch_ + static_cast<int>(depth(io));
    check_output_rank(io, indices.rank - 1 + data.rank - places);
    Shape out;
    for (int i = 0; i + 1 < indices.rank; ++i) out.push(indices[i]);
    for (int i = places; i < data.rank; ++i) out.push(data[i]);
    io.set(0, io[0].type, out);
  }
  void run(const Operands& io) const override {
    if (io.output().size() == 0) return;
    const Shape &data = io[0].shape, &shape = io[1].shape;
    const int count = static_cast<int>(depth(io));
    const Strides strides = strides_of(data);
    const std::int64_t* index = io[1].as<std::int64_t>();
    const std::int64_t batches = shape.size(0, batch_), places = shape.size(batch_, shape.rank - 1);
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    const std::int64_t piece = data.size(batch_ + count, data.rank), batch = data.size(batch_, data.rank);
    std::byte* out = io.output().data;
    for (std::int64_t b = 0; b < batches; ++b)
      for (std::int64_t p = 0; p < places; ++p, index += count, out += piece * element) {
        std::int64_t from = b * batch;
        for (int i = 0; i < count; ++i) from += checked_index(io, index[i], data[batch_ + i]) * strides[batch_ + i];
        copy_bytes(out, io[0].data + from * element, piece * element);
      }
  }
  int entry(const Operands& io, int) const override {
    const int data = io.entry(0), indices = io.entry(1), picked = static_cast<int>(batch_ + depth(io));
    if (data >= 0 && data == indices && data < batch_) return data;
    if (data == Entry::none && indices >= batch_ && indices < io[1].shape.rank - 1) return indices;
    if (data >= picked && indices == Entry::none) return io[1].shape.rank - 1 + data - picked;
    return entry_of_shapes(io);
  }

 private:
  static std::int64_t depth(const Operands& io) { return io[1].shape[io[1].shape.rank - 1]; }
  int batch_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_Gather(const Definition& definition) { return std::make_unique<Gather>(definition); }
std::unique_ptr<Operator> make_GatherElements(const Definition& definition) {
  return std::make_unique<GatherElements>(definition);
}
std::unique_ptr<Operator> make_GatherND(const Definition& definition) { return std::make_unique<GatherND>(definition); }

}  // namespace lading
