// Unique (ONNX): the different elements of a tensor, or the different slices along an axis; with where each
// stood first, which of them stood where, and how often.
#include <algorithm>
#include <numeric>
#include <optional>

#include "operators/copy_strided.hpp"
#include "operators/sort_key.hpp"

namespace lading {
namespace {

// The things that are compared: `count` slices, each of `outer` runs of `inner` elements.
struct Slices {
  std::int64_t count, outer, inner, element;
  const std::byte* data;
  SortKey key;

  const std::byte* run(std::int64_t slice, std::int64_t o) const {
    return data + (o * count + slice) * inner * element;
  }
  // Negative, 0, positive: as a sorts before, like, after b.
  int compare(std::int64_t a, std::int64_t b) const {
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t i = 0; i < inner; ++i) {
        const std::uint64_t x = key(run(a, o) + i * element), y = key(run(b, o) + i * element);
        if (x != y) return x < y ? -1 : 1;
      }
    return 0;
  }
};

// Which slices are equal: `group[s]` is the number of the group of slice s, `first[g]` the first slice of group g.
struct Groups {
  std::int64_t *order, *group, *first, *size, count = 0;

  Groups(std::byte* scratch, std::int64_t n)
      : order(reinterpret_cast<std::int64_t*>(scratch)), group(order + n), first(group + n), size(first + n) {}

  void find(const Slices& slices) {
    const std::int64_t n = slices.count;
    std::iota(order, order + n, 0);
    std::sort(order, order + n, [&](std::int64_t a, std::int64_t b) {
      const int compared = slices.compare(a, b);
      return compared ? compared < 0 : a < b;
    });
    for (std::int64_t k = 0; k < n; ++k) {
      if (k == 0 || slices.compare(order[k - 1], order[k]) != 0) first[count] = order[k], size[count++] = 0;
      group[order[k]] = count - 1;
      ++size[count - 1];
    }
  }
  // Numbers the groups as they appear: group[s] of the first slice of each decides.
  void number_by_appearance(std::int64_t n) {
    std::int64_t* renamed = order;  // old number -> new number; order is not needed any more
    std::fill(renamed, renamed + n, std::int64_t(-1));
    std::int64_t next = 0;
    for (std::int64_t s = 0; s < n; ++s) {
      if (renamed[group[s]] < 0) renamed[group[s]] = next++;
      group[s] = renamed[group[s]];
    }
    std::fill(size, size + count, 0);
    for (std::int64_t s = n - 1; s >= 0; --s) first[group[s]] = s, ++size[group[s]];
  }
};

class Unique final : public Operator {
 public:
  explicit Unique(const Definition& definition) : sorted_(definition.integer("sorted", 1) != 0) {
    if (definition.has("axis")) axis_ = definition.integer("axis");
  }
  bool shape_from_data() const override { return true; }

  void infer(const Operands& io) const override {
    check_type(io, 0, computed_types);
    const int axis = axis_of(io);
    Shape values = io[0].shape, list;
    list.push(slices_of(io).count);
    io.set(0, io[0].type, axis < 0 ? list : values);
    for (int i = 1; i < 4; ++i) io.set(i, Type::int64, list);
  }
  std::size_t scratch(const Operands& io) const override {
    return static_cast<std::size_t>(slices_of(io).count) * 4 * sizeof(std::int64_t);
  }
  void run(const Operands& io) const override {
    const Slices slices = slices_of(io);
    Groups groups(io.scratch(), slices.count);
    groups.find(slices);
    if (!sorted_) groups.number_by_appearance(slices.count);
    write_values(io, slices, groups);
    write_list(io, 1, groups.first, groups.count);
    write_list(io, 2, groups.group, slices.count);
    write_list(io, 3, groups.size, groups.count);
  }

 private:
  int axis_of(const Operands& io) const { return axis_ ? normal_axis(io, *axis_, io[0].shape.rank) : -1; }
  Slices slices_of(const Operands& io) const {
    const Shape& shape = io[0].shape;
    const int axis = axis_of(io);
    if (axis >= shape.rank) io.fail("a number has no axis to look along");
    const std::int64_t element = static_cast<std::int64_t>(size_of(io[0].type));
    const SortKey key = find_sort_key(io[0].type);
    if (axis < 0) return {shape.size(), 1, 1, element, io[0].data, key};
    return {shape[axis], shape.size(0, axis), shape.size(axis + 1, shape.rank), element, io[0].data, key};
  }
  void write_values(const Operands& io, const Slices& slices, const Groups& groups) const {
    if (!io.has_output(0)) return;
    Tensor& out = io.output(0);
    out.shape[std::max(0, axis_of(io))] = groups.count;
    const std::int64_t bytes = slices.inner * slices.element;
    for (std::int64_t o = 0; o < slices.outer; ++o)
      for (std::int64_t g = 0; g < groups.count; ++g)
        copy_bytes(out.data + (o * groups.count + g) * bytes, slices.run(groups.first[g], o), bytes);
  }
  static void write_list(const Operands& io, int output, const std::int64_t* values, std::int64_t count) {
    if (!io.has_output(output)) return;
    io.output(output).shape[0] = count;
    std::copy(values, values + count, io.output(output).as<std::int64_t>());
  }
  bool sorted_;
  std::optional<std::int64_t> axis_;
};

}  // namespace

std::unique_ptr<Operator> make_Unique(const Definition& definition) { return std::make_unique<Unique>(definition); }

}  // namespace lading
