// MVAUtils::BDT of ATLAS' athena (Reconstruction/MVAUtils), on a bundle: `MVAUtils::BDT bdt("bdt.lading")` instead of
// `MVAUtils::BDT bdt(tree)`; what follows stays. See docs/replace/mvautils.md.
//
// A bundle holds one function of MVAUtils, which `lading convert` finds in the file or takes as --response; GetResponse
// comes along where the sum of the trees is that. Other functions throw lading::Error.
#pragma once

#include "lading/compat/row.hpp"

#ifdef MVAUtils_BDT_H
#error "lading/compat/mvautils.hpp replaces MVAUtils/BDT.h: include one of them"
#endif

namespace MVAUtils {
inline namespace lading_compat {  // other symbols than those of libMVAUtils: both may be in one program

// Any number of threads may use it at once, through calls with arguments.
class BDT {
 public:
  // Throws lading::Error. `path`: the folder of a bundle, or one .lading file.
  explicit BDT(const std::string& path) : rows_(path) {
    for (const lading::compat::Output& output : rows_.outputs()) {
      for (int f = 0; f < FUNCTIONS; ++f)
        if (!functions_[f] && output.description.rfind(name(f), 0) == 0) functions_[f] = &output;
    }
  }
  BDT(const BDT&) = delete;
  BDT& operator=(const BDT&) = delete;

  int GetNVars() const { return int(rows_.size()); }

  // The sum of the trees; of TMVA's, plus the weight of the first.
  float GetResponse(const std::vector<float>& values) const { return one(RESPONSE, values); }
  float GetResponse(const std::vector<float*>& pointers) const { return one(RESPONSE, pointers); }
  float GetResponse() const { return one(RESPONSE); }
  // 1/(1+exp(-sum)); of TMVA's trees, their weighted mean.
  float GetClassification(const std::vector<float>& values) const { return one(CLASSIFICATION, values); }
  float GetClassification(const std::vector<float*>& pointers) const { return one(CLASSIFICATION, pointers); }
  float GetClassification() const { return one(CLASSIFICATION); }
  // 2/(1+exp(-2 sum))-1
  float GetGradBoostMVA(const std::vector<float>& values) const { return one(GRADIENT, values); }
  float GetGradBoostMVA(const std::vector<float*>& pointers) const { return one(GRADIENT, pointers); }
  float GetGradBoostMVA() const { return one(GRADIENT); }
  // The softmax over the classes, which must be as many as the bundle has.
  std::vector<float> GetMultiResponse(const std::vector<float>& values, unsigned int classes) const {
    return all(values, classes);
  }
  std::vector<float> GetMultiResponse(const std::vector<float*>& pointers, unsigned int classes) const {
    return all(pointers, classes);
  }
  std::vector<float> GetMultiResponse(unsigned int classes) const {
    return pointers_.empty() ? std::vector<float>() : all(pointers_, classes);
  }

  // What calls without arguments read.
  void SetPointers(const std::vector<float*>& pointers) { pointers_ = pointers; }
  const std::vector<float*>& GetPointers() const { return pointers_; }
  std::vector<float> GetValues() const {
    std::vector<float> values;
    for (const float* pointer : pointers_) values.push_back(*pointer);
    return values;
  }

 private:
  enum Function { RESPONSE, CLASSIFICATION, GRADIENT, MULTI, FUNCTIONS };
  static std::string name(int f) {
    constexpr const char* names[] = {"GetResponse", "GetClassification", "GetGradBoostMVA", "GetMultiResponse"};
    return names[f];
  }
  // Where the number of a function stands; how the file is to be converted for it, if nowhere.
  const lading::compat::Output& output(Function f) const {
    constexpr const char* responses[] = {"response", "classification", "gradient", "multi:N"};
    if (functions_[f]) return *functions_[f];
    std::string have;
    for (int g = 0; g < FUNCTIONS; ++g)
      if (functions_[g]) have += (have.empty() ? "" : ", ") + name(g);
    throw lading::Error("'" + rows_.path() + "' was not converted for " + name(f) +
                            " (it has: " + (have.empty() ? "no function of MVAUtils" : have) +
                            "); convert the ROOT file with --response " + responses[f],
                        LADING_NAME);
  }
  static float value(float number) { return number; }
  static float value(const float* pointer) { return *pointer; }
  template <class T> lading::SessionPool::Lease run(const std::vector<T>& row) const {
    if (row.size() < rows_.size())
      throw lading::Error("'" + rows_.path() + "' takes " + std::to_string(rows_.size()) + " values, was given " +
                              std::to_string(row.size()),
                          LADING_VALUE);
    return rows_.run([&](std::size_t i) { return value(row[i]); });
  }
  template <class T> float one(Function f, const std::vector<T>& row) const {
    const lading::compat::Output& from = output(f);
    return float(from.number(*run(row)));
  }
  float one(Function f) const { return pointers_.empty() ? -9999.f : one(f, pointers_); }
  template <class T> std::vector<float> all(const std::vector<T>& row, unsigned int classes) const {
    const lading::compat::Output& from = output(MULTI);
    if (classes != from.width())
      throw lading::Error("'" + rows_.path() + "' has " + std::to_string(from.width()) + " classes, not " +
                              std::to_string(classes) +
                              "; convert the ROOT file with --response multi:" + std::to_string(classes),
                          LADING_VALUE);
    const auto session = run(row);
    std::vector<float> result(classes);
    for (unsigned int i = 0; i < classes; ++i) result[i] = float(from.number(*session, i));
    return result;
  }

  lading::compat::Rows rows_;
  const lading::compat::Output* functions_[FUNCTIONS] = {};
  std::vector<float*> pointers_;
};

}  // namespace lading_compat
}  // namespace MVAUtils
