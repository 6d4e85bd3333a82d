// A model's scores as columns of a ROOT::RDataFrame, with one session for each slot, so that threads share nothing but
// the packed weights. From Python, lading.rdataframe does all of it. See docs/rdataframe.md; needs ROOT's vectors alone.
//
//   const lading::RowScores flavour{lading::load("tagger"), {{"flavour", "p_b"}, {"flavour", "p_c"}},
//                                   {{"jets", "pt", "GeV"}, {"tracks", "d0", "mm"}}, frame.GetNSlots()};
//   auto scored = frame.DefineSlot("flavour", flavour.row<float, float, ROOT::RVecF>(), {"jet_pt", "track_d0"})
//                      .Define("p_b", "flavour[0]");
//
// A row is one entry of the model: numbers for what an entry has once, vectors for what its sequence has (`score`, and
// `elements` for results of each element). Or a row holds many entries, as an event holds jets: vectors, and vectors of
// vectors (`entries`). The first template argument is the type of results: float, or double where outputs are float64.
#pragma once
#include <ROOT/RVec.hxx>
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lading/lading.hpp"

namespace lading {
inline namespace v1 {

// What a column holds: a variable of an input ("" where its slots have no names and there is one), in this unit.
struct Source {
  std::string input, variable, unit;
};
// A label of an output, "" where it has none.
struct Score {
  std::string output, label;
};

class RowScores {
 public:
  // `sources` in the order of the columns. Throws Error for names and units that the model has not got. A variable that
  // no column gives is named when the first row is run.
  RowScores(const Model& model, const std::vector<Score>& scores, const std::vector<Source>& sources, unsigned slots)
      : made_(std::make_shared<Made>(model)) {
    for (const Score& score : scores) add(score);
    for (const Source& source : sources) add(source);
    for (unsigned slot = 0; slot < std::max(slots, 1u); ++slot) made_->sessions.emplace_back(model);
  }

  // Of a row that is one entry: the number of each score.
  template <class T = float, class... Columns> ROOT::RVec<T> score(unsigned slot, const Columns&... columns) const {
    Session& session = run(slot, columns...);
    ROOT::RVec<T> found;
    for (const Result_& result : made_->results) found.push_back(number<T>(session, of_an_entry(result), 0));
    return found;
  }
  // Of a row that is one entry: for each score, the numbers of the elements of its sequence.
  template <class T = float, class... Columns>
  ROOT::RVec<ROOT::RVec<T>> elements(unsigned slot, const Columns&... columns) const {
    Session& session = run(slot, columns...);
    ROOT::RVec<ROOT::RVec<T>> found;
    for (const Result_& result : made_->results) {
      found.emplace_back(static_cast<std::size_t>(session.items(result.label)));
      for (std::size_t i = 0; i < found.back().size(); ++i)
        found.back()[i] = number<T>(session, result, static_cast<std::int64_t>(i));
    }
    return found;
  }
  // Of a row that holds many entries: for each score, the numbers of the entries.
  template <class T = float, class... Columns>
  ROOT::RVec<ROOT::RVec<T>> entries(unsigned slot, const Columns&... columns) const {
    const std::size_t sizes[] = {columns.size()...};
    for (std::size_t c = 1; c < sizeof...(columns) && c < made_->variables.size(); ++c)
      if (sizes[c] != sizes[0]) differ(c, sizes[c], 0, sizes[0], " entries in this row");
    ROOT::RVec<ROOT::RVec<T>> found(made_->results.size(), ROOT::RVec<T>(sizes[0]));
    for (std::size_t e = 0; e < sizes[0]; ++e) {
      Session& session = run(slot, columns[e]...);
      for (std::size_t s = 0; s < found.size(); ++s)
        found[s][e] = number<T>(session, of_an_entry(made_->results[s]), 0);
    }
    return found;
  }

  // The same as functions of columns of these types, for DefineSlot.
  template <class T, class... Columns> auto row() const {
    return [all = *this](unsigned slot, const Columns&... columns) { return all.score<T>(slot, columns...); };
  }
  template <class T, class... Columns> auto row_elements() const {
    return [all = *this](unsigned slot, const Columns&... columns) { return all.elements<T>(slot, columns...); };
  }
  template <class T, class... Columns> auto row_entries() const {
    return [all = *this](unsigned slot, const Columns&... columns) { return all.entries<T>(slot, columns...); };
  }

 private:
  struct Variable_ {
    Variable handle;
    std::string text;
    int axis;
  };
  struct Result_ {
    Label label;
    std::string text;
    int axis;
  };
  struct Made {
    explicit Made(const Model& model) : model(model) {}
    Model model;
    std::vector<Result_> results;
    std::vector<Variable_> variables;
    std::vector<Session> sessions;
  };

  void add(const Score& score) {
    const Model& model = made_->model;
    Result_ made{score.label.empty() ? model.output(score.output) : model.label(score.output, score.label),
                 "output '" + score.output + "'", -1};
    lading_output described{};
    described.size = sizeof described;
    lading_describe_output(model.get(), made.label.slot.output, &described);
    made.axis = described.axis;
    made_->results.push_back(std::move(made));
  }
  void add(const Source& source) {
    const Model& model = made_->model;
    const bool named = !source.variable.empty();
    Variable_ made{named ? model.variable(source.input, source.variable, source.unit) : model.element(source.input, {}),
                   (named ? "variable '" + source.variable + "' of " : "") + "input '" + source.input + "'", -1};
    lading_column described{};
    described.size = sizeof described;
    lading_describe_column(model.get(), made.handle.slot.column, &described);
    made.axis = described.axis;
    made_->variables.push_back(std::move(made));
  }

  template <class... Columns> Session& run(unsigned slot, const Columns&... columns) const {
    if (sizeof...(columns) != made_->variables.size())
      refuse("model '" + made_->model.name() + "': " + std::to_string(sizeof...(columns)) + " columns for " +
             std::to_string(made_->variables.size()) + " sources");
    if (slot >= made_->sessions.size())
      refuse("slot " + std::to_string(slot) + " of " + std::to_string(made_->sessions.size()) +
             ": give GetNSlots() of the frame, asked after ROOT::EnableImplicitMT");
    Session& session = made_->sessions[slot];
    const std::int64_t lengths[] = {length(columns)...};
    for (std::size_t c = 0; c < sizeof...(columns); ++c) resize(session, lengths, c);
    std::size_t c = 0;
    (set(session, made_->variables[c++].handle, columns), ...);
    session.run();
    return session;
  }
  template <class T> static std::int64_t length(const T& column) {  // -1: a number
    if constexpr (std::is_arithmetic_v<T>) return -1;
    else return static_cast<std::int64_t>(column.size());
  }
  // The first column of a sequence says how long it is; the others must agree.
  void resize(Session& session, const std::int64_t* lengths, std::size_t c) const {
    const int axis = made_->variables[c].axis;
    if (axis < 0 && lengths[c] >= 0) refuse(text(c) + " is one number of an entry: its column must hold no vectors");
    if (axis < 0) return;
    if (lengths[c] < 0) refuse(text(c) + " is a sequence: its column must hold vectors");
    std::size_t first = 0;
    while (made_->variables[first].axis != axis) ++first;
    if (first == c) session.resize({made_->model.get(), axis}, lengths[c]);
    else if (lengths[c] != lengths[first])
      differ(c, std::size_t(lengths[c]), first, std::size_t(lengths[first]), " elements");
  }
  template <class T> static void set(Session& session, const Variable& variable, const T& column) {
    if constexpr (std::is_arithmetic_v<T>) session.set(variable, column);
    else
      for (std::size_t i = 0; i < column.size(); ++i) session.set(variable, static_cast<std::int64_t>(i), column[i]);
  }
  const Result_& of_an_entry(const Result_& result) const {
    if (result.axis >= 0) refuse(result.text + " has a number for each element of a sequence: use elements()");
    return result;
  }
  template <class T> static T number(const Session& session, const Result_& result, std::int64_t item) {
    switch (result.label.slot.type) {
      case LADING_FLOAT64: return static_cast<T>(session.get<double>(result.label, item));
      case LADING_INT64: return static_cast<T>(session.get<std::int64_t>(result.label, item));
      default: return static_cast<T>(session.get<float>(result.label, item));
    }
  }
  std::string text(std::size_t c) const { return made_->variables[c].text; }
  [[noreturn]] void differ(std::size_t c, std::size_t has, std::size_t other, std::size_t other_has,
                           const char* what) const {
    refuse(text(c) + " has " + std::to_string(has) + what + ", " + text(other) + " has " + std::to_string(other_has));
  }
  [[noreturn]] static void refuse(const std::string& why) { throw Error(why, LADING_VALUE); }

  std::shared_ptr<Made> made_;
};

}  // namespace v1
}  // namespace lading
