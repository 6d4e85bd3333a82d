// LightGBM's C interface as programs call it: lightgbm BUNDLE ROWS COLUMNS MODEL. A line holds predictions and margins,
// ours and those of LightGBM itself, which is in this program too.
#include <lading/compat/lightgbm.hpp>

#include "rows.hpp"

namespace original {
extern "C" {
int LGBM_BoosterCreateFromModelfile(const char*, int*, BoosterHandle*);
int LGBM_BoosterPredictForMatSingleRow(BoosterHandle, const void*, int, int, int, int, int, int, const char*,
                                       std::int64_t*, double*);
int LGBM_BoosterPredictForMatSingleRowFastInit(BoosterHandle, int, int, int, int, std::int32_t, const char*,
                                               FastConfigHandle*);
int LGBM_BoosterPredictForMatSingleRowFast(FastConfigHandle, const void*, std::int64_t*, double*);
}
}  // namespace original

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

// The calls of one of the two libraries.
struct Calls {
  decltype(&LGBM_BoosterCreateFromModelfile) create;
  decltype(&LGBM_BoosterPredictForMatSingleRow) row;
  decltype(&LGBM_BoosterPredictForMatSingleRowFastInit) fast_init;
  decltype(&LGBM_BoosterPredictForMatSingleRowFast) fast_row;
};

class Predictions {
 public:
  Predictions(const Calls& calls, const char* file, int columns) : calls_(calls), columns_(columns) {
    if (calls_.create(file, &iterations_, &booster) ||
        calls_.fast_init(booster, C_API_PREDICT_RAW_SCORE, 0, iterations_, C_API_DTYPE_FLOAT64, columns,
                         "num_threads=1", &fast))
      throw std::runtime_error(LGBM_GetLastError());
  }
  void print(const std::vector<float>& row) {
    const std::vector<double> doubles(row.begin(), row.end());
    double result[9];
    std::int64_t length = 0;
    if (calls_.row(booster, row.data(), C_API_DTYPE_FLOAT32, columns_, 1, C_API_PREDICT_NORMAL, 0, iterations_,
                   "num_threads=1", &length, result))
      throw std::runtime_error(LGBM_GetLastError());
    print_all(std::vector<double>(result, result + length));
    if (calls_.fast_row(fast, doubles.data(), &length, result)) throw std::runtime_error(LGBM_GetLastError());
    print_all(std::vector<double>(result, result + length));
  }
  BoosterHandle booster = nullptr;
  FastConfigHandle fast = nullptr;

 private:
  Calls calls_;
  int columns_, iterations_ = -1;
};

int main(int count, char** argv) {
  if (count == 2) return refusals(argv[1]);
  const int columns = std::stoi(argv[3]);
  Predictions ours({LGBM_BoosterCreateFromModelfile, LGBM_BoosterPredictForMatSingleRow,
                    LGBM_BoosterPredictForMatSingleRowFastInit, LGBM_BoosterPredictForMatSingleRowFast},
                   argv[1], columns);
  Predictions theirs(
      {original::LGBM_BoosterCreateFromModelfile, original::LGBM_BoosterPredictForMatSingleRow,
       original::LGBM_BoosterPredictForMatSingleRowFastInit, original::LGBM_BoosterPredictForMatSingleRowFast},
      argv[4], columns);
  int features = 0, classes = 0;
  if (LGBM_BoosterGetNumFeature(ours.booster, &features) || LGBM_BoosterGetNumClasses(ours.booster, &classes))
    return failed();
  std::printf("%d %d\n", features, classes);
  for (const auto& row : read_rows(argv[2], static_cast<std::size_t>(columns))) {
    ours.print(row);
    theirs.print(row);
    end_line();
  }
  return LGBM_FastConfigFree(ours.fast) || LGBM_BoosterFree(ours.booster);
}
