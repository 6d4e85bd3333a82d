// GBRForest of CMSSW (CondFormats/GBRForest), on a bundle: `GBRForest forest("forest.lading")` instead of the object that
// came out of a ROOT file or the conditions database; calls stay. See docs/replace/gbrforest.md.
#pragma once

#include <cmath>

#include "lading/compat/row.hpp"

#ifdef EGAMMAOBJECTS_GBRForest
#error "lading/compat/gbrforest.hpp replaces CondFormats/GBRForest/interface/GBRForest.h: include one of them"
#endif

inline namespace lading_compat {  // other symbols than those of CMSSW: both may be in one program

// Any number of threads may use it at once.
class GBRForest {
 public:
  // Throws lading::Error, also for a model of several numbers. `path`: the folder of a bundle, or one .lading file.
  explicit GBRForest(const std::string& path) : rows_(path), margin_(&rows_.output("margin")) {
    if (margin_->width() != 1)
      throw lading::Error(
          "'" + path + "' gives " + std::to_string(margin_->width()) + " numbers, a GBRForest gives one",
          LADING_UNSUPPORTED);
  }
  // Gives the names of the variables too, in the order of the vectors below.
  GBRForest(const std::string& path, std::vector<std::string>& names) : GBRForest(path) { names = rows_.names(); }
  GBRForest(const GBRForest&) = delete;
  GBRForest& operator=(const GBRForest&) = delete;

  // `vector`: GetNVariables() numbers.
  double GetResponse(const float* vector) const {
    return margin_->number(*rows_.run([&](std::size_t i) { return vector[i]; }));
  }
  double GetAdaBoostClassifier(const float* vector) const { return GetResponse(vector); }
  double GetGradBoostClassifier(const float* vector) const { return 2 / (1 + std::exp(-2 * GetResponse(vector))) - 1; }
  double GetClassifier(const float* vector) const { return GetGradBoostClassifier(vector); }
  int GetNVariables() const { return int(rows_.size()); }

 private:
  lading::compat::Rows rows_;
  const lading::compat::Output* margin_;
};

}  // namespace lading_compat
