// The calls of XGBoost's C interface that evaluate a model, on a bundle: XGBoosterLoadModel takes a bundle where it took
// a model of XGBoost; the other calls stay. See docs/replace/xgboost.md.
//
// Every call gives 0, or -1 with a text in XGBGetLastError. What is left out (leaf numbers, contributions, training)
// is refused.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <unordered_map>

#include "lading/compat/failure.hpp"
#include "lading/compat/row.hpp"
#include "lading/compat/xgboost_json.hpp"

#ifdef XGBOOST_C_API_H_
#error "lading/compat/xgboost.hpp replaces xgboost/c_api.h: include one of them"
#endif

inline namespace lading_compat {  // other symbols than those of libxgboost: both may be in one program

typedef void* DMatrixHandle;
typedef void* BoosterHandle;
typedef std::uint64_t bst_ulong;

namespace xgboost_detail {
struct Library {};
struct Booster {
  std::unique_ptr<lading::compat::Rows> rows;
  const lading::compat::Rows& loaded() const {
    if (!rows) lading::compat::refuse("the booster is empty: call XGBoosterLoadModel before");
    return *rows;
  }
};
struct Matrix {
  std::size_t rows, columns;
  std::vector<float> numbers;  // missing ones are NaN
};
template <class Call> int status(const Call& call) noexcept { return lading::compat::status<Library>(call); }

template <class T> T& in(void* handle, const char* what) {
  if (!handle) lading::compat::refuse(std::string("the handle of the ") + what + " is null");
  return *static_cast<T*>(handle);
}
inline Booster& booster(BoosterHandle handle) { return in<Booster>(handle, "booster"); }
inline Matrix& matrix(DMatrixHandle handle) { return in<Matrix>(handle, "matrix"); }

// Results of a booster in this thread, until its next prediction here.
struct Result {
  std::vector<float> numbers;
  std::vector<bst_ulong> shape;
};
inline Result& result(const Booster* booster) {
  static thread_local std::unordered_map<const Booster*, Result> all;
  return all[booster];
}
// What XGBoost's predict gives: of multi:softmax the class.
inline const lading::compat::Output& output(const lading::compat::Rows& rows, bool margin) {
  const lading::compat::Output* named = margin ? nullptr : rows.find("class");
  return named ? *named : rows.output(margin ? "margin" : "score");
}
// at(row, i): number i of a row.
template <class At>
const Result& predict(const Booster& booster, std::size_t rows, std::size_t columns, bool margin, const At& at) {
  const lading::compat::Rows& model = booster.loaded();
  if (columns != model.size())
    lading::compat::refuse("'" + model.path() + "' has " + std::to_string(model.size()) + " features, the matrix " +
                           std::to_string(columns) + " columns");
  const lading::compat::Output& from = output(model, margin);
  Result& to = result(&booster);
  to.numbers.resize(rows * from.width());
  for (std::size_t r = 0; r < rows; ++r) {
    const auto session = model.run([&](std::size_t i) { return at(r, i); });
    for (std::size_t i = 0; i < from.width(); ++i)
      to.numbers[r * from.width() + i] = static_cast<float>(from.number(*session, i));
  }
  to.shape = {rows, from.width()};
  return to;
}
inline const Result& predict(const Booster& booster, const Matrix& matrix, bool margin) {
  return predict(booster, matrix.rows, matrix.columns, margin,
                 [&](std::size_t r, std::size_t i) { return matrix.numbers[r * matrix.columns + i]; });
}
template <class T> const Result& predict(const Booster& booster, const Array& array, const Configuration& wanted) {
  const T* data = static_cast<const T*>(array.data);
  return predict(booster, array.rows, array.columns, wanted.margin, [&](std::size_t r, std::size_t i) {
    const float number = static_cast<float>(data[r * array.columns + i]);
    return number == wanted.missing ? std::numeric_limits<float>::quiet_NaN() : number;
  });
}
// One number a row makes one dimension, unless strict_shape is asked for.
inline void give(const Result& result, bool strict, const bst_ulong** shape, bst_ulong* dimensions,
                 const float** numbers) {
  *shape = result.shape.data(), *dimensions = strict || result.shape[1] > 1 ? 2 : 1, *numbers = result.numbers.data();
}
}  // namespace xgboost_detail

inline const char* XGBGetLastError() { return lading::compat::last_failure<xgboost_detail::Library>().c_str(); }

inline int XGBoosterCreate(const DMatrixHandle[], bst_ulong, BoosterHandle* out) {
  return xgboost_detail::status([&] { *out = new xgboost_detail::Booster; });
}
// `fname`: the folder of a bundle, or one .lading file.
inline int XGBoosterLoadModel(BoosterHandle handle, const char* fname) {
  return xgboost_detail::status(
      [&] { xgboost_detail::booster(handle).rows = std::make_unique<lading::compat::Rows>(fname); });
}
inline int XGBoosterFree(BoosterHandle handle) {
  return xgboost_detail::status([&] {
    const auto* booster = static_cast<xgboost_detail::Booster*>(handle);
    xgboost_detail::result(booster) = {};
    delete booster;
  });
}
// Parameters that say how to compute are taken and mean nothing here; others are refused.
inline int XGBoosterSetParam(BoosterHandle, const char* name, const char*) {
  return xgboost_detail::status([&] {
    for (const char* harmless :
         {"nthread", "n_jobs", "verbosity", "silent", "predictor", "tree_method", "device", "seed"})
      if (!std::strcmp(name, harmless)) return;
    lading::compat::refuse(std::string("XGBoosterSetParam: '") + name +
                           "' is part of the model: set it before converting");
  });
}
inline int XGBoosterGetNumFeature(BoosterHandle handle, bst_ulong* out) {
  return xgboost_detail::status([&] { *out = xgboost_detail::booster(handle).loaded().size(); });
}

// `missing`: numbers equal to it are missing, and NaN always.
inline int XGDMatrixCreateFromMat(const float* data, bst_ulong nrow, bst_ulong ncol, float missing,
                                  DMatrixHandle* out) {
  return xgboost_detail::status([&] {
    auto matrix = std::make_unique<xgboost_detail::Matrix>();
    matrix->rows = nrow, matrix->columns = ncol;
    if (nrow && ncol) matrix->numbers.assign(data, data + nrow * ncol);
    for (float& number : matrix->numbers)
      if (number == missing) number = std::numeric_limits<float>::quiet_NaN();
    *out = matrix.release();
  });
}
inline int XGDMatrixNumRow(DMatrixHandle handle, bst_ulong* out) {
  return xgboost_detail::status([&] { *out = xgboost_detail::matrix(handle).rows; });
}
inline int XGDMatrixNumCol(DMatrixHandle handle, bst_ulong* out) {
  return xgboost_detail::status([&] { *out = xgboost_detail::matrix(handle).columns; });
}
inline int XGDMatrixFree(DMatrixHandle handle) {
  delete static_cast<xgboost_detail::Matrix*>(handle);
  return 0;
}

// `option_mask` 0: what predict gives, 1: margins. `*out_result` lives until this thread's next prediction of the booster.
inline int XGBoosterPredict(BoosterHandle handle, DMatrixHandle dmat, int option_mask, unsigned ntree_limit,
                            int training, bst_ulong* out_len, const float** out_result) {
  return xgboost_detail::status([&] {
    if (option_mask != 0 && option_mask != 1)
      lading::compat::refuse("XGBoosterPredict: option_mask is " + std::to_string(option_mask) +
                             "; a bundle gives predictions (0) and margins (1)");
    if (ntree_limit)
      lading::compat::refuse("XGBoosterPredict: ntree_limit is " + std::to_string(ntree_limit) +
                             "; a bundle has all its trees: convert the booster cut to these, with 0 here");
    if (training)
      lading::compat::refuse("XGBoosterPredict: training is " + std::to_string(training) + "; it should be 0");
    const auto& result =
        xgboost_detail::predict(xgboost_detail::booster(handle), xgboost_detail::matrix(dmat), option_mask == 1);
    *out_len = result.numbers.size(), *out_result = result.numbers.data();
  });
}
// As it was before XGBoost 1.0.
inline int XGBoosterPredict(BoosterHandle handle, DMatrixHandle dmat, int option_mask, unsigned ntree_limit,
                            bst_ulong* out_len, const float** out_result) {
  return XGBoosterPredict(handle, dmat, option_mask, ntree_limit, 0, out_len, out_result);
}

// `config`: {"type": 0 or 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": ...}.
inline int XGBoosterPredictFromDMatrix(BoosterHandle handle, DMatrixHandle dmat, const char* config,
                                       const bst_ulong** out_shape, bst_ulong* out_dim, const float** out_result) {
  return xgboost_detail::status([&] {
    const xgboost_detail::Configuration wanted(config);
    const auto& result =
        xgboost_detail::predict(xgboost_detail::booster(handle), xgboost_detail::matrix(dmat), wanted.margin);
    xgboost_detail::give(result, wanted.strict_shape, out_shape, out_dim, out_result);
  });
}
// `values`: the __array_interface__ of rows of float32 or float64 without gaps; `config` as above, with "missing".
inline int XGBoosterPredictFromDense(BoosterHandle handle, const char* values, const char* config, DMatrixHandle,
                                     const bst_ulong** out_shape, bst_ulong* out_dim, const float** out_result) {
  return xgboost_detail::status([&] {
    const xgboost_detail::Configuration wanted(config);
    const xgboost_detail::Array array(values);
    const xgboost_detail::Booster& booster = xgboost_detail::booster(handle);
    const auto& result = array.is_double ? xgboost_detail::predict<double>(booster, array, wanted)
                                         : xgboost_detail::predict<float>(booster, array, wanted);
    xgboost_detail::give(result, wanted.strict_shape, out_shape, out_dim, out_result);
  });
}

}  // namespace lading_compat
