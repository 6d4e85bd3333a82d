// What the parts of the Python module share: arrays, number types, errors, and the handle of a model.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <utility>

#include "lading/lading.h"

namespace nb = nanobind;
using Array = nb::ndarray<nb::ro, nb::device::cpu>;
using Results = nb::ndarray<nb::device::cpu, nb::c_contig>;

// The Python class of each error code, in lading.errors.
constexpr const char* error_classes[] = {"LadingError",  "FormatError", "UnknownName", "UnitError",
                                         "ValueRefused", "MissingFile", "MemoryLimit", "UnsupportedError"};

[[noreturn]] inline void raise(lading_error* error) {
  const std::unique_ptr<lading_error, decltype(&lading_error_free)> owned(error, lading_error_free);
  const nb::object errors = nb::module_::import_("lading.errors");
  const nb::object kind = errors.attr(error_classes[lading_error_code(error)]);
  PyErr_SetObject(kind.ptr(), nb::str(lading_error_text(error)).ptr());
  throw nb::python_error();
}

constexpr nb::dlpack::dtype dtypes[] = {
    nb::dtype<float>(),    nb::dtype<double>(),   {2, 16, 1},           {4, 16, 1},           nb::dtype<int8_t>(),
    nb::dtype<int16_t>(),  nb::dtype<int32_t>(),  nb::dtype<int64_t>(), nb::dtype<uint8_t>(), nb::dtype<uint16_t>(),
    nb::dtype<uint32_t>(), nb::dtype<uint64_t>(), nb::dtype<bool>()};

inline int type_of(const nb::dlpack::dtype& dtype) {
  for (int type = 0; type < 13; ++type)
    if (dtypes[type] == dtype) return type;
  throw nb::type_error("this number type is not known to the engine");
}

class Model {
 public:
  Model(lading_model* model, nb::object keep) : model_(model, lading_model_free), keep_(std::move(keep)) {}
  lading_model* get() const { return model_.get(); }

 private:
  std::shared_ptr<lading_model> model_;
  nb::object keep_;  // whatever owns the weights
};
