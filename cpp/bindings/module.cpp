// lading.engine._lading: models and sessions for Python, on the C interface of liblading.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "lading/lading.h"

namespace nb = nanobind;
using Array = nb::ndarray<nb::ro, nb::device::cpu>;
using Results = nb::ndarray<nb::device::cpu, nb::c_contig>;

namespace {

// The Python class of each error code, in lading.errors.
constexpr const char* error_classes[] = {"LadingError",  "FormatError", "UnknownName", "UnitError",
                                         "ValueRefused", "MissingFile", "MemoryLimit", "UnsupportedError"};

[[noreturn]] void raise(lading_error* error) {
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

int type_of(const nb::dlpack::dtype& dtype) {
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

Model load(const std::string& path, size_t memory_limit) {
  const lading_options options{sizeof options, memory_limit};
  lading_error* error = nullptr;
  lading_model* model = nullptr;
  {
    nb::gil_scoped_release release;
    model = lading_load(path.c_str(), &options, &error);
  }
  if (!model) raise(error);
  return Model(model, nb::none());
}

Model load_memory(nb::bytes json, nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu> weights,
                  const std::string& where, size_t memory_limit) {
  const lading_options options{sizeof options, memory_limit};
  lading_error* error = nullptr;
  lading_model* model =
      lading_load_memory(json.c_str(), json.size(), weights.data(), weights.size(), where.c_str(), &options, &error);
  if (!model) raise(error);
  return Model(model, nb::cast(weights));
}

nb::list columns(const Model& model) {
  nb::list list;
  for (int c = 0; c < lading_column_count(model.get()); ++c) {
    lading_column column{sizeof column, nullptr, nullptr, nullptr, 0, 0, 0};
    lading_describe_column(model.get(), c, &column);
    const nb::object variable = column.variable ? nb::object(nb::str(column.variable)) : nb::none();
    list.append(nb::make_tuple(column.input, variable, column.type, column.axis, column.width));
  }
  return list;
}

nb::list outputs(const Model& model) {
  nb::list list;
  for (int o = 0; o < lading_output_count(model.get()); ++o) {
    lading_output output{sizeof output, nullptr, 0, 0, 0};
    lading_describe_output(model.get(), o, &output);
    list.append(nb::make_tuple(output.name, output.type, output.axis, output.width));
  }
  return list;
}

std::tuple<int, int, double> find_variable(const Model& model, const std::string& input, const std::string& name,
                                           const std::string& unit) {
  lading_variable variable{};
  variable.size = sizeof variable;
  lading_error* error = nullptr;
  if (lading_find_variable(model.get(), input.c_str(), name.c_str(), unit.c_str(), nullptr, 0, &variable, &error))
    raise(error);
  return {variable.column, variable.conversion, variable.factor};
}

std::pair<int, int64_t> find_label(const Model& model, const std::string& output, const std::string& name) {
  lading_label label{};
  label.size = sizeof label;
  lading_error* error = nullptr;
  if (lading_find_label(model.get(), output.c_str(), name.c_str(), nullptr, 0, &label, &error)) raise(error);
  return {label.output, label.element};
}

int find_axis(const Model& model, const std::string& name) {
  lading_error* error = nullptr;
  const int axis = lading_find_axis(model.get(), name.c_str(), &error);
  if (axis < 0) raise(error);
  return axis;
}

// One session per thread that ever ran at once.
class Session {
 public:
  explicit Session(const Model& model) : model_(model) { at(0); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run_batch(int64_t entries, const std::vector<Array>& columns,
                 const std::vector<std::pair<int, double>>& conversions,
                 const std::vector<std::optional<nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig>>>& offsets,
                 const std::vector<Results>& results, int threads, int64_t begin, int64_t end) {
    std::vector<lading_feed> feeds;
    for (size_t c = 0; c < columns.size(); ++c) {
      const Array& column = columns[c];
      const int64_t stride = column.ndim() && column.shape(0) > 1 ? column.stride(0) * int64_t(column.itemsize()) : 0;
      feeds.push_back({column.data(), stride, type_of(column.dtype()), conversions[c].first, conversions[c].second});
    }
    std::vector<const int64_t*> places;
    for (const auto& offset : offsets) places.push_back(offset ? offset->data() : nullptr);
    std::vector<void*> to;
    for (const Results& result : results) to.push_back(result.data());
    const lading_batch batch{sizeof batch, sizeof(lading_feed), entries, feeds.data(), places.data(), to.data()};
    begin = std::clamp<int64_t>(begin, 0, entries);
    end = end < 0 ? entries : std::clamp<int64_t>(end, begin, entries);
    threads = int(std::max<int64_t>(1, std::min<int64_t>(threads, end - begin)));
    for (int t = 0; t < threads; ++t) at(size_t(t));
    lading_error* error = nullptr;
    {
      nb::gil_scoped_release release;
      error = run_in_threads(batch, threads, begin, end - begin);
    }
    if (error) raise(error);
  }

  std::vector<nb::object> run_graph(const std::vector<Array>& inputs) {
    std::vector<lading_tensor> in, out(size_t(lading_output_count(model_.get())));
    for (const Array& input : inputs) {
      lading_tensor tensor{
          sizeof tensor, type_of(input.dtype()), int(input.ndim()), {}, const_cast<void*>(input.data())};
      if (input.ndim() > 8) throw nb::value_error("at most 8 axes are supported");
      for (size_t a = 0; a < input.ndim(); ++a) tensor.dims[a] = int64_t(input.shape(a));
      in.push_back(tensor);
    }
    lading_error* error = nullptr;
    if (lading_run_graph(at(0), in.data(), out.data(), &error)) raise(error);
    std::vector<nb::object> arrays;
    for (const lading_tensor& tensor : out) {
      size_t shape[8];
      for (int a = 0; a < tensor.rank; ++a) shape[a] = size_t(tensor.dims[a]);
      nb::ndarray<nb::numpy> view(tensor.data, size_t(tensor.rank), shape, nb::handle(), nullptr, dtypes[tensor.type]);
      arrays.push_back(nb::cast(view, nb::rv_policy::copy));
    }
    return arrays;
  }

  size_t memory() const {
    size_t bytes = 0;
    for (const auto& session : sessions_) bytes += lading_session_memory(session.get());
    return bytes;
  }
  int flags() const {
    int raised = 0;
    for (const auto& session : sessions_) raised |= lading_session_flags(session.get());
    return raised;
  }

 private:
  using Owned = std::unique_ptr<lading_session, decltype(&lading_session_free)>;

  lading_session* at(size_t thread) {
    while (sessions_.size() <= thread) {
      lading_error* error = nullptr;
      lading_session* session = lading_session_new(model_.get(), &error);
      if (!session) raise(error);
      sessions_.emplace_back(session, lading_session_free);
    }
    return sessions_[thread].get();
  }
  // Threads live for one call: there is no pool to survive a fork.
  lading_error* run_in_threads(const lading_batch& batch, int threads, int64_t from, int64_t count) {
    std::vector<lading_error*> errors(size_t(threads), nullptr);
    const auto part = [&](int t) {
      const int64_t begin = from + count * t / threads, end = from + count * (t + 1) / threads;
      lading_run_batch(sessions_[size_t(t)].get(), &batch, begin, end, &errors[size_t(t)]);
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(part, t);
    part(0);
    for (std::thread& other : others) other.join();
    lading_error* first = nullptr;
    for (lading_error* error : errors) {
      if (!first) first = error;
      else lading_error_free(error);
    }
    return first;
  }

  Model model_;
  std::vector<Owned> sessions_;
};

}  // namespace

NB_MODULE(_lading, m) {
  m.doc() = "The compiled engine of lading.";
  m.attr("version") = lading_version();
  m.attr("numerics") = lading_numerics();
  m.def(
      "isa", [] { return lading_isa(); }, "The instruction set in use: 'avx512', 'avx2', 'neon' or 'baseline'.");

  nb::class_<Model>(m, "Model", "A loaded model, immutable and shared by sessions.")
      .def_static("from_path", &load, nb::arg("path"), nb::arg("memory_limit") = 0)
      .def_static("from_buffers", &load_memory, nb::arg("model_json"), nb::arg("weights"), nb::arg("where"),
                  nb::arg("memory_limit") = 0)
      .def("columns", &columns, "(input, variable or None, type, axis, width) of every column that is fed.")
      .def("outputs", &outputs, "(name, type, axis, width) of every output.")
      .def("find_variable", &find_variable, nb::arg("input"), nb::arg("name"), nb::arg("unit"))
      .def("find_label", &find_label, nb::arg("output"), nb::arg("name"))
      .def("find_axis", &find_axis, nb::arg("name"))
      .def("axis_maximum", [](const Model& model, int axis) { return lading_axis_maximum(model.get(), axis); })
      .def_prop_ro("axis_count", [](const Model& model) { return lading_axis_count(model.get()); })
      .def_prop_ro("memory", [](const Model& model) { return lading_model_memory(model.get()); })
      .def_prop_ro("name", [](const Model& model) { return lading_model_name(model.get()); });

  nb::class_<Session>(m, "Session", "The workspaces of one caller, one for each thread that it runs.")
      .def(nb::init<const Model&>())
      .def("run_batch", &Session::run_batch, nb::arg("entries"), nb::arg("columns"), nb::arg("conversions"),
           nb::arg("offsets").none(), nb::arg("results"), nb::arg("threads") = 1, nb::arg("begin") = 0,
           nb::arg("end") = -1)
      .def("run_graph", &Session::run_graph, nb::arg("inputs"))
      .def_prop_ro("memory", &Session::memory)
      .def_prop_ro("flags", &Session::flags);
}
