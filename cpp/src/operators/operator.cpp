// Rules that many operators share, and the table of operators.
#include "operators/operator.hpp"

#include <algorithm>

#include "error.hpp"

namespace lading {

#define LADING_OPERATOR(name, least, most, outputs, attributes) \
  std::unique_ptr<Operator> make_##name(const Definition&);
#include "operators/operators.inc"
#undef LADING_OPERATOR

namespace {
struct Row {
  const char* name;
  MakeOperator make;
  Counts counts;
  const char* attributes;  // their names, a space between
};
constexpr int any = any_number;
constexpr Row table[] = {
#define LADING_OPERATOR(name, least, most, outputs, attributes) \
  {#name, &make_##name, {least, most, outputs}, attributes},
#include "operators/operators.inc"
#undef LADING_OPERATOR
};

// The fused operators that passes make stand under their own prefix, so that no bundle can name them.
constexpr const char* internal[] = {
    "BiasedAttention", "ChannelsLastConvolution", "ChannelsLastPool", "Convolution", "Dense",
    "DenseChain",      "EdgeConvolution",         "Maxout",           "Neighbours"};
// The one operator that is not of ONNX.
constexpr const char* forest = "lading.TreeEnsemble";

const Row* find_row(const std::string& name) {
  constexpr std::string_view prefix = "internal.", own = "lading.";
  const bool fused = name.compare(0, prefix.size(), prefix) == 0;
  const std::string plain = fused ? name.substr(prefix.size()) : name == forest ? name.substr(own.size()) : name;
  const bool is_internal = std::find(std::begin(internal), std::end(internal), plain) != std::end(internal);
  if (fused != is_internal || (plain == "TreeEnsemble" && name != forest)) return nullptr;
  for (const Row& row : table)
    if (plain == row.name) return &row;
  return nullptr;
}

}  // namespace

void Operator::evaluate(const Operands& io) const {
  if (!view()) return run(io);
  std::copy_n(io[0].data, io.output().bytes(), io.output().data);
}

MakeOperator find_operator(const std::string& name) {
  const Row* row = find_row(name);
  return row ? row->make : nullptr;
}

Counts counts_of(const std::string& operator_name) {
  const Row* row = find_row(operator_name);
  return row ? row->counts : Counts{0, any, any};
}

std::vector<std::string> attribute_names(const std::string& operator_name) {
  const Row* row = find_row(operator_name);
  std::vector<std::string> names;
  for (std::string_view text = row ? row->attributes : ""; !text.empty();) {
    const std::size_t end = std::min(text.find(' '), text.size());
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const Row& row : table)
    if (find_operator(row.name)) names.push_back(row.name);
  names.push_back(forest);
  return names;
}

int Operator::entry(const Operands&, int) const { return Entry::mixed; }

Shape broadcast(const Operands& io, const Shape& a, const Shape& b) {
  Shape out;
  out.rank = std::max(a.rank, b.rank);
  for (int i = 0; i < out.rank; ++i) {
    const int ia = i - (out.rank - a.rank), ib = i - (out.rank - b.rank);
    const std::int64_t da = ia < 0 ? 1 : a[ia], db = ib < 0 ? 1 : b[ib];
    if (da != db && da != 1 && db != 1) io.fail({"shapes ", a, " and ", b, " do not broadcast"});
    out[i] = da == 1 ? db : da;
  }
  return out;
}

namespace {
// Axis of `output` that the entry axis of some input is broadcast to; none if there is no such input.
int aligned_entry_axis(const Operands& io, const Shape& output) {
  int axis = Entry::none;
  for (int i = 0; i < io.input_count(); ++i) {
    if (!io.has(i) || io.entry(i) < 0) continue;
    const int aligned = io.entry(i) + output.rank - io[i].shape.rank;
    if (axis >= 0 && axis != aligned) return Entry::mixed;
    axis = aligned;
  }
  return axis;
}
// A value without entries must not reach along the entry axis: entry by entry it would be broadcast there.
bool spans_entries(const Operands& io, int i, int axis, const Shape& output) {
  const int own = axis - (output.rank - io[i].shape.rank);
  if (own < 0 || io[i].shape[own] == 1) return false;
  return io.entry(i) != Entry::uniform || io[i].shape[own] != io.entries();
}
}  // namespace

int elementwise_entry(const Operands& io, const Shape& output) {
  const int axis = aligned_entry_axis(io, output);
  bool uniform = false, lengths = false, none = false;
  for (int i = 0; i < io.input_count(); ++i) {
    if (!io.has(i)) continue;
    const int entry = io.entry(i);
    if (entry == Entry::mixed) return Entry::mixed;
    uniform |= entry == Entry::uniform, lengths |= entry == Entry::lengths, none |= entry == Entry::none;
    if (axis >= 0 && entry < 0 && spans_entries(io, i, axis, output)) return Entry::mixed;
  }
  if (lengths) return axis != Entry::none || uniform ? Entry::mixed : Entry::lengths;
  if (axis != Entry::none) return axis;
  if (uniform) return none ? Entry::mixed : Entry::uniform;
  return Entry::none;
}

int normal_axis(const Operands& io, std::int64_t axis, int rank) {
  if (axis < -rank || axis >= std::max(rank, 1)) io.fail({"axis ", axis, " is not one of a tensor of ", rank, " axes"});
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

int reshaped_entry(const Shape& from, int entry, const Shape& to, std::int64_t entries) {
  if (entry < 0) return entry;
  if (from[entry] != entries) return Entry::mixed;
  const std::int64_t before = from.size(0, entry), after = from.size(entry + 1, from.rank);
  for (int axis = 0; axis < to.rank; ++axis)
    if (to[axis] == entries && to.size(0, axis) == before && to.size(axis + 1, to.rank) == after) return axis;
  return Entry::mixed;
}

}  // namespace lading
