// lading.engine._lading: models and sessions for Python, on the C interface of liblading.
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <string>
#include <tuple>

#include "session.hpp"

namespace {

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
    lading_output output{};
    output.size = sizeof output;
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

std::vector<std::pair<std::string, std::string>> steps(const Model& model) {
  std::vector<std::pair<std::string, std::string>> found;
  for (int i = 0; i < lading_step_count(model.get()); ++i)
    found.emplace_back(lading_step_nodes(model.get(), i), lading_step_operator(model.get(), i));
  return found;
}

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
      .def("steps", &steps, "(nodes, operator) of every step that the graph became.")
      .def_prop_ro("axis_count", [](const Model& model) { return lading_axis_count(model.get()); })
      .def_prop_ro("memory", [](const Model& model) { return lading_model_memory(model.get()); })
      .def_prop_ro("name", [](const Model& model) { return lading_model_name(model.get()); });

  nb::class_<Plain>(m, "Plain", "Inputs and outputs whose arrays the engine takes as they are.")
      .def(nb::init<nb::sequence, nb::sequence, nb::sequence, nb::object, nb::object, nb::object>(), nb::arg("columns"),
           nb::arg("outputs"), nb::arg("axes"), nb::arg("scores"), nb::arg("sequences"), nb::arg("model"));

  nb::class_<Session>(m, "Session", "The workspaces of one caller, one for each thread that it runs.")
      .def(nb::init<const Model&>())
      .def("run_batch", &Session::run_batch, nb::arg("entries"), nb::arg("columns"), nb::arg("conversions"),
           nb::arg("offsets").none(), nb::arg("results"), nb::arg("threads") = 1, nb::arg("begin") = 0,
           nb::arg("end") = -1)
      .def("run_plain", &Session::run_plain, nb::arg("plain"), nb::arg("events"), nb::arg("threads"))
      .def("run_graph", &Session::run_graph, nb::arg("inputs"))
      .def("time_graph", &Session::time_graph, nb::arg("inputs"))
      .def_prop_ro("memory", &Session::memory)
      .def_prop_ro("flags", &Session::flags);
}
