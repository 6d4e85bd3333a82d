#include "plain.hpp"

#define NPY_TARGET_VERSION NPY_1_24_API_VERSION
#define NPY_NO_DEPRECATED_API NPY_1_24_API_VERSION
#include <numpy/arrayobject.h>

#include <algorithm>
#include <cstring>

namespace {

PyArrayObject* array_of(PyObject* object) {
  return object && PyArray_CheckExact(object) ? reinterpret_cast<PyArrayObject*>(object) : nullptr;
}

// The engine's number of a type that slots can be made of; -1: the long way says what is wrong with it, or converts.
int type_of(PyArrayObject* array) {
  switch (PyArray_TYPE(array)) {
    case NPY_FLOAT: return LADING_FLOAT32;
    case NPY_DOUBLE: return LADING_FLOAT64;
    case NPY_INT32: return LADING_INT32;
    case NPY_INT64: return LADING_INT64;
    default: return -1;
  }
}

nb::object new_array(int rank, npy_intp* shape, int type) {
  nb::object array = nb::steal(PyArray_SimpleNew(rank, shape, type));
  if (!array.is_valid()) throw nb::python_error();
  return array;
}

void* data_of(const nb::object& array) { return PyArray_DATA(reinterpret_cast<PyArrayObject*>(array.ptr())); }

}  // namespace

Plain::Part Plain::part_of(nb::handle given) {
  Part part;
  part.name = nb::borrow(given[0]), part.variable = nb::borrow(given[1]), part.axis = nb::cast<int>(given[3]);
  for (nb::handle length : nb::borrow<nb::sequence>(given[2])) part.shape.push_back(nb::cast<int64_t>(length));
  for (const int64_t length : part.shape) part.size *= length;
  if (part.shape.size() > most_axes) throw nb::value_error("at most 8 axes are supported");
  return part;
}

Plain::Plain(nb::sequence columns, nb::sequence outputs, nb::sequence axes, nb::object scores, nb::object sequences,
             nb::object model)
    : model_(std::move(model)), origin_name_(nb::steal(PyUnicode_InternFromString("_origin"))) {
  if (_import_array() < 0) throw nb::python_error();
  for (nb::handle each : axes) {
    axes_.emplace_back();
    axes_.back().name = nb::borrow(each[0]), axes_.back().most = nb::cast<int64_t>(each[1]);
  }
  for (nb::handle each : columns) {
    columns_.push_back(part_of(each));
    if (columns_.size() < 2 || !columns_[columns_.size() - 2].name.equal(columns_.back().name)) ++inputs_;
    sequences_ |= columns_.back().axis >= 0;
  }
  for (Part& part : columns_)
    part.siblings =
        std::count_if(columns_.begin(), columns_.end(), [&](const Part& other) { return other.name.equal(part.name); });
  for (nb::handle each : outputs) {
    outputs_.push_back(part_of(each));
    outputs_.back().numpy_type = nb::cast<int>(each[1]);
  }
  scores_ = std::move(sequences_ ? sequences : scores);
}

PyObject* Plain::find(const Part& part, PyObject* events) const {
  PyObject* found = PyDict_GetItem(events, part.name.ptr());
  if (!found || part.variable.is_none()) return found;
  if (!PyDict_CheckExact(found) || PyDict_Size(found) != Py_ssize_t(part.siblings)) return nullptr;
  return PyDict_GetItem(found, part.variable.ptr());
}

int64_t Plain::take(nb::handle events, std::vector<lading_feed>& feeds, std::vector<const int64_t*>& offsets) {
  if (!PyDict_CheckExact(events.ptr()) || PyDict_Size(events.ptr()) != Py_ssize_t(inputs_)) return -1;
  int64_t entries = -1;
  feeds.clear();
  for (Sequence& sequence : axes_) sequence.counts = nullptr;
  for (const Part& part : columns_) {
    PyObject* values = find(part, events.ptr());
    int64_t rows = -1;
    if (values && part.axis >= 0) {
      if (!PyTuple_CheckExact(values) || PyTuple_Size(values) != 2) return -1;
      Sequence& sequence = axes_[size_t(part.axis)];
      if (!take_counts(sequence, PyTuple_GetItem(values, 1), entries)) return -1;
      values = PyTuple_GetItem(values, 0), rows = sequence.offsets.back();
    } else if (PyArrayObject* array = array_of(values)) {
      if (PyArray_NDIM(array) == 0) return -1;
      rows = entries = entries < 0 ? PyArray_DIM(array, 0) : entries;
    }
    if (!take_values(part, values, rows, feeds)) return -1;
  }
  if (nothing_.size() != size_t(entries + 1)) nothing_.assign(size_t(entries + 1), 0);
  offsets.assign(axes_.size(), nothing_.data());
  for (size_t a = 0; a < axes_.size(); ++a)
    if (axes_[a].counts) offsets[a] = axes_[a].offsets.data();
  return entries;
}

