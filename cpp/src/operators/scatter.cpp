// ScatterElements, ScatterND (ONNX): a copy of the data in which the elements named by indices are replaced
// by the updates, or combined with them. Updates take effect in their order.
#include "operators/checks.hpp"
#include "operators/copy_strided.hpp"

namespace lading {
namespace {

enum class Reduction { none, add, multiply, largest, smallest };

Reduction reduction_of(const Definition& definition) {
  return static_cast<Reduction>(choice(definition, "reduction", "none", {"none", "add", "mul", "max", "min"}));
}

// Integers wrap around; the largest and smallest are NaN if one of the two is, as in NumPy.
template <Reduction reduction, class T> T combine(T old, T update) {
  constexpr bool wraps = std::is_integral_v<T> && !std::is_same_v<T, bool>;
  using Wide = std::conditional_t<wraps, std::uint64_t, T>;
  const Wide a = static_cast<Wide>(old), b = static_cast<Wide>(update);
  if constexpr (reduction == Reduction::none) return update;
  else if constexpr (reduction == Reduction::add) return static_cast<T>(a + b);
  else if constexpr (reduction == Reduction::multiply) return static_cast<T>(a * b);
  else if constexpr (reduction == Reduction::largest) return old > update || old != old ? old : update;
  else return old < update || old != old ? old : update;
}

using Put = void (*)(std::byte* out, const std::byte* updates, std::int64_t count);

template <Reduction reduction, class T> void put(std::byte* out, const std::byte* updates, std::int64_t count) {
  T* to = reinterpret_cast<T*>(out);
  const T* from = reinterpret_cast<const T*>(updates);
  for (std::int64_t i = 0; i < count; ++i) to[i] = combine<reduction>(to[i], from[i]);
}

Put find_put(Reduction reduction, Type type) {
  if (reduction == Reduction::none)
    return with_size(size_of(type), [](auto element) -> Put { return &put<Reduction::none, decltype(element)>; });
  return with_type(type, [&](auto element) -> Put {
    using T = decltype(element);
    switch (reduction) {
      case Reduction::add: return &put<Reduction::add, T>;
      case Reduction::multiply: return &put<Reduction::multiply, T>;
      case Reduction::largest: return &put<Reduction::largest, T>;
      default: return &put<Reduction::smallest, T>;
    }
  });
}

// Inputs: data, indices, updates.
class Scatter : public Operator {
 public:
  explicit Scatter(const Definition& definition) : reduction_(reduction_of(definition)) {}
  void infer(const Operands& io) const override {
    check_same_type(io, 2);
    if (reduction_ != Reduction::none) check_type(io, 0, computed_types);
    check_shapes(io);
    io.set(0, io[0].type, io[0].shape);
  }
  void run(const Operands& io) const override {
    copy_bytes(io.output().data, io[0].data, static_cast<std::int64_t>(io[0].bytes()));
    if (io[2].size() != 0) scatter(io, find_put(reduction_, io[0].type));
  }

 protected:
  virtual void check_shapes(const Operands& io) const = 0;
  virtual void scatter(const Operands& io, Put put) const = 0;

 private:
  Reduction reduction_;
};

// The entries of input i lie along `axis`; or it holds one number over and over, for any number of entries.
bool along(const Operands& io, int i, int axis) {
  return io.entry(i) == axis || (io.entry(i) == Entry::uniform && io[i].shape[axis] == io.entries());
}

// out[.., indices[.., i, ..], ..] = updates[.., i, ..]: an index for every update.
class ScatterElements final : public Scatter {
 public:
  explicit ScatterElements(const Definition& definition) : Scatter(definition), axis_(definition.integer("axis", 0)) {}

