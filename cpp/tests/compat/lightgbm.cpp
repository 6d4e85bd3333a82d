// LightGBM's C interface as programs call it: lightgbm BUNDLE ROWS COLUMNS; lines of predictions and margins.
#include <lading/compat/lightgbm.hpp>

#include "rows.hpp"

static int failed() {
  std::printf("%s\n", LGBM_GetLastError());
  return 1;
}

static int refusals(const char* bundle) {
  BoosterHandle booster = nullptr;
  FastConfigHandle fast = nullptr;
  int iterations = 0;
  std::int64_t length = 0;
  double result = 0;
  const std::vector<double> row(9);
  const auto said = [](int status) { std::printf("%d %s\n", status, LGBM_GetLastError()); };
  said(LGBM_BoosterCreateFromModelfile("nowhere", &iterations, &booster));
  if (LGBM_BoosterCreateFromModelfile(bundle, &iterations, &booster)) return failed();
  const auto ask = [&](int data_type, int columns, int type, int start, int number, const char* parameter) {
    said(LGBM_BoosterPredictForMatSingleRow(booster, row.data(), data_type, columns, 1, type, start, number, parameter,
                                            &length, &result));
  };
  ask(C_API_DTYPE_FLOAT64, 9, C_API_PREDICT_NORMAL, 0, -1, "");
  ask(C_API_DTYPE_FLOAT64, 3, C_API_PREDICT_CONTRIB, 0, -1, "");
  ask(C_API_DTYPE_FLOAT64, 3, C_API_PREDICT_NORMAL, 0, 7, "");
  ask(2, 3, C_API_PREDICT_NORMAL, 0, -1, "");
  ask(C_API_DTYPE_FLOAT64, 3, C_API_PREDICT_NORMAL, 0, -1, "pred_early_stop=true");
  said(LGBM_BoosterPredictForMatSingleRowFastInit(nullptr, 0, 0, -1, 1, 3, "", &fast));
  said(LGBM_BoosterPredictForMatSingleRowFast(nullptr, row.data(), &length, &result));
  return LGBM_BoosterFree(booster);
}

int main(int count, char** argv) {
  if (count == 2) return refusals(argv[1]);
  BoosterHandle booster = nullptr;
  FastConfigHandle fast = nullptr;
  int iterations = 0, columns = 0, classes = 0;
  if (LGBM_BoosterCreateFromModelfile(argv[1], &iterations, &booster)) return failed();
  if (LGBM_BoosterGetNumFeature(booster, &columns) || LGBM_BoosterGetNumClasses(booster, &classes)) return failed();
  if (LGBM_BoosterPredictForMatSingleRowFastInit(booster, C_API_PREDICT_RAW_SCORE, 0, iterations, C_API_DTYPE_FLOAT64,
                                                 columns, "num_threads=1", &fast))
    return failed();
  std::vector<double> result(static_cast<std::size_t>(classes));
  std::int64_t length = 0;
  for (const auto& row : read_rows(argv[2], std::stoul(argv[3]))) {
    const std::vector<double> doubles(row.begin(), row.end());
    if (LGBM_BoosterPredictForMatSingleRow(booster, row.data(), C_API_DTYPE_FLOAT32, columns, 1, C_API_PREDICT_NORMAL,
                                           0, iterations, "", &length, result.data()))
      return failed();
    if (length != classes) return 1;
    print_all(result);
    if (LGBM_BoosterPredictForMatSingleRowFast(fast, doubles.data(), &length, result.data())) return failed();
    print_all(result);
    end_line();
  }
  return LGBM_FastConfigFree(fast) || LGBM_BoosterFree(booster);
}
