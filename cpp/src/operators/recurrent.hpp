// What LSTM, GRU and RNN share: attributes, shapes, directions, sequence lengths, layouts, states. The layers
// themselves add one step of their cell.
//
// Entries are rows, and a row never sees another one. A step runs on the rows that have it, so an entry's bits
// depend neither on the batch nor on how far other sequences reach.
#pragma once
#include <tuple>
#include <vector>

#include "operators/checks.hpp"
#include "operators/gate_blocks.hpp"
#include "operators/gate_function.hpp"

namespace lading {

// Some rows in one step: `count` of them, one after the other in every array.
template <class T> struct StepRows {
  const GateSizes& sizes;
  const GateProducts<T>& products;
  const GateFunction* functions;  // of this direction
  const T* peephole;              // of this direction, or null
  std::int64_t count;
  const T* input;  // [count][gates * hidden]: the input's part of the gates
  T* gates;        // [count][gates * hidden]: free
  T *h, *c;        // [count][hidden]: the states, which the step replaces
  bool from_zero;  // h is still zero, for every row
  bool backward;   // the way through the weights, there and back in turn

  // gates = (add or nothing) and the state's product, of all gates that are not apart
  void multiply_state(const Kernels& kernels, const T* add) const {
    if (count == 1 && !from_zero) products.state.step(kernels, h, gates, add, backward);
    else
      products.state.run(kernels, from_zero ? nullptr : h, sizes.hidden, count, gates, sizes.width(), add,
                         sizes.width());
  }
};

class Recurrent : public Operator {
 public:
  void infer(const Operands& io) const override;
  std::size_t scratch(const Operands& io) const override;
  void run(const Operands& io) const override;
  int entry(const Operands& io, int output) const override;
  std::size_t memory() const override { return bytes_ + blocks_.bytes(); }

 protected:
  // gates, apart: as in GateSizes; states: 1 (h) or 2 (h and c); activations: the defaults of one direction.
  Recurrent(const Definition& definition, int gates, int apart, int states,
            const std::vector<const char*>& activations);
  virtual void step(const StepRows<float>& rows) const = 0;
  virtual void step(const StepRows<double>& rows) const = 0;
  // Whether all activations are these kernels, without a clip: there is one kernel for the whole cell.
  bool all_functions_are(const std::vector<Unary>& kernels) const;
  // There is a kernel for whole steps of this layer: it is made ready for blocks of rows, if its weights are constant.
  void take_blocks(const Definition& definition);

  const Kernels& kernels_;

 private:
  enum : int { input_x, input_w, input_r, input_b, input_lengths, input_h, input_c, input_p };
  template <class T> class Run;
  GateSizes sizes(const Tensor& w, const Tensor& r) const { return {gates_, apart_, w.shape[2], r.shape[2]}; }
  bool fits_state(const Shape& r) const;  // [directions, gates * hidden, hidden]
  void pack(const Definition& definition);
  template <class T> void pack(const GateSizes& sizes, const Tensor& w, const Tensor& r, const Tensor* b);
  template <class T> const auto& packed() const { return std::get<std::vector<GateProducts<T>>>(packed_); }
  void check_weights(const Operands& io) const;
  void check_batch(const Operands& io, std::int64_t batch) const;
  Shape state_shape(const Operands& io, std::int64_t batch) const;

  bool forward_, batch_first_;  // reverse and bidirectional layers have one that runs backward
  int directions_, gates_, apart_, states_;
  std::int64_t hidden_size_;             // -1: not said
  std::vector<GateFunction> functions_;  // of all directions
  // Of constant weights, for each direction.
  std::tuple<std::vector<GateProducts<float>>, std::vector<GateProducts<double>>> packed_;
  Memory memory_;
  GateBlocks blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace lading
