// Of CheckMATE 2, what docs/reinterpretation.md uses; see ../events.hpp.
#pragma once

#include "../events.hpp"

namespace units {
constexpr double INVFB = 1;
}
namespace Global {
inline char* get_maindir() {
  static char here[] = ".";
  return here;
}
}  // namespace Global

struct TLorentzVector : FourMomentum {  // of ROOT
  TLorentzVector operator+(const TLorentzVector& other) const { return {FourMomentum::operator+(other)}; }
  double M() const { return mass(); }
};
struct Jet {  // of Delphes
  float PT, Eta;
  TLorentzVector momentum;
  TLorentzVector P4() const { return momentum; }
};

class AnalysisBase {
 public:
  virtual ~AnalysisBase() = default;
  void run(const std::vector<ToyEvent>& events) {
    initialize();
    for (const ToyEvent& event : events) {
      std::vector<Jet> own;
      for (const FourMomentum& p : event.jets) own.push_back({float(p.pt()), float(p.eta()), {p}});
      jets.clear();
      for (Jet& jet : own) jets.push_back(&jet);
      weight = event.weight;
      analyze();
    }
    finalize();
  }

 protected:
  virtual void initialize() {}
  virtual void analyze() {}
  virtual void finalize() {}
  template <class T>
  std::vector<T*> filterPhaseSpace(std::vector<T*> unfiltered, double pt_min, double eta_min, double eta_max) {
    std::vector<T*> kept;
    for (T* each : unfiltered)
      if (each->PT > pt_min && each->Eta > eta_min && each->Eta < eta_max) kept.push_back(each);
    return kept;
  }
  void setAnalysisName(std::string) {}
  void setInformation(std::string) {}
  void setLuminosity(double) {}
  void bookSignalRegions(std::string) {}
  void countSignalEvent(std::string region) { print_filled(region, 1, weight); }

  std::vector<Jet*> jets;
  double weight = 0;
};
