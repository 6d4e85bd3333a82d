#include "plain.hpp"

#define NPY_TARGET_VERSION NPY_1_24_API_VERSION
#define NPY_NO_DEPRECATED_API NPY_1_24_API_VERSION
#include <numpy/arrayobject.h>

#include <algorithm>

std::vector<Plain::Part> Plain::parts_of(nb::sequence given) {
  std::vector<Part> parts;
  for (nb::handle each : given) {
    Part part{nb::borrow(each[0]), nb::cast<int>(each[1]), nb::cast<int>(each[2]), {}, 1};
    for (nb::handle length : nb::borrow<nb::sequence>(each[3])) part.shape.push_back(nb::cast<int64_t>(length));
    for (const int64_t length : part.shape) part.size *= length;
    if (part.shape.size() > most_axes) throw nb::value_error("at most 8 axes are supported");
    parts.push_back(std::move(part));
  }
  return parts;
}

Plain::Plain(nb::sequence inputs, nb::sequence outputs, nb::object scores, nb::object origin)
    : inputs_(parts_of(inputs)),
      outputs_(parts_of(outputs)),
      scores_(std::move(scores)),
      origin_of_(std::move(origin)),
      origin_name_(nb::steal(PyUnicode_InternFromString("_origin"))) {
  if (_import_array() < 0) throw nb::python_error();
}

int64_t Plain::take(nb::handle events, std::vector<lading_feed>& feeds) const {
  if (!PyDict_CheckExact(events.ptr()) || PyDict_Size(events.ptr()) != Py_ssize_t(inputs_.size())) return -1;
  int64_t entries = -1;
  feeds.clear();
  for (const Part& part : inputs_) {
    PyObject* object = PyDict_GetItem(events.ptr(), part.name.ptr());
    if (!object || !PyArray_CheckExact(object)) return -1;
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    if (PyArray_TYPE(array) != part.numpy_type || !PyArray_ISCARRAY_RO(array) ||
        PyArray_NDIM(array) != int(part.shape.size()) + 1)
      return -1;
    const npy_intp* shape = PyArray_DIMS(array);
    if (!std::equal(part.shape.begin(), part.shape.end(), shape + 1) || (entries >= 0 && shape[0] != entries))
      return -1;
    entries = shape[0];
    feeds.push_back({PyArray_DATA(array), part.size * int64_t(PyArray_ITEMSIZE(array)), part.type, 0, 1.0});
  }
  return entries;
}

nb::object Plain::make(int64_t entries, std::vector<void*>& results) {
  if (entries != last_entries_) last_origin_ = origin_of_(entries), last_entries_ = entries;
  nb::object scores = nb::steal(PyObject_CallNoArgs(scores_.ptr()));
  if (!scores.is_valid() || PyObject_SetAttr(scores.ptr(), origin_name_.ptr(), last_origin_.ptr()))
    throw nb::python_error();
  results.clear();
  for (const Part& part : outputs_) {
    npy_intp shape[most_axes + 1] = {npy_intp(entries)};
    std::copy(part.shape.begin(), part.shape.end(), shape + 1);
    const nb::object array = nb::steal(PyArray_SimpleNew(int(part.shape.size()) + 1, shape, part.numpy_type));
    if (!array.is_valid() || PyDict_SetItem(scores.ptr(), part.name.ptr(), array.ptr())) throw nb::python_error();
    results.push_back(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array.ptr())));
  }
  return scores;
}
