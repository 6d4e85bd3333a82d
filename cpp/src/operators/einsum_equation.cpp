#include "operators/einsum_equation.hpp"

#include <cctype>
#include <string>

#include "operators/checks.hpp"

namespace lading {
namespace {

class Parser {
 public:
  explicit Parser(const Definition& definition) : definition_(definition), text_(definition.text("equation", "")) {
    std::erase(text_, ' ');
  }
  Equation parse() {
    Equation equation;
    const std::size_t arrow = text_.find("->");
    std::string left = text_.substr(0, arrow) + ",";
    for (std::size_t comma; (comma = left.find(',')) != std::string::npos; left.erase(0, comma + 1))
      equation.inputs.push_back(term(left.substr(0, comma)));
    equation.output = arrow == std::string::npos ? implied(equation.inputs) : term(text_.substr(arrow + 2));
    check(equation);
    return equation;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { definition_.fail("equation '" + text_ + "' " + why); }
  Term term(const std::string& text) {
    Term labels;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.compare(i, 3, "...") == 0) labels.push_back(ellipsis), i += 2;
      else if (std::isalpha(static_cast<unsigned char>(text[i]))) labels.push_back(number(text[i]));
      else fail("has '" + std::string(1, text[i]) + "'; its terms are letters and '...'");
    }
    if (std::count(labels.begin(), labels.end(), ellipsis) > 1) fail("has two '...' in one term");
    return labels;
  }
  int number(char letter) {
    if (letters_.find(letter) == std::string::npos) letters_ += letter;
    if (letters_.size() > most_letters) fail("has more than " + std::to_string(most_letters) + " letters");
    return static_cast<int>(letters_.find(letter));
  }
  // The axes of "...", then all letters that stand once, in alphabetical order.
  Term implied(const std::vector<Term>& inputs) {
    Term all, output;
    for (const Term& input : inputs) all.insert(all.end(), input.begin(), input.end());
    if (has_ellipsis(all)) output.push_back(ellipsis);
    std::string sorted = letters_;
    std::sort(sorted.begin(), sorted.end());
    for (const char letter : sorted)
      if (std::count(all.begin(), all.end(), number(letter)) == 1) output.push_back(number(letter));
    return output;
  }
  void check(const Equation& equation) const {
    if (static_cast<int>(equation.inputs.size()) != definition_.input_count())
      fail("has " + counted(static_cast<std::int64_t>(equation.inputs.size()), "term") + ", the node has " +
           counted(definition_.input_count(), "input"));
    for (const int label : equation.output) {
      const bool known = std::any_of(equation.inputs.begin(), equation.inputs.end(),
                                     [label](const Term& t) { return std::count(t.begin(), t.end(), label); });
      if (!known || std::count(equation.output.begin(), equation.output.end(), label) > 1)
        fail("must name axes of its operands in the result, each once");
    }
  }
  const Definition& definition_;
  std::string text_, letters_;
};

}  // namespace

Equation read_equation(const Definition& definition) { return Parser(definition).parse(); }

}  // namespace lading
