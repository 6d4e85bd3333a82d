// What onnxruntime.hpp stands on: tensors with their types and shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lading/compat/onnxruntime_options.hpp"
#include "lading/compat/tensors.hpp"

namespace Ort {
inline namespace lading_compat {

using Exception = lading::Error;

namespace detail {
// lading's number of a type, by ONNX's; -1 where it has none.
inline int type_of(ONNXTensorElementDataType type) {
  // clang-format off
  constexpr int types[] = {
      -1, LADING_FLOAT32, LADING_UINT8, LADING_INT8, LADING_UINT16, LADING_INT16, LADING_INT32, LADING_INT64, -1,
      LADING_BOOL, LADING_FLOAT16, LADING_FLOAT64, LADING_UINT32, LADING_UINT64, -1, -1, LADING_BFLOAT16};
  // clang-format on
  return type >= 0 && type < 17 ? types[type] : -1;
}
inline ONNXTensorElementDataType type_of(int type) {
  int found = 0;
  while (found < 17 && type_of(ONNXTensorElementDataType(found)) != type) ++found;
  return ONNXTensorElementDataType(found % 17);
}
inline std::size_t bytes_of(int type) {
  constexpr std::size_t bytes[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1};
  return bytes[type];
}
// T may look at numbers of this type; char at those of one byte.
template <class T> bool holds(int type) {
  const bool byte = sizeof(T) == 1 && std::is_integral_v<T> && !std::is_same_v<T, bool>;
  return lading::detail::holds<T>(type) || (byte && (type == LADING_INT8 || type == LADING_UINT8));
}
}  // namespace detail

class TensorTypeAndShapeInfo {
 public:
  explicit TensorTypeAndShapeInfo(std::nullptr_t) {}
  TensorTypeAndShapeInfo(int type, std::vector<std::int64_t> shape, std::vector<const char*> names = {})
      : type_(type), shape_(std::move(shape)), names_(std::move(names)) {}
  ONNXTensorElementDataType GetElementType() const { return detail::type_of(type_); }
  // Throws Error where the shape of an input or output is not known.
  std::size_t GetElementCount() const {
    const std::int64_t count = lading::compat::size_of(shape_);
    if (count < 0)
      throw Exception("a tensor of the shape " + lading::compat::text_of(shape_) + " has no size yet", LADING_VALUE);
    return std::size_t(count);
  }
  std::size_t GetDimensionsCount() const { return shape_.size(); }
  void GetDimensions(std::int64_t* values, std::size_t count) const {
    for (std::size_t a = 0; a < count && a < shape_.size(); ++a) values[a] = shape_[a];
  }
  // Names of axes, "" where they have none; as long as the session lives.
  void GetSymbolicDimensions(const char** values, std::size_t count) const {
    for (std::size_t a = 0; a < count && a < shape_.size(); ++a) values[a] = a < names_.size() ? names_[a] : "";
  }
  std::vector<std::int64_t> GetShape() const { return shape_; }

 private:
  int type_ = -1;
  std::vector<std::int64_t> shape_;
  std::vector<const char*> names_;
};
class TypeInfo {
 public:
  explicit TypeInfo(TensorTypeAndShapeInfo tensor) : tensor_(std::move(tensor)) {}
  const TensorTypeAndShapeInfo& GetTensorTypeAndShapeInfo() const& { return tensor_; }
  TensorTypeAndShapeInfo GetTensorTypeAndShapeInfo() && { return std::move(tensor_); }
  ONNXType GetONNXType() const { return ONNX_TYPE_TENSOR; }

 private:
  TensorTypeAndShapeInfo tensor_;
};

// A tensor over numbers of the caller's, or over its own.
class Value {
 public:
  explicit Value(std::nullptr_t) {}
  template <class T>
  static Value CreateTensor(const MemoryInfo&, T* data, std::size_t count, const std::int64_t* shape,
                            std::size_t rank) {
    return Value(lading::detail::type_code<T>(), data, count, {shape, shape + rank});
  }
  static Value CreateTensor(const MemoryInfo&, void* data, std::size_t bytes, const std::int64_t* shape,
                            std::size_t rank, ONNXTensorElementDataType type) {
    const int number = numeric(type);
    return Value(number, data, bytes / detail::bytes_of(number), {shape, shape + rank});
  }
  template <class T>
  static Value CreateTensor(const AllocatorWithDefaultOptions&, const std::int64_t* shape, std::size_t rank) {
    return Value(lading::detail::type_code<T>(), {shape, shape + rank});
  }
  static Value CreateTensor(const AllocatorWithDefaultOptions&, const std::int64_t* shape, std::size_t rank,
                            ONNXTensorElementDataType type) {
    return Value(numeric(type), {shape, shape + rank});
  }
  // A tensor that owns its numbers, which are not set.
  Value(int type, std::vector<std::int64_t> shape) : type_(type), shape_(std::move(shape)), count_(size()) {
    own_ = std::make_unique<std::uint64_t[]>(count_ * detail::bytes_of(type) / 8 + 1);
    data_ = own_.get();
  }

  bool HasValue() const { return type_ >= 0; }
  bool IsTensor() const { return type_ >= 0; }
  explicit operator bool() const { return type_ >= 0; }
  TensorTypeAndShapeInfo GetTensorTypeAndShapeInfo() const { return {type_, shape_}; }
  TypeInfo GetTypeInfo() const { return TypeInfo(GetTensorTypeAndShapeInfo()); }
  // Throws Error if T is not the type of its numbers.
  template <class T> T* GetTensorMutableData() { return static_cast<T*>(data_of<T>()); }
  template <class T> const T* GetTensorData() const { return static_cast<const T*>(data_of<T>()); }
  template <class T> T& At(const std::vector<std::int64_t>& place) {
    std::int64_t at = 0;
    for (std::size_t a = 0; a < shape_.size(); ++a) {
      if (place.size() != shape_.size() || place[a] < 0 || place[a] >= shape_[a])
        throw Exception("there is no place " + lading::compat::text_of(place) + " in a tensor of the shape " +
                            lading::compat::text_of(shape_),
                        LADING_VALUE);
      at = at * shape_[a] + place[a];
    }
    return GetTensorMutableData<T>()[at];
  }
  const void* GetTensorRawData() const { return data_; }
  void* GetTensorMutableRawData() { return data_; }

  // For lading's own headers.
  int type() const { return type_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::size_t count() const { return count_; }

 private:
  // More numbers than the shape has are passed over, as by ONNX Runtime.
  Value(int type, void* data, std::size_t count, std::vector<std::int64_t> shape)
      : type_(type), shape_(std::move(shape)), count_(size()), data_(data) {
    if (count < count_)
      throw Exception(std::to_string(count) + " numbers were given for a tensor of the shape " +
                          lading::compat::text_of(shape_) + ", which has " + std::to_string(count_),
                      LADING_VALUE);
  }
  static int numeric(ONNXTensorElementDataType type) {
    const int number = detail::type_of(type);
    if (number < 0)
      throw Exception("tensors hold numbers, not type " + std::to_string(type) + " of ONNX", LADING_UNSUPPORTED);
    return number;
  }
  std::size_t size() const {
    const std::int64_t size = lading::compat::size_of(shape_);
    if (size < 0) throw Exception("no tensor has the shape " + lading::compat::text_of(shape_), LADING_VALUE);
    return std::size_t(size);
  }
  template <class T> void* data_of() const {
    if (!detail::holds<T>(type_))
      throw Exception(std::string("a tensor of ") + (type_ < 0 ? "nothing" : lading::detail::type_name(type_)) +
                          " is looked at as " + lading::detail::type_name(lading::detail::type_code<T>()),
                      LADING_VALUE);
    return data_;
  }

  int type_ = -1;
  std::vector<std::int64_t> shape_;
  std::size_t count_ = 0;
  void* data_ = nullptr;
  std::unique_ptr<std::uint64_t[]> own_;
};

}  // namespace lading_compat
}  // namespace Ort
