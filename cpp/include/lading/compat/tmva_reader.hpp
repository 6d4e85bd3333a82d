// TMVA::Reader of ROOT, on bundles: BookMVA takes a bundle where it took a weight file; the other calls stay. See
// docs/replace/tmva.md.
//
// Variables are matched by name, in any order. TMVA prints and stops the program at a mistake, here lading::Error is
// thrown.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "lading/compat/row.hpp"

#ifdef ROOT_TMVA_Reader
#error "lading/compat/tmva_reader.hpp replaces TMVA/Reader.h: include one of them"
#endif

// As ROOT has them, for code that gets them from nowhere else now.
typedef float Float_t;
typedef double Double_t;
typedef int Int_t;
typedef unsigned int UInt_t;
typedef bool Bool_t;

namespace TMVA {
inline namespace lading_compat {  // other symbols than those of libTMVA: both may be in one program

// A text as std::string, as characters, or as ROOT's TString.
class Text : public std::string {
 public:
  Text(const char* text) : std::string(text) {}
  Text(const std::string& text) : std::string(text) {}
  template <class T, class = decltype(std::declval<const T&>().Data())>
  Text(const T& text) : std::string(text.Data()) {}
};

// Nothing here needs it; programs call TMVA::Tools::Instance() before the reader.
class Tools {
 public:
  static Tools& Instance() {
    static Tools tools;
    return tools;
  }
};

// A booked model: what BookMVA gives.
class IMethod {
 public:
  virtual ~IMethod() = default;

 private:
  friend class Reader;
  // Where number i of the model's row comes from: a variable or spectator of the reader.
  struct Source {
    bool is_spectator;
    std::size_t place;
  };
  explicit IMethod(const std::string& path) : rows_(path) {}
  lading::compat::Rows rows_;
  std::vector<Source> sources_;
  std::vector<float> result_;
};

// For one thread at a time, like the original.
class Reader {
 public:
  explicit Reader(const Text& = "", Bool_t = false) {}  // options are about printing
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  // `number` is read at every evaluation.
  void AddVariable(const Text& expression, Float_t* number) { add(variables_, {name(expression), number, nullptr}); }
  void AddVariable(const Text& expression, Int_t* number) { add(variables_, {name(expression), nullptr, number}); }
  void AddSpectator(const Text& expression, Float_t* number) { add(spectators_, {name(expression), number, nullptr}); }
  void AddSpectator(const Text& expression, Int_t* number) { add(spectators_, {name(expression), nullptr, number}); }

  // Loads a bundle. Throws lading::Error for a variable that only one side has.
  IMethod* BookMVA(const Text& tag, const Text& path) {
    if (methods_.count(tag)) throw lading::Error("BookMVA: '" + tag + "' is booked already", LADING_NAME);
    std::unique_ptr<IMethod> method(new IMethod(path));
    link(*method);
    return (methods_[tag] = std::move(method)).get();
  }
  // Null if nothing is booked under this tag.
  IMethod* FindMVA(const Text& tag) const {
    const auto found = methods_.find(tag);
    return found == methods_.end() ? nullptr : found->second.get();
  }

  // The score: -999 if a variable is NaN, as TMVA has it. `aux` is for cuts, which are no model here.
  Double_t EvaluateMVA(const Text& tag, Double_t = 0) {
    IMethod& method = booked(tag);
    return score(method).number(*run(method));
  }
  // As above, of `values` in the order of AddVariable.
  Double_t EvaluateMVA(const std::vector<Float_t>& values, const Text& tag, Double_t = 0) { return of(values, tag); }
  Double_t EvaluateMVA(const std::vector<Double_t>& values, const Text& tag, Double_t = 0) { return of(values, tag); }

  const std::vector<Float_t>& EvaluateRegression(const Text& tag, Double_t = 0) { return all(booked(tag)); }
  Float_t EvaluateRegression(UInt_t target, const Text& tag, Double_t = 0) { return element(tag, target); }
  const std::vector<Float_t>& EvaluateMulticlass(const Text& tag, Double_t = 0) { return all(booked(tag)); }
  Float_t EvaluateMulticlass(UInt_t number, const Text& tag, Double_t = 0) { return element(tag, number); }

 private:
  struct Quantity {
    std::string name;
    const Float_t* real;
    const Int_t* integer;
    Float_t value() const { return real ? *real : static_cast<Float_t>(*integer); }
  };

  // The expression of "label := expression" without blanks, as TMVA keeps it, and with _ for /, as lading writes names.
  static std::string name(const std::string& expression) {
    const std::size_t sign = expression.find(":=");
    std::string name;
    bool before = false;
    for (std::size_t i = sign == std::string::npos ? 0 : sign + 2; i < expression.size(); ++i) {
      const unsigned char c = static_cast<unsigned char>(expression[i]);
      if (c == ' ') continue;
      const bool refused = c == '/' || c < 32 || c == 127;
      if (!refused) name += expression[i];
      else if (!before) name += '_';
      before = refused;
    }
    return name;
  }
  void add(std::vector<Quantity>& to, const Quantity& quantity) {
    if (!methods_.empty())
      throw lading::Error("'" + quantity.name + "' was added after BookMVA: add all variables before", LADING_NAME);
    for (const std::vector<Quantity>* all : {&variables_, &spectators_})
      for (const Quantity& other : *all)
        if (other.name == quantity.name)
          throw lading::Error("'" + quantity.name + "' was added twice to TMVA::Reader", LADING_NAME);
    to.push_back(quantity);
  }

  void link(IMethod& method) const {
    const lading::compat::Rows& rows = method.rows_;
    std::vector<std::optional<IMethod::Source>> sources(rows.size());
    for (std::size_t i = 0; i < variables_.size(); ++i) sources[rows.place(variables_[i].name)] = {false, i};
    for (std::size_t i = 0; i < spectators_.size(); ++i)  // read where the cut of a category looks at them
      for (std::size_t at = 0; at < rows.size(); ++at)
        if (rows.names()[at] == spectators_[i].name) sources[at] = {true, i};
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (!sources[at])
        throw lading::Error("variable '" + rows.names()[at] + "' of '" + rows.path() +
                                "' was not given to TMVA::Reader: call AddVariable (or AddSpectator) before BookMVA",
                            LADING_NAME);
      method.sources_.push_back(*sources[at]);
    }
  }
  IMethod& booked(const std::string& tag) const {
    if (IMethod* method = FindMVA(tag)) return *method;
    std::string have;
    for (const auto& [name, method] : methods_) have += (have.empty() ? "'" : ", '") + name + "'";
    throw lading::Error("no model is booked as '" + tag + "' (booked: " + (have.empty() ? "none" : have) + ")",
                        LADING_NAME);
  }
  lading::SessionPool::Lease run(const IMethod& method) const {
    return method.rows_.run([&](std::size_t at) {
      const IMethod::Source& source = method.sources_[at];
      return (source.is_spectator ? spectators_ : variables_)[source.place].value();
    });
  }
  template <class T> Double_t of(const std::vector<T>& values, const std::string& tag) const {
    IMethod& method = booked(tag);
    const std::string given = "EvaluateMVA of '" + tag + "': " + std::to_string(values.size()) + " values are given";
    if (values.size() != variables_.size())
      throw lading::Error(given + " for the " + std::to_string(variables_.size()) + " of AddVariable", LADING_VALUE);
    for (const IMethod::Source& source : method.sources_)
      if (source.is_spectator)
        throw lading::Error(given + ", but it looks at spectators too: use their addresses", LADING_VALUE);
    return score(method).number(*method.rows_.run([&](std::size_t at) { return values[method.sources_[at].place]; }));
  }
  // One number: several are asked for by EvaluateMulticlass and EvaluateRegression.
  static const lading::compat::Output& score(const IMethod& method) {
    const lading::compat::Output& output = scores(method);
    if (output.width() == 1) return output;
    throw lading::Error("'" + method.rows_.path() + "' gives " + std::to_string(output.width()) +
                            " numbers, EvaluateMVA one: call EvaluateMulticlass or EvaluateRegression",
                        LADING_VALUE);
  }
  // "score", or the only output of a model that was no forest.
  static const lading::compat::Output& scores(const IMethod& method) {
    const auto& outputs = method.rows_.outputs();
    return outputs.size() == 1 ? outputs[0] : method.rows_.output("score");
  }
  const std::vector<Float_t>& all(IMethod& method) const {
    const lading::compat::Output& output = scores(method);
    const auto session = run(method);
    method.result_.resize(output.width());
    for (std::size_t i = 0; i < output.width(); ++i)
      method.result_[i] = static_cast<Float_t>(output.number(*session, i));
    return method.result_;
  }
  Float_t element(const std::string& tag, UInt_t number) const {
    const std::vector<Float_t>& result = all(booked(tag));
    if (number < result.size()) return result[number];
    throw lading::Error("number " + std::to_string(number) + " of '" + tag + "' is asked for, it gives " +
                            std::to_string(result.size()),
                        LADING_VALUE);
  }

  std::vector<Quantity> variables_, spectators_;
  std::map<std::string, std::unique_ptr<IMethod>> methods_;
};

}  // namespace lading_compat
}  // namespace TMVA
