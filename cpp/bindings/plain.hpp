// Arrays that are already what the engine takes, in dicts by input and by variable, sequences as (values, counts): what such
// a call costs beside the model is about a microsecond, by NumPy's own C interface.
#pragma once
#include <cstdint>
#include <vector>

#include "common.hpp"

class Plain {
 public:
  // Lists of (input, variable or None, shape of an item, axis or -1) for every column, of (output, NumPy's type number, shape
  // of an item, axis or -1), and of (axis, most elements or -1) for every axis of the model; the classes of scores, dicts,
  // without and with sequences; and what scores begin with in `_origin`, before entries and counts.
  Plain(nb::sequence columns, nb::sequence outputs, nb::sequence axes, nb::object scores, nb::object sequences,
        nb::object model);

  // The number of entries, or -1 where an array is not as it must be.
  int64_t take(nb::handle events, std::vector<lading_feed>& feeds, std::vector<const int64_t*>& offsets);
  // Scores with arrays (entries, shape of an item), or pairs (items, shape of an item) and counts, for the results.
  nb::object make(int64_t entries, std::vector<void*>& results);

 private:
  static constexpr size_t most_axes = 8;
  struct Part {
    nb::object name, variable;  // variable: None for those without names
    int numpy_type = 0;         // of outputs
    std::vector<int64_t> shape;
    int64_t size = 1;
    int axis = -1;
    int64_t siblings = 0;  // variables that the input is fed
  };
  struct Sequence {
    nb::object name;
    int64_t most = -1;
    PyObject* counts = nullptr;  // borrowed, of the call at hand
    std::vector<int64_t> offsets;
    nb::object kept;  // counts of what outputs have
    int64_t items = 0;
  };
  static Part part_of(nb::handle given);
  PyObject* find(const Part& part, PyObject* events) const;
  bool take_counts(Sequence& sequence, PyObject* counts, int64_t& entries);
  bool take_values(const Part& part, PyObject* values, int64_t rows, std::vector<lading_feed>& feeds) const;
  void keep_counts(int64_t entries);

  std::vector<Part> columns_, outputs_;
  std::vector<Sequence> axes_;
  std::vector<int64_t> nothing_;  // offsets of sequences that no input has
  int64_t inputs_ = 0;
  bool sequences_ = false;
  nb::object scores_, model_, origin_name_, last_origin_;
  int64_t last_entries_ = -1;
};