  void check_shapes(const Operands& io) const override {
    const Shape &data = io[0].shape, &indices = io[1].shape;
    check_type(io, 1, index_types);
    check_rank(io, 1, data.rank);
    if (!(indices == io[2].shape))
      io.fail({"indices of shape ", indices, " and updates of shape ", io[2].shape, " differ"});
    const int axis = normal_axis(io, axis_, data.rank);
    for (int i = 0; i < data.rank; ++i)
      if (i != axis && indices[i] > data[i])
        io.fail({"indices of shape ", indices, " reach beyond data of shape ", data});
  }
  void scatter(const Operands& io, Put put) const override {
    const Shape &data = io[0].shape, &shape = io[1].shape;
    const int axis = normal_axis(io, axis_, data.rank);
    const Integers indices(io, 1);
    const Strides own = strides_of(data), from = strides_of(shape);
    const std::int64_t length = data.rank ? data[axis] : 1, step = data.rank ? own[axis] : 0;
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    Loops<2> loops;
    for (int i = 0; i < shape.rank; ++i) loops.add(shape[i], {i == axis ? 0 : own[i], from[i]});
    loops.each([&](const auto& at) {
      const std::int64_t to = at[0] + checked_index(io, indices[at[1]], length) * step;
      put(io.output().data + to * element, io[2].data + at[1] * element, 1);
    });
  }
  int entry(const Operands& io, int) const override {
    const int axis = io.entry(1);
    if (axis < 0) return entry_of_shapes(io);
    const bool apart = axis != normal_axis(io, axis_, io[0].shape.rank);
    return apart && along(io, 0, axis) && along(io, 2, axis) ? axis : int(Entry::mixed);
  }

 private:
  std::int64_t axis_;
};

// The last axis of the indices holds places in the data, the indices of its first axes.
class ScatterND final : public Scatter {
 public:
  explicit ScatterND(const Definition& definition) : Scatter(definition) {}

  void check_shapes(const Operands& io) const override {
    const Shape &data = io[0].shape, &indices = io[1].shape;
    check_type(io, 1, bit(Type::int64));
    if (indices.rank == 0 || indices[indices.rank - 1] > data.rank)
      io.fail({"indices of shape ", indices, " do not fit data of shape ", data});
    check_output_rank(io, indices.rank - 1 + data.rank - depth(io));
    Shape updates;
    for (int i = 0; i + 1 < indices.rank; ++i) updates.push(indices[i]);
    for (int i = depth(io); i < data.rank; ++i) updates.push(data[i]);
    if (!(updates == io[2].shape)) io.fail({"the updates must have shape ", updates, ", they have ", io[2].shape});
  }
  void scatter(const Operands& io, Put put) const override {
    const Shape &data = io[0].shape, &shape = io[1].shape;
    const int count = depth(io);
    const Strides strides = strides_of(data);
    const std::int64_t places = shape.size(0, shape.rank - 1), piece = data.size(count, data.rank);
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    const std::int64_t* index = io[1].as<std::int64_t>();
    for (std::int64_t p = 0; p < places; ++p, index += count) {
      std::int64_t to = 0;
      for (int i = 0; i < count; ++i) to += checked_index(io, index[i], data[i]) * strides[i];
      put(io.output().data + to * element, io[2].data + p * piece * element, piece);
    }
  }
  // Entries stay apart if whole rows of them are replaced: their axis lies behind the indexed ones.
  int entry(const Operands& io, int) const override {
    const int ahead = depth(io) - (io[1].shape.rank - 1);
    const int axis = io.entry(0) >= 0 ? io.entry(0) : io.entry(2) >= 0 ? io.entry(2) + ahead : int(Entry::none);
    if (axis < depth(io) || !fixed_inputs(io, 1, 2)) return entry_of_shapes(io);
    return along(io, 0, axis) && along(io, 2, axis - ahead) ? axis : int(Entry::mixed);
  }

 private:
  static int depth(const Operands& io) { return static_cast<int>(io[1].shape[io[1].shape.rank - 1]); }
};

}  // namespace

std::unique_ptr<Operator> make_ScatterElements(const Definition& definition) {
  return std::make_unique<ScatterElements>(definition);
}
std::unique_ptr<Operator> make_ScatterND(const Definition& definition) {
  return std::make_unique<ScatterND>(definition);
}

}  // namespace lading
