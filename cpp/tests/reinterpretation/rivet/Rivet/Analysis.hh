// Of Rivet 4, what docs/reinterpretation.md uses; see ../../events.hpp.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "../../events.hpp"

namespace Rivet {

constexpr double GeV = 1;

class Jet {
 public:
  explicit Jet(const FourMomentum& p) : momentum_(p) {}
  const FourMomentum& momentum() const { return momentum_; }
  double pT() const { return momentum_.pt(); }
  double eta() const { return momentum_.eta(); }

 private:
  FourMomentum momentum_;
};
using Jets = std::vector<Jet>;

using Cut = std::function<bool(const Jet&)>;
namespace Cuts {
enum Quantity { pT, abseta };
inline double of(Quantity what, const Jet& jet) { return what == pT ? jet.pT() : std::fabs(jet.eta()); }
inline Cut operator>(Quantity what, double limit) {
  return [=](const Jet& jet) { return of(what, jet) > limit; };
}
inline Cut operator<(Quantity what, double limit) {
  return [=](const Jet& jet) { return of(what, jet) < limit; };
}
}  // namespace Cuts
inline Cut operator&&(const Cut& one, const Cut& other) {
  return [=](const Jet& jet) { return one(jet) && other(jet); };
}

struct GenEvent {
  int number;
  int event_number() const { return number; }
};
class Event {
 public:
  explicit Event(const ToyEvent& toy) : toy_(toy), gen_{toy.number} {}
  const GenEvent* genEvent() const { return &gen_; }
  const ToyEvent& toy() const { return toy_; }

 private:
  const ToyEvent& toy_;
  GenEvent gen_;
};

struct FinalState {
  explicit FinalState(const Cut&) {}
};
enum class JetAlg { ANTIKT };
class FastJets {
 public:
  FastJets(const FinalState&, JetAlg, double) {}
  Jets jetsByPt(const Cut& cut) const {
    Jets jets;
    for (const FourMomentum& momentum : event->toy().jets)
      if (cut(Jet(momentum))) jets.emplace_back(momentum);
    return jets;
  }
  const Event* event = nullptr;
};

inline double& current_weight() {
  static double weight = 0;
  return weight;
}
struct Histo1D {
  std::string name;
  void fill(double value) { print_filled(name, value, current_weight()); }
};
struct Counter {
  std::string name;
  void fill() { print_filled(name, 1, current_weight()); }
};
using Histo1DPtr = std::shared_ptr<Histo1D>;
using CounterPtr = std::shared_ptr<Counter>;

class Analysis {
 public:
  explicit Analysis(std::string name) : name_(std::move(name)) {}
  virtual ~Analysis() = default;
  virtual void init() {}
  virtual void analyze(const Event& event) = 0;
  virtual void finalize() {}

 protected:
  template <class Projection> void declare(const Projection& projection, const std::string&) { jets_ = projection; }
  template <class Projection> const Projection& apply(const Event& event, const std::string&) const {
    jets_.event = &event;
    return jets_;
  }
  void book(Histo1DPtr& made, const std::string& name, std::size_t, double, double) {
    made = std::make_shared<Histo1D>(Histo1D{name});
  }
  void book(CounterPtr& made, const std::string& name) { made = std::make_shared<Counter>(Counter{name}); }
  std::string analysisDataPath(const std::string& extension) const { return name_ + "." + extension; }

 private:
  std::string name_;
  mutable FastJets jets_{FinalState({}), JetAlg::ANTIKT, 0.4};
};

}  // namespace Rivet

#define vetoEvent return
#define RIVET_DEFAULT_ANALYSIS_CTOR(name) \
  name() : Analysis(#name) {}
#define RIVET_DECLARE_PLUGIN(name) \
  std::unique_ptr<Analysis> make_analysis() { return std::make_unique<name>(); }
