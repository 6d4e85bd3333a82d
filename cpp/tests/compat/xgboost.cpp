// XGBoost's C interface as programs call it: xgboost BUNDLE ROWS COLUMNS MODEL. A line holds predictions and margins of
// matrices, then shapes and numbers of arrays in memory: ours, and those of XGBoost itself, which is in this program too.
#include <lading/compat/xgboost.hpp>

#include "rows.hpp"

#define CHECK_CALL(call)                    \
  if (call) {                               \
    std::printf("%s\n", XGBGetLastError()); \
    return 1;                               \
  }

namespace original {
extern "C" {
int XGBoosterCreate(const DMatrixHandle[], bst_ulong, BoosterHandle*);
int XGBoosterLoadModel(BoosterHandle, const char*);
int XGBoosterPredictFromDense(BoosterHandle, const char*, const char*, DMatrixHandle, const bst_ulong**, bst_ulong*,
                              const float**);
}
}  // namespace original

#define REST R"("iteration_begin": 0, "iteration_end": 0, "training": false, "missing": -999.0, "cache_id": 0, )"
constexpr const char* CONFIGURATIONS[] = {"{" REST R"("type": 0, "strict_shape": false})",
                                          "{" REST R"("type": 0, "strict_shape": true})",
                                          "{" REST R"("type": 1, "strict_shape": false})"};

// Prints the shape and the numbers that a call gives.
static void dense(decltype(&XGBoosterPredictFromDense) predict, BoosterHandle booster, const std::string& array,
                  const char* config) {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0, count = 1;
  const float* result = nullptr;
  if (predict(booster, array.c_str(), config, nullptr, &shape, &dimensions, &result)) return print(-1);
  for (bst_ulong d = 0; d < dimensions; ++d) print(static_cast<double>(shape[d])), count *= shape[d];
  print_all(std::vector<float>(result, result + count));
}

static int refusals(const char* bundle) {
  BoosterHandle booster = nullptr;
  DMatrixHandle matrix = nullptr;
  bst_ulong length = 0;
  const float* result = nullptr;
  const std::vector<float> row(9);
  const auto said = [](int status) { std::printf("%d %s\n", status, XGBGetLastError()); };
  CHECK_CALL(XGDMatrixCreateFromMat(row.data(), 1, 9, NAN, &matrix));
  CHECK_CALL(XGBoosterCreate(nullptr, 0, &booster));
  said(XGBoosterPredict(booster, matrix, 0, 0, 0, &length, &result));
  said(XGBoosterLoadModel(booster, "nowhere"));
  CHECK_CALL(XGBoosterLoadModel(booster, bundle));
  said(XGBoosterPredict(booster, matrix, 0, 0, 0, &length, &result));
  said(XGBoosterPredict(booster, matrix, 4, 0, 0, &length, &result));
  said(XGBoosterPredict(booster, matrix, 0, 7, 0, &length, &result));
  said(XGBoosterPredict(nullptr, matrix, 0, 0, 0, &length, &result));
  said(XGBoosterSetParam(booster, "base_score", "0.1"));
  const bst_ulong* shape = nullptr;
  const auto ask = [&](const char* array, const char* config) {
    said(XGBoosterPredictFromDense(booster, array, config, nullptr, &shape, &length, &result));
  };
  ask("{}", R"({"type": 2})");
  ask("{}", R"({"type": 0, "iteration_end": 10})");
  ask("{}", R"({"type": 0, "missing": nothing})");
  ask("{}", R"({"type": 0})");
  ask(R"({"shape": [1], "data": [1, true], "typestr": "<f4"})", "{}");
  ask(R"({"shape": [1, 3], "data": [0, true], "typestr": "<f4"})", "{}");
  ask(R"({"shape": [1, 3], "data": [1, true], "typestr": "<i4"})", "{}");
  ask(R"({"shape": [1, 3], "data": [1, true], "typestr": "<f4", "strides": [24, 8]})", "{}");
  CHECK_CALL(XGBoosterSetParam(booster, "nthread", "1"));
  XGDMatrixFree(matrix);
  return XGBoosterFree(booster);
}

int main(int count, char** argv) {
  if (count == 2) return refusals(argv[1]);
  BoosterHandle booster = nullptr, other = nullptr, xgboosts = nullptr;
  if (original::XGBoosterCreate(nullptr, 0, &xgboosts) || original::XGBoosterLoadModel(xgboosts, argv[4])) return 1;
  CHECK_CALL(XGBoosterCreate(nullptr, 0, &booster));
  CHECK_CALL(XGBoosterLoadModel(booster, argv[1]));
  CHECK_CALL(XGBoosterCreate(nullptr, 0, &other));
  CHECK_CALL(XGBoosterLoadModel(other, argv[1]));
  bst_ulong columns = 0, length = 0, margins = 0;
  CHECK_CALL(XGBoosterGetNumFeature(booster, &columns));
  for (const auto& row : read_rows(argv[2], std::stoul(argv[3]))) {
    DMatrixHandle matrix = nullptr;
    const float *score = nullptr, *margin = nullptr;
    CHECK_CALL(XGDMatrixCreateFromMat(row.data(), 1, columns, -999, &matrix));
    CHECK_CALL(XGBoosterPredict(booster, matrix, 0, 0, 0, &length, &score));
    CHECK_CALL(XGBoosterPredict(other, matrix, 1, 0, &margins, &margin));  // of another booster: score lives on
    print_all(std::vector<float>(score, score + length));
    print_all(std::vector<float>(margin, margin + margins));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const std::vector<double> doubles(row.begin(), row.end());
    CHECK_CALL(XGBoosterPredictFromDMatrix(booster, matrix, R"({"type": 0, "training": false, "strict_shape": true})",
                                           &shape, &dimensions, &score));
    print_all(std::vector<float>(score, score + shape[1]));
    const std::string array = R"({"data": [)" + std::to_string(reinterpret_cast<std::uintptr_t>(doubles.data())) +
                              R"(, true], "shape": [1, )" + std::to_string(columns) +
                              R"(], "typestr": "<f8", "version": 3})";
    for (const char* config : CONFIGURATIONS) dense(XGBoosterPredictFromDense, other, array, config);
    for (const char* config : CONFIGURATIONS) dense(original::XGBoosterPredictFromDense, xgboosts, array, config);
    end_line();
    CHECK_CALL(XGDMatrixFree(matrix));
  }
  CHECK_CALL(XGBoosterFree(other));
  CHECK_CALL(XGBoosterFree(booster));
}
