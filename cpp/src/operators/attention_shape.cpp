#include "operators/attention_shape.hpp"

namespace lading {
namespace {

// Lengths of input i: batch, heads, rows, width.
Shape parted(const Operands& io, int i, std::int64_t heads, const std::string& attribute) {
  const Shape& own = io[i].shape;
  if (own.rank == 4) {
    if (heads && heads != own[1])
      io.fail({"attribute '", attribute, "' is ", heads, ", input ", i, " of shape ", own, " has ", own[1], " heads"});
    return own;
  }
  if (!heads || own[2] % heads)
    io.fail({"attribute '", attribute, "' is ", heads, "; with three axes it must divide the ", own[2],
             " features of input ", i});
  return shape_of({own[0], heads, own[1], own[2] / heads});
}

void check_shape(const Operands& io, int i, std::initializer_list<std::int64_t> dims) {
  const Shape shape = shape_of(dims);
  if (!(io[i].shape == shape)) io.fail({"input ", i, " must have shape ", shape, ", not ", io[i].shape});
}

void check_mask(const Operands& io, const Shape& scores) {
  const Tensor& mask = io[attention_mask];
  if (mask.type != Type::boolean && mask.type != io[query].type)
    io.fail({"the mask (input 3) is ", mask.type, "; it must be bool, or ", io[query].type, " as the queries are"});
  bool fits = mask.shape.rank >= 1 && mask.shape.rank <= 4;
  for (int axis = 0; fits && axis < mask.shape.rank; ++axis) {
    const std::int64_t own = mask.shape[axis], full = scores[axis + 4 - mask.shape.rank];
    fits = axis + 1 == mask.shape.rank ? own <= full : own == full || own == 1;
  }
  if (!fits)
    io.fail(
        {"a mask of shape ", mask.shape, " does not fit scores of shape ", scores, " [batch, heads, queries, keys]"});
}

}  // namespace

Shape shape_of(std::initializer_list<std::int64_t> dims) {
  Shape shape;
  for (const std::int64_t dim : dims) shape.push(dim);
  return shape;
}

AttentionShape::AttentionShape(const Operands& io, const AttentionHeads& own) {
  const Shape &q = io[query].shape, &k = io[key].shape, &v = io[value].shape;
  joined = q.rank == 3;
  if ((q.rank != 3 && q.rank != 4) || k.rank != q.rank || v.rank != q.rank)
    io.fail(
        {"queries, keys and values must all have three axes or all four; their shapes are ", q, ", ", k, " and ", v});
  const Shape from = parted(io, query, own.queries, "q_num_heads"), to = parted(io, key, own.keys, "kv_num_heads"),
              values = parted(io, value, own.keys, "kv_num_heads");
  if (to[0] != from[0] || values[0] != from[0] || to[3] != from[3] || to[1] != values[1] || to[2] != values[2])
    io.fail({"queries of shape ", q, ", keys of ", k, " and values of ", v, " do not fit"});
  if (to[1] == 0 || from[1] % to[1])
    io.fail({from[1], " heads of queries cannot share ", to[1], " heads of keys evenly"});
  batch = from[0], heads = from[1], queries = from[2], width = from[3];
  shared_heads = to[1], fresh = to[2], value_width = values[3];
  if (io.has(past_key)) {
    check_rank(io, past_key, 4);
    past = io[past_key].shape[2];
    check_shape(io, past_key, {batch, shared_heads, past, width});
    check_shape(io, past_value, {batch, shared_heads, past, value_width});
  }
  if (io.has(attention_mask)) check_mask(io, shape_of({batch, heads, queries, keys()}));
  if (io.has(valid_keys)) check_shape(io, valid_keys, {batch});
}

}  // namespace lading
