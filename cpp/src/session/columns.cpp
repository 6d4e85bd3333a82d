#include "session/columns.hpp"

namespace lading {

int entry_axis(const std::vector<AxisUse>& axes) {
  for (std::size_t a = 0; a < axes.size(); ++a)
    if (axes[a].kind == AxisUse::Kind::entry) return static_cast<int>(a);
  return -1;
}

int sequence_axis(const std::vector<AxisUse>& axes) {
  for (const AxisUse& use : axes)
    if (use.kind == AxisUse::Kind::sequence) return use.axis;
  return -1;
}

std::int64_t fixed_size(const std::vector<AxisUse>& axes, bool with_variables) {
  std::int64_t size = 1;
  for (const AxisUse& use : axes) {
    const bool named = use.kind == AxisUse::Kind::variable || use.kind == AxisUse::Kind::label;
    const bool fixed = use.kind == AxisUse::Kind::number || use.kind == AxisUse::Kind::fixed;
    if (fixed || (named && with_variables)) size *= use.size;
  }
  return size;
}

ColumnTable::ColumnTable(const Bundle& bundle) {
  const auto input_index = [&](const std::string& name) {
    for (std::size_t i = 0; i < bundle.inputs.size(); ++i)
      if (bundle.inputs[i].name == name) return static_cast<int>(i);
    throw Error(bundle.where + ": 'from' names no input");
  };
  const auto variable_index = [&](int input, const std::string& name) {
    const auto& variables = bundle.inputs[static_cast<std::size_t>(input)].variables;
    for (std::size_t v = 0; v < variables.size(); ++v)
      if (variables[v].name == name) return static_cast<int>(v);
    throw Error(bundle.where + ": 'from' or 'flag' names no variable");
  };
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Input& input = bundle.inputs[i];
    if (input.mask) continue;
    const int count = static_cast<int>(input.variables.size()), at = static_cast<int>(i);
    for (int v = count ? 0 : -1; v < count; ++v) {
      if (v >= 0 && !input.variables[static_cast<std::size_t>(v)].from.empty()) continue;
      const Type raw = v < 0 ? usual_raw(input.type) : input.variables[static_cast<std::size_t>(v)].raw;
      columns.push_back({at, v, raw, fixed_size(input.axes, v < 0), sequence_axis(input.axes), {}});
    }
  }
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Input& input = bundle.inputs[i];
    if (input.mask) continue;
    const int count = static_cast<int>(input.variables.size()), at = static_cast<int>(i);
    for (int v = count ? 0 : -1; v < count; ++v) {
      Field field{0, at, v, -1, sequence_axis(input.axes), false};
      if (v < 0 || input.variables[static_cast<std::size_t>(v)].from.empty()) {
        field.column = find(at, v);
      } else {
        const std::string& from = input.variables[static_cast<std::size_t>(v)].from;
        const std::size_t dot = from.find('.');
        const int source = input_index(from.substr(0, dot));
        field.column = find(source, variable_index(source, from.substr(dot + 1)));
      }
      field.repeated = field.axis >= 0 && columns[static_cast<std::size_t>(field.column)].axis < 0;
      if (v >= 0) {
        const auto& missing = input.variables[static_cast<std::size_t>(v)].missing;
        if (missing && missing->flag) field.flag_column = find(at, variable_index(at, *missing->flag));
        if (missing && !(missing->when_equal.empty() && missing->when_equal_integer.empty()))
          columns[static_cast<std::size_t>(field.column)].compared.push_back(fields.size());
      }
      fields.push_back(field);
    }
  }
}

int ColumnTable::find(int input, int variable) const {
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].input == input && columns[c].variable == variable) return static_cast<int>(c);
  return -1;
}

std::string column_text(const Bundle& bundle, const Column& column) {
  const Input& input = bundle.inputs[static_cast<std::size_t>(column.input)];
  if (column.variable < 0) return "input '" + input.name + "'";
  return "variable '" + input.variables[static_cast<std::size_t>(column.variable)].name + "' of input '" + input.name +
         "'";
}

}  // namespace lading
