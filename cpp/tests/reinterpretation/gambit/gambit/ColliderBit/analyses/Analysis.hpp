// Of GAMBIT's ColliderBit, what docs/reinterpretation.md uses; see ../../../../events.hpp.
#pragma once

#include "../../../../events.hpp"

#define GAMBIT_DIR "."  // of gambit/cmake/cmake_variables.hpp

namespace HEPUtils {
struct P4 : FourMomentum {
  P4 operator+(const P4& other) const { return {FourMomentum::operator+(other)}; }
  double m() const { return mass(); }
};
struct Jet {
  P4 p;
  const P4& mom() const { return p; }
  double pT() const { return p.pt(); }
  double eta() const { return p.eta(); }
};
struct Event {
  std::vector<const Jet*> list;
  double w;
  const std::vector<const Jet*>& jets() const { return list; }
  double weight() const { return w; }
};
}  // namespace HEPUtils

namespace Gambit {
namespace ColliderBit {

struct SignalRegionData {
  SignalRegionData(std::string label, double, std::pair<double, double> signal, std::pair<double, double>)
      : name(label), number(signal.first) {}
  std::string name;
  double number;
};

class Analysis {
 public:
  virtual ~Analysis() = default;
  void analyze(const HEPUtils::Event& event) { run(&event); }
  void finish() { collect_results(); }
  virtual void combine(const Analysis* other) = 0;

 protected:
  virtual void analysis_specific_reset() = 0;
  virtual void run(const HEPUtils::Event*) = 0;
  virtual void collect_results() = 0;
  void set_analysis_name(std::string) {}
  void set_luminosity(double) {}
  void add_result(const SignalRegionData& region) { print_filled(region.name, region.number, 1); }
};

#define DEFINE_ANALYSIS_FACTORY(name) \
  Analysis* create_Analysis_##name() { return new Analysis_##name(); }

}  // namespace ColliderBit
}  // namespace Gambit