// Counts of every column along an axis must be equal.
bool Plain::take_counts(Sequence& sequence, PyObject* given, int64_t& entries) {
  PyArrayObject* counts = array_of(given);
  if (!counts || PyArray_TYPE(counts) != NPY_INT64 || PyArray_NDIM(counts) != 1 || !PyArray_ISCARRAY_RO(counts))
    return false;
  if (sequence.counts == given) return true;
  const int64_t length = PyArray_DIM(counts, 0);
  const auto* numbers = static_cast<const int64_t*>(PyArray_DATA(counts));
  if (entries >= 0 && length != entries) return false;
  entries = length;
  if (sequence.counts) {
    const auto* before = static_cast<const int64_t*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(sequence.counts)));
    return length == 0 || std::memcmp(before, numbers, size_t(length) * sizeof(int64_t)) == 0;
  }
  sequence.counts = given;
  sequence.offsets.resize(size_t(length) + 1);
  int64_t sum = sequence.offsets[0] = 0;
  for (int64_t e = 0; e < length; ++e) {
    if (numbers[e] < 0 || numbers[e] > INT64_MAX - sum) return false;
    sequence.offsets[size_t(e) + 1] = sum += numbers[e];
  }
  return true;
}

bool Plain::take_values(const Part& part, PyObject* values, int64_t rows, std::vector<lading_feed>& feeds) const {
  PyArrayObject* array = array_of(values);
  const int type = array ? type_of(array) : -1;
  if (type < 0 || !PyArray_ISCARRAY_RO(array) || PyArray_NDIM(array) != int(part.shape.size()) + 1) return false;
  const npy_intp* shape = PyArray_DIMS(array);
  if (shape[0] != rows || !std::equal(part.shape.begin(), part.shape.end(), shape + 1)) return false;
  feeds.push_back({PyArray_DATA(array), part.size * int64_t(PyArray_ITEMSIZE(array)), type, 0, 1.0});
  return true;
}

// What outputs have of each sequence: no more than its axis lets there be.
void Plain::keep_counts(int64_t entries) {
  for (Sequence& sequence : axes_) {
    if (!sequence.counts) continue;
    npy_intp shape[] = {npy_intp(entries)};
    sequence.kept = new_array(1, shape, NPY_INT64);
    auto* kept = static_cast<int64_t*>(data_of(sequence.kept));
    sequence.items = 0;
    for (size_t e = 0; e < size_t(entries); ++e) {
      const int64_t n = sequence.offsets[e + 1] - sequence.offsets[e];
      sequence.items += kept[e] = sequence.most < 0 ? n : std::min(n, sequence.most);
    }
  }
}

nb::object Plain::make(int64_t entries, std::vector<void*>& results) {
  if (sequences_ || entries != last_entries_) {
    nb::dict counts;
    keep_counts(entries);
    for (const Sequence& sequence : axes_)
      if (sequence.counts) counts[sequence.name] = sequence.kept;
    last_origin_ = nb::make_tuple(model_, entries, counts), last_entries_ = entries;
  }
  nb::object scores = nb::steal(PyObject_CallNoArgs(scores_.ptr()));
  if (!scores.is_valid() || PyObject_SetAttr(scores.ptr(), origin_name_.ptr(), last_origin_.ptr()))
    throw nb::python_error();
  results.clear();
  for (const Part& part : outputs_) {
    const Sequence* sequence = part.axis < 0 ? nullptr : &axes_[size_t(part.axis)];
    npy_intp shape[most_axes + 1] = {npy_intp(sequence ? sequence->items : entries)};
    std::copy(part.shape.begin(), part.shape.end(), shape + 1);
    const nb::object array = new_array(int(part.shape.size()) + 1, shape, part.numpy_type);
    const nb::object made = sequence ? nb::object(nb::make_tuple(array, sequence->kept)) : array;
    if (PyDict_SetItem(scores.ptr(), part.name.ptr(), made.ptr())) throw nb::python_error();
    results.push_back(data_of(array));
  }
  return scores;
}
