// Every failure in the library is one Error with one finished sentence: what, where, what was there
// instead, the nearest right name, what to do. Python raises the same text.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lading {

enum class Fault : int { invalid = 1, name = 2, unit = 3, value = 4, missing_file = 5, memory = 6, unsupported = 7 };

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& text, Fault fault = Fault::invalid);
  Fault fault;
};

// " (has: 'pt', 'eta'); did you mean 'pt'?" The names nearest to `wrong` come first, at most eight.
std::string suggestion(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace lading
