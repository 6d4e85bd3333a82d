#include "bundle/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "bundle/place.hpp"

namespace lading {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are used as they lie in the file");

constexpr std::size_t largest_header = 100'000'000;

struct Span {  // one tensor of the header
  const std::string* name;
  Constant constant;
  std::size_t begin, end;
};

struct Dtype {
  const char* name;
  Type type;
};
constexpr Dtype dtypes[] = {{"F32", Type::float32},   {"F64", Type::float64}, {"F16", Type::float16},
                            {"BF16", Type::bfloat16}, {"I8", Type::int8},     {"I16", Type::int16},
                            {"I32", Type::int32},     {"I64", Type::int64},   {"U8", Type::uint8},
                            {"U16", Type::uint16},    {"U32", Type::uint32},  {"U64", Type::uint64},
                            {"BOOL", Type::boolean}};

Type read_dtype(const Place& place) {
  const std::string& text = place.text();
  std::vector<std::string> names;
  for (const Dtype& dtype : dtypes) {
    if (text == dtype.name) return dtype.type;
    names.emplace_back(dtype.name);
  }
  place.fail("no such type '" + text + "' " + suggestion(text, names));
}

Shape read_shape(const Place& place) {
  Shape shape;
  const std::size_t rank = place.list().size();
  if (rank > max_rank) place.fail("has " + std::to_string(rank) + " axes; at most 8 are allowed");
  for (std::size_t i = 0; i < rank; ++i) shape.push(place[i].integer_from(0));
  return shape;
}

// Bytes of a tensor. No product of some of its dimensions may overflow either, so zeros count as one here.
std::size_t byte_count(const Place& place, Type type, const Shape& shape) {
  std::size_t count = size_of(type);
  for (int axis = 0; axis < shape.rank; ++axis) {
    const auto dim = std::max<std::size_t>(static_cast<std::size_t>(shape[axis]), 1);
    if (count > std::size_t(std::numeric_limits<std::int64_t>::max()) / dim) place.fail(shape.text() + " is too large");
    count *= dim;
  }
  return shape.size() == 0 ? 0 : count;
}

Span read_span(const Place& place, const std::string& name) {
  place.allow({"dtype", "shape", "data_offsets"});
  const Place dtype = place.at("dtype"), shape = place.at("shape"), offsets = place.at("data_offsets");
  Span span{&name, {read_dtype(dtype), read_shape(shape), nullptr}, 0, 0};
  if (offsets.list().size() != 2)
    offsets.fail("should be two integers, the tensor's first byte and the one behind its last");
  span.begin = static_cast<std::size_t>(offsets[0].integer_from(0));
  span.end = static_cast<std::size_t>(offsets[1].integer_from(0));
  const std::size_t size = byte_count(shape, span.constant.type, span.constant.shape);
  if (span.end < span.begin || span.end - span.begin != size) {
    offsets.fail("should span " + std::to_string(size) + " bytes, is [" + std::to_string(span.begin) + ", " +
                 std::to_string(span.end) + "]");
  }
  return span;
}

void check_metadata(const Place& metadata) {
  for (std::size_t i = 0; i < metadata.object().size(); ++i) (void)metadata.member(i).text();
}

std::vector<Span> read_header(const Place& header) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < header.object().size(); ++i) {
    const Place member = header.member(i);
    if (header.key(i) == "__metadata__") check_metadata(member);
    else spans.push_back(read_span(member, header.key(i)));
  }
  return spans;
}

// Tensors in the order of their bytes, each beginning where the one before ends.
void check_spans(std::vector<Span>& spans, std::size_t data_size, const std::string& what) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::size_t at = 0;
  for (const Span& span : spans) {
    if (span.begin != at)
      throw Error(what + ": '" + *span.name + "' begins at byte " + std::to_string(span.begin) +
                  ", the tensor before it ends at byte " + std::to_string(at) +
                  "; tensors leave no holes and never overlap");
    at = span.end;
  }
  if (at != data_size) {
    throw Error(what + ": holds " + std::to_string(data_size) + (data_size == 1 ? " byte" : " bytes") +
                " of tensors, its header says " + std::to_string(at) + "; the file was cut or damaged");
  }
}

// The memory of one tensor: the file's own, or a copy where its elements would not be aligned.
std::shared_ptr<const std::byte> memory_of(const Span& span, const Bytes& file, std::size_t data, const Limits& limits,
                                           const std::string& what) {
  const auto* from = reinterpret_cast<const std::byte*>(file.view.data()) + data + span.begin;
  if (reinterpret_cast<std::uintptr_t>(from) % size_of(span.constant.type) == 0) return {file.keep, from};
  const auto copy = aligned_memory(span.end - span.begin, limits, what);
  std::memcpy(copy.get(), from, span.end - span.begin);
  return copy;
}

void check_booleans(const Constant& constant, const std::string& name, const std::string& what) {
  const auto* bytes = constant.data.get();
  const auto wrong = [](std::byte byte) { return byte > std::byte{1}; };
  if (constant.type == Type::boolean && std::any_of(bytes, bytes + constant.shape.size(), wrong)) {
    throw Error(what + ": '" + name + "' holds a bool that is neither 0 nor 1");
  }
}

std::size_t header_size(const Bytes& file, const std::string& what) {
  if (file.view.size() < 8) throw Error(what + ": not a safetensors file: shorter than 8 bytes");
  std::uint64_t size = 0;
  std::memcpy(&size, file.view.data(), 8);
  if (size > largest_header) throw Error(what + ": not a safetensors file: its header would be larger than 100 MB");
  if (size > file.view.size() - 8) throw Error(what + ": not a safetensors file: shorter than its header");
  if (size == 0 || file.view[8] != '{')
    throw Error(what + ": not a safetensors file: its header does not begin with '{'");
  return static_cast<std::size_t>(size);
}

}  // namespace

std::unordered_map<std::string, Constant> read_safetensors(const Bytes& file, const std::string& what,
                                                           const Limits& limits) {
  const std::size_t size = header_size(file, what), data = 8 + size;
  const Json header = parse_json(file.view.substr(8, size), what, limits.memory);
  std::vector<Span> spans = read_header(Place(header, what));
  check_spans(spans, file.view.size() - data, what);
  std::unordered_map<std::string, Constant> tensors;
  for (Span& span : spans) {
    span.constant.data = memory_of(span, file, data, limits, what);
    check_booleans(span.constant, *span.name, what);
    tensors.emplace(*span.name, std::move(span.constant));
  }
  return tensors;
}

}  // namespace lading
