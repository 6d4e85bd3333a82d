// Arrays that are already what the engine takes, in a dict by input: what such a call costs beside the model is less
// than a microsecond, by NumPy's own C interface.
#pragma once
#include <cstdint>
#include <vector>

#include "common.hpp"

class Plain {
 public:
  // Lists of (name, type, NumPy's type number, shape of one entry); the class of the scores, a dict; and what the
  // scores of so many entries have as `_origin`.
  Plain(nb::sequence inputs, nb::sequence outputs, nb::object scores, nb::object origin);

  // The number of entries, or -1 where an array is not as it must be.
  int64_t take(nb::handle events, std::vector<lading_feed>& feeds) const;
  // Scores with arrays (entries, shape of one entry) for the results.
  nb::object make(int64_t entries, std::vector<void*>& results);

 private:
  static constexpr size_t most_axes = 8;
  struct Part {
    nb::object name;
    int type, numpy_type;
    std::vector<int64_t> shape;
    int64_t size;
  };
  static std::vector<Part> parts_of(nb::sequence given);
  std::vector<Part> inputs_, outputs_;
  nb::object scores_, origin_of_, origin_name_, last_origin_;
  int64_t last_entries_ = -1;
};
