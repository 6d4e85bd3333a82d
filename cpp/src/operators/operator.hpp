// What an operator is to the engine. One file in operators/ holds one operator (or one close family):
// its shape rule, its entry rule and its choice of kernel; operators.inc names it.
//
// Life of an operator: made once per node when a model is loaded (checks attributes, packs constant
// weights), then shared, immutable, by all sessions. infer() runs whenever a session meets new shapes,
// run() for every evaluation. Neither may allocate.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graph/attributes.hpp"
#include "graph/tensor.hpp"

namespace lading {

struct Kernels;
struct Workspace;
class Plan;

// How a value depends on the entries of a block, the proof that a block may be run at once.
//   axis >= 0   entry e sees only index e of that axis, whose length is the block
//   none        the value does not depend on the entries at all, nor on how many there are
//   uniform     all elements are equal, whatever the shape (ConstantOfShape)
//   lengths     integers computed from shapes; may hold the number of entries
//   mixed       not known: the session then runs entry by entry
struct Entry {
  enum : int { none = -1, uniform = -2, lengths = -3, mixed = -4 };
};

// A piece of a text: a text, a number or a shape. They are joined in one place, for it takes much code to join strings.
class TextPiece {
 public:
  TextPiece(std::string_view text) : what_(text.data()), number_(static_cast<std::int64_t>(text.size())) {}
  TextPiece(const char* text) : TextPiece(std::string_view(text)) {}
  TextPiece(const std::string& text) : TextPiece(std::string_view(text)) {}
  TextPiece(Type type) : TextPiece(name_of(type)) {}
  TextPiece(const Shape& shape) : what_(&shape), number_(is_shape) {}
  TextPiece(std::int64_t number) : number_(number) {}
  TextPiece(std::size_t number) : number_(static_cast<std::int64_t>(number)) {}
  TextPiece(int number) : number_(number) {}
  void append_to(std::string& text) const;

 private:
  static constexpr std::int64_t is_shape = -1;
  const void* what_ = nullptr;  // null: a number
  std::int64_t number_;         // or the length of a text
};
using TextPieces = std::initializer_list<TextPiece>;

// A node as its operator sees it when it is made.
class Definition {
 public:
  virtual ~Definition() = default;
  virtual const std::string& node() const = 0;           // its name, for messages
  virtual const std::string& operator_name() const = 0;  // as the bundle says it, for messages
  virtual int input_count() const = 0;                   // trailing omitted ones not counted
  virtual int output_count() const = 0;
  virtual bool has_input(int i) const = 0;  // false: omitted ("")
  virtual bool has_output(int i) const = 0;
  virtual const Tensor* constant(int i) const = 0;  // null if input i is computed or omitted
  virtual const Attributes& attributes() const = 0;
  virtual const Kernels& kernels() const = 0;
  // memory for what the operator keeps of its constant weights, aligned 64
  virtual std::shared_ptr<std::byte> weight_memory(std::size_t bytes) const = 0;
  virtual std::shared_ptr<const Plan> subgraph(const std::string& attribute) const = 0;
  virtual int captured() const = 0;  // how many of the last inputs are names that its graphs read, and get last
  [[noreturn]] void fail(const std::string& why) const;  // Error "node 'x' (Gemm): why"
  [[noreturn]] void fail(TextPieces why) const;

  std::int64_t integer(const char* name, std::int64_t otherwise) const;
  std::int64_t integer(const char* name) const;  // required
  float real(const char* name, float otherwise) const;
  std::string text(const char* name, const char* otherwise) const;
  std::vector<std::int64_t> integers(const char* name) const;  // empty if absent
  std::vector<float> reals(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  bool has(const char* name) const;
};

// One node's operands: during infer() the inputs have type and shape, and values only where the engine
// knows them beforehand (see Operator::shape_inputs); during run() everything has memory.
class Operands {
 public:
  int input_count() const { return inputs_; }
  int output_count() const { return outputs_; }
  bool has(int i) const { return i < inputs_ && input_[i]; }
  bool has_output(int i) const { return i < outputs_ && output_[i]; }
  const Tensor& operator[](int i) const { return *input_[i]; }
  Tensor& output(int i = 0) const { return *output_[i]; }
  std::byte* scratch() const { return scratch_; }     // as many bytes as Operator::scratch asked for, aligned 64
  int entry(int i) const { return input_entry_[i]; }  // Entry of input i (during Operator::entry)
  std::int64_t entries() const { return entries_; }   // entries in the block

