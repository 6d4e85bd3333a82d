// The slots of a model: one column for each variable that is fed (or for a whole input without names),
// one item per entry or per element of a sequence.
#pragma once
#include <string>
#include <vector>

#include "bundle/bundle.hpp"

namespace lading {

struct Column {
  int input = 0;
  int variable = -1;  // -1: all of an input that has no variables
  Type raw = Type::float32;
  std::int64_t width = 1;             // numbers of one item: product of the fixed axes
  int axis = -1;                      // sequence axis that items run along; -1: one item per entry
  std::vector<std::size_t> compared;  // fields that compare its numbers, as fed, with what means missing
};

// Where a variable's numbers come from and go to: a column and a place in the input tensor.
struct Field {
  int column = 0;
  int input = 0;
  int variable = -1;
  int flag_column = -1;   // of missing {"flag": ...}
  int axis = -1;          // sequence axis of its input
  bool repeated = false;  // one value per entry, for each element of the sequence
};

struct ColumnTable {
  std::vector<Column> columns;
  std::vector<Field> fields;  // in the order of inputs and variables, `from` ones included

  explicit ColumnTable(const Bundle& bundle);
  int find(int input, int variable) const;  // -1 if that variable has no column of its own
};

// "variable 'pt' of input 'jets'", or "input 'x'" where slots have no names
std::string column_text(const Bundle& bundle, const Column& column);

// Which of a tensor's axes holds the entries, or -1.
int entry_axis(const std::vector<AxisUse>& axes);
// The one sequence axis of a tensor, or -1; the axes that are neither entry nor sequence nor variable.
int sequence_axis(const std::vector<AxisUse>& axes);
std::int64_t fixed_size(const std::vector<AxisUse>& axes, bool with_variables);

}  // namespace lading
