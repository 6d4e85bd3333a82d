// Arrays that are already what the engine takes, in a dict by input: what such a call costs beside the model is less
// than a microsecond, by NumPy's own C interface.
#pragma once
#include <cstdint>
#include <vector>

#include "common.hpp"

class Plain {
 public:
  // Lists of (name, type, NumPy's type number, shape of one entry).
  Plain(nb::sequence inputs, nb::sequence outputs);

  // The number of entries, or -1 where an array is not as it must be.
  int64_t take(nb::handle events, std::vector<lading_feed>& feeds) const;
  // Arrays (entries, shape of one entry) for the results.
  void make(int64_t entries, nb::dict scores, std::vector<void*>& results) const;

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
};