  // shape rules: set type and shape of output i; checks that the size does not overflow
  void set(int i, Type type, const Shape& shape) const;
  // values of an integer input (int32 or int64), at most max_rank of them
  Shape integers(int i) const;
  [[noreturn]] void fail(const std::string& why) const;  // Error "node 'x' (Gemm): why"
  [[noreturn]] void fail(TextPieces why) const;

  const Tensor* const* input_ = nullptr;
  Tensor* const* output_ = nullptr;
  const int* input_entry_ = nullptr;
  int inputs_ = 0, outputs_ = 0;
  std::int64_t entries_ = 1;
  std::byte* scratch_ = nullptr;
  const class Operator* operator_ = nullptr;
  Workspace* workspace_ = nullptr;  // of a node that holds graphs
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Type and shape of every output, from those of the inputs. Throws for shapes that do not fit.
  virtual void infer(const Operands& io) const = 0;
  // The numbers. Outputs are never the same memory as inputs unless view() says so.
  virtual void run(const Operands& io) const = 0;
  // The numbers in memory of their own, also of a view.
  void evaluate(const Operands& io) const;
  // A run that takes all memory that later runs could need.
  virtual void rehearse(const Operands& io) const { run(io); }

  // Bytes of scratch that run() wants for these shapes (called after infer).
  virtual std::size_t scratch(const Operands&) const { return 0; }
  // Bit i set: infer() reads the *values* of input i (Reshape: 1 << 1). If they are computed from data,
  // the engine runs infer() once they are there.
  virtual std::uint32_t shape_inputs() const { return 0; }
  // The outputs depend on the input's shape alone (Shape, Size).
  virtual bool reads_shape_only() const { return false; }
  // infer() sets an upper bound; run() sets the true shape (NonZero, Unique, Compress, If, Loop).
  virtual bool shape_from_data() const { return false; }
  // Output 0 is input 0 with another shape (Reshape, Squeeze, Identity): run() is not called.
  virtual bool view() const { return false; }
  // The Entry of output i; see above. Called after infer(), only if some input is not `none`.
  // The default is safe: the node then makes the session run entry by entry.
  virtual int entry(const Operands& io, int output) const;
  // Entries that it is best given at once.
  virtual std::int64_t best_block() const { return 64; }
  // run() does not read input i if it is constant: the operator has packed what it needs of it.
  virtual bool has_packed(int) const { return false; }
  // Bytes of packed weights held by this operator.
  virtual std::size_t memory() const { return 0; }

  std::string where;  // "node 'dense_1' (Gemm)"
};

using MakeOperator = std::unique_ptr<Operator> (*)(const Definition&);
MakeOperator find_operator(const std::string& name);  // null if there is none
std::vector<std::string> operator_names();
constexpr int any_number = 1 << 20;
// How many inputs a node must have, and how many inputs and outputs it may have.
struct Counts {
  int inputs, most_inputs, most_outputs;
};
Counts counts_of(const std::string& operator_name);
std::vector<std::string> attribute_names(const std::string& operator_name);  // that a bundle may give it

// ---- rules that many operators share
Shape broadcast(const Operands& io, const Shape& a, const Shape& b);  // ONNX multidirectional, or fails
int elementwise_entry(const Operands& io, const Shape& output);       // all inputs broadcast to `output`
int normal_axis(const Operands& io, std::int64_t axis, int rank);     // negative counts from the end, or fails
// Entry axis a of `from` seen in `to`, which has the same elements in the same order; mixed if it is not a whole axis there.
int reshaped_entry(const Shape& from, int entry, const Shape& to, std::int64_t entries);

// "node 'dense_1' (Gemm)", as texts begin.
std::string node_text(const std::string& node, const std::string& operator_name);
// "attribute 'axis' must be an integer, it is text"
std::string wrong_kind(const char* name, const char* kind, const Attribute& found);

}  // namespace lading
