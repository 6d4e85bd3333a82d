// The calls of LightGBM's C interface that evaluate one row, on a bundle: LGBM_BoosterCreateFromModelfile takes a bundle
// where it took a text file; the other calls stay. See docs/replace/lightgbm.md.
//
// Every call gives 0, or -1 with a text in LGBM_GetLastError. What is left out (leaf numbers, contributions, a part of
// the iterations) is refused.
#pragma once

#include <cstring>
#include <memory>

#include "lading/compat/failure.hpp"
#include "lading/compat/row.hpp"

#if defined(LIGHTGBM_C_API_H_) || defined(LIGHTGBM_INCLUDE_LIGHTGBM_C_API_H_)
#error "lading/compat/lightgbm.hpp replaces LightGBM/c_api.h: include one of them"
#endif

inline namespace lading_compat {  // other symbols than those of lib_lightgbm: both may be in one program

typedef void* BoosterHandle;
typedef void* FastConfigHandle;

enum { C_API_DTYPE_FLOAT32 = 0, C_API_DTYPE_FLOAT64 = 1 };
enum { C_API_PREDICT_NORMAL = 0, C_API_PREDICT_RAW_SCORE = 1, C_API_PREDICT_LEAF_INDEX = 2, C_API_PREDICT_CONTRIB = 3 };

namespace lightgbm_detail {
using lading::compat::Output;
using lading::compat::refuse;
using lading::compat::Rows;

struct Library {};
template <class Call> int status(const Call& call) noexcept { return lading::compat::status<Library>(call); }

inline const Rows& rows(BoosterHandle handle) {
  if (!handle) refuse("the handle of the booster is null");
  return *static_cast<const Rows*>(handle);
}
// What a call asks for, checked.
struct Request {
  const Rows* rows;
  const Output* output;
  bool is_double;

  Request(BoosterHandle handle, int predict_type, int start, int iterations, int data_type, int columns,
          const char* parameter)
      : rows(&lightgbm_detail::rows(handle)), is_double(data_type == C_API_DTYPE_FLOAT64) {
    const std::string called = "'" + rows->path() + "': ";
    if (predict_type != C_API_PREDICT_NORMAL && predict_type != C_API_PREDICT_RAW_SCORE)
      refuse(called + "predict_type is " + std::to_string(predict_type) +
             "; a bundle gives predictions (C_API_PREDICT_NORMAL) and margins (C_API_PREDICT_RAW_SCORE)");
    if (start > 0 || iterations > 0)
      refuse(called + "iterations " + std::to_string(start) + " and " + std::to_string(iterations) +
             " on; a bundle has all its trees: convert the booster cut to these, with 0 and -1 here");
    if (data_type != C_API_DTYPE_FLOAT32 && data_type != C_API_DTYPE_FLOAT64)
      refuse(called + "data_type is " + std::to_string(data_type) + "; it should be C_API_DTYPE_FLOAT32 or _FLOAT64");
    if (columns < 0 || std::size_t(columns) != rows->size())
      refuse(called + "it has " + std::to_string(rows->size()) + " features, the row " + std::to_string(columns));
    if (parameter && std::strstr(parameter, "pred_early_stop"))
      refuse(called + "pred_early_stop would leave trees out; a bundle adds all");
    output = &rows->output(predict_type == C_API_PREDICT_NORMAL ? "score" : "margin");
  }
  void predict(const void* data, std::int64_t* length, double* result) const {
    const auto session = is_double ? run(static_cast<const double*>(data)) : run(static_cast<const float*>(data));
    for (std::size_t i = 0; i < output->width(); ++i) result[i] = output->number(*session, i);
    *length = std::int64_t(output->width());
  }
  template <class T> lading::SessionPool::Lease run(const T* row) const {
    return rows->run([row](std::size_t i) { return row[i]; });
  }
};
}  // namespace lightgbm_detail

inline const char* LGBM_GetLastError() { return lading::compat::last_failure<lightgbm_detail::Library>().c_str(); }

// `filename`: the folder of a bundle, or one .lading file. `*out_num_iterations` is 0, which as num_iteration of the
// calls below means all.
inline int LGBM_BoosterCreateFromModelfile(const char* filename, int* out_num_iterations, BoosterHandle* out) {
  return lightgbm_detail::status([&] {
    *out = new lightgbm_detail::Rows(filename);
    *out_num_iterations = 0;
  });
}
inline int LGBM_BoosterFree(BoosterHandle handle) {
  delete static_cast<lightgbm_detail::Rows*>(handle);
  return 0;
}
inline int LGBM_BoosterGetNumFeature(BoosterHandle handle, int* out) {
  return lightgbm_detail::status([&] { *out = int(lightgbm_detail::rows(handle).size()); });
}
// 1 but for several classes.
inline int LGBM_BoosterGetNumClasses(BoosterHandle handle, int* out) {
  return lightgbm_detail::status([&] { *out = int(lightgbm_detail::rows(handle).output("margin").width()); });
}

// `out_result`: room for as many numbers as there are classes.
inline int LGBM_BoosterPredictForMatSingleRow(BoosterHandle handle, const void* data, int data_type, int ncol,
                                              int /*is_row_major: one row is both*/, int predict_type,
                                              int start_iteration, int num_iteration, const char* parameter,
                                              std::int64_t* out_len, double* out_result) {
  return lightgbm_detail::status([&] {
    lightgbm_detail::Request(handle, predict_type, start_iteration, num_iteration, data_type, ncol, parameter)
        .predict(data, out_len, out_result);
  });
}
// The checks of such a call, once. The booster must outlive it.
inline int LGBM_BoosterPredictForMatSingleRowFastInit(BoosterHandle handle, int predict_type, int start_iteration,
                                                      int num_iteration, int data_type, std::int32_t ncol,
                                                      const char* parameter, FastConfigHandle* out_fastConfig) {
  return lightgbm_detail::status([&] {
    *out_fastConfig =
        new lightgbm_detail::Request(handle, predict_type, start_iteration, num_iteration, data_type, ncol, parameter);
  });
}
// Any number of threads may call it at once.
inline int LGBM_BoosterPredictForMatSingleRowFast(FastConfigHandle fastConfig, const void* data, std::int64_t* out_len,
                                                  double* out_result) {
  return lightgbm_detail::status([&] {
    if (!fastConfig) lightgbm_detail::refuse("the handle of the configuration is null");
    static_cast<const lightgbm_detail::Request*>(fastConfig)->predict(data, out_len, out_result);
  });
}
inline int LGBM_FastConfigFree(FastConfigHandle fastConfig) {
  delete static_cast<lightgbm_detail::Request*>(fastConfig);
  return 0;
}

}  // namespace lading_compat
