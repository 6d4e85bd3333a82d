// What onnxruntime.hpp stands on: constants of ONNX Runtime, and options that lading does not need.
#pragma once

#include <cstddef>
#include <memory>

#ifdef ORT_API_VERSION
#error "lading/compat/onnxruntime.hpp replaces onnxruntime_cxx_api.h: include one of them"
#endif

inline namespace lading_compat {  // other symbols than those of ONNX Runtime: both may be in one program

// clang-format off
enum ONNXTensorElementDataType {
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64,
  ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16
};
enum ONNXType { ONNX_TYPE_UNKNOWN, ONNX_TYPE_TENSOR };
enum OrtLoggingLevel {
  ORT_LOGGING_LEVEL_VERBOSE, ORT_LOGGING_LEVEL_INFO, ORT_LOGGING_LEVEL_WARNING, ORT_LOGGING_LEVEL_ERROR,
  ORT_LOGGING_LEVEL_FATAL
};
enum OrtAllocatorType { OrtInvalidAllocator = -1, OrtDeviceAllocator = 0, OrtArenaAllocator = 1 };
enum OrtMemType { OrtMemTypeCPUInput = -2, OrtMemTypeCPUOutput = -1, OrtMemTypeCPU = -1, OrtMemTypeDefault = 0 };
enum GraphOptimizationLevel {
  ORT_DISABLE_ALL = 0, ORT_ENABLE_BASIC = 1, ORT_ENABLE_EXTENDED = 2, ORT_ENABLE_ALL = 99
};
enum ExecutionMode { ORT_SEQUENTIAL = 0, ORT_PARALLEL = 1 };
// clang-format on

}  // namespace lading_compat

namespace Ort {
inline namespace lading_compat {

// Options are taken and do nothing: lading has no threads, no arena and no log of its own.
struct Env {
  Env(OrtLoggingLevel = ORT_LOGGING_LEVEL_WARNING, const char* = "") {}
  explicit Env(std::nullptr_t) {}
  Env& EnableTelemetryEvents() { return *this; }
  Env& DisableTelemetryEvents() { return *this; }
};
struct SessionOptions {
  SessionOptions() = default;
  explicit SessionOptions(std::nullptr_t) {}
  SessionOptions Clone() const { return *this; }
  SessionOptions& SetIntraOpNumThreads(int) { return *this; }
  SessionOptions& SetInterOpNumThreads(int) { return *this; }
  SessionOptions& SetGraphOptimizationLevel(GraphOptimizationLevel) { return *this; }
  SessionOptions& SetExecutionMode(ExecutionMode) { return *this; }
  SessionOptions& SetLogSeverityLevel(int) { return *this; }
  SessionOptions& SetLogId(const char*) { return *this; }
  SessionOptions& EnableCpuMemArena() { return *this; }
  SessionOptions& DisableCpuMemArena() { return *this; }
  SessionOptions& EnableMemPattern() { return *this; }
  SessionOptions& DisableMemPattern() { return *this; }
  SessionOptions& DisableProfiling() { return *this; }
  SessionOptions& DisablePerSessionThreads() { return *this; }
  SessionOptions& AddConfigEntry(const char*, const char*) { return *this; }
};
struct RunOptions {
  RunOptions() = default;
  explicit RunOptions(std::nullptr_t) {}
  RunOptions& SetRunLogSeverityLevel(int) { return *this; }
  RunOptions& SetRunLogVerbosityLevel(int) { return *this; }
  RunOptions& SetRunTag(const char*) { return *this; }
  RunOptions& AddConfigEntry(const char*, const char*) { return *this; }
};
struct MemoryInfo {
  explicit MemoryInfo(std::nullptr_t) {}
  MemoryInfo(const char*, OrtAllocatorType, int, OrtMemType) {}
  static MemoryInfo CreateCpu(OrtAllocatorType, OrtMemType) { return MemoryInfo{nullptr}; }
};
struct AllocatorWithDefaultOptions {
  void Free(void*) const {}  // what GetInputName gave belongs to its session
};
struct AllocatedFree {
  void operator()(char* text) const { delete[] text; }
};
using AllocatedStringPtr = std::unique_ptr<char, AllocatedFree>;

}  // namespace lading_compat
}  // namespace Ort
