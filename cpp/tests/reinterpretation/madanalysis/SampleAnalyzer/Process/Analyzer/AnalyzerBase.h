// Of MadAnalysis 5, what docs/reinterpretation.md uses; see ../../../../events.hpp.
#pragma once

#include <map>

#include "../../../../events.hpp"

#define INIT_ANALYSIS(CLASS, NAME) \
 public:                           \
  CLASS() { setName(NAME); }       \
  virtual ~CLASS() {}              \
                                   \
 private:

namespace MA5 {

using MAbool = bool;
using MAfloat64 = double;
using MAuint32 = unsigned;
using MAint64 = long long;

struct MALorentzVector : FourMomentum {
  MALorentzVector operator+(const MALorentzVector& other) const { return {FourMomentum::operator+(other)}; }
  double M() const { return mass(); }
};
struct RecJetFormat {
  MALorentzVector p;
  const MALorentzVector& momentum() const { return p; }
  double pt() const { return p.pt(); }
  double eta() const { return p.eta(); }
};
struct RecEventFormat {
  std::vector<RecJetFormat> list;
  const std::vector<RecJetFormat>& jets() const { return list; }
};
struct MCEventFormat {
  double w;
  MAfloat64 weight() const { return w; }
};
struct EventFormat {
  MCEventFormat m;
  RecEventFormat r;
  const MCEventFormat* mc() const { return &m; }
  const RecEventFormat* rec() const { return &r; }
};
struct SampleFormat {};
struct Configuration {};

class RegionSelectionManager {
 public:
  void AddRegionSelection(const std::string& name) { region_ = name; }
  void AddCut(const std::string&, const std::string&) {}
  void AddHisto(const std::string&, MAuint32, MAfloat64, MAfloat64) {}
  void InitializeForNewEvent(MAfloat64 weight) { weight_ = weight, passes_ = true; }
  MAbool ApplyCut(MAbool passes, const std::string&) { return passes_ = passes_ && passes; }
  MAbool IsSurviving(const std::string&) const { return passes_; }
  void FillHisto(const std::string& name, MAfloat64 value) { print_filled(name, value, weight_); }
  void count() const {
    if (passes_) print_filled(region_, 1, weight_);
  }

 private:
  std::string region_;
  double weight_ = 0;
  bool passes_ = true;
};

class AnalyzerBase {
 public:
  virtual ~AnalyzerBase() = default;
  virtual MAbool Initialize(const Configuration& cfg, const std::map<std::string, std::string>& parameters) = 0;
  virtual void Finalize(const SampleFormat& summary, const std::vector<SampleFormat>& samples) = 0;
  virtual MAbool Execute(SampleFormat& sample, const EventFormat& event) = 0;
  RegionSelectionManager* Manager() { return &manager_; }
  void setName(const std::string& name) { name_ = name; }
  void SetOptions(std::map<std::string, std::string> options) { options_ = std::move(options); }
  template <class T> T getOption(std::string name, T otherwise) const {
    const auto found = options_.find(name);
    return found == options_.end() ? otherwise : T(found->second);
  }
  std::string getOption(std::string name, const char* otherwise) { return getOption<std::string>(name, otherwise); }

 private:
  std::string name_;
  RegionSelectionManager manager_;
  std::map<std::string, std::string> options_;
};

}  // namespace MA5
