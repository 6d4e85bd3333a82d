// The weights of one direction of a recurrent layer, ready to be multiplied.
#pragma once
#include <algorithm>
#include <type_traits>

#include "graph/memory.hpp"
#include "operators/packed_weights.hpp"

namespace lading {

// Pieces of a block of memory, one after the other. Without a block it counts what they need.
class Pieces {
 public:
  explicit Pieces(std::byte* block) : block_(block) {}
  template <class T> T* take(std::int64_t count) {
    const std::size_t at = used_;
    used_ += aligned(static_cast<std::size_t>(count) * sizeof(T));
    return block_ ? reinterpret_cast<T*>(block_ + at) : nullptr;
  }
  std::size_t used() const { return used_; }

 private:
  std::byte* block_;
  std::size_t used_ = 0;
};

// y [rows][outputs] = x [rows][inputs] w' + (bias + add), w [outputs][inputs]; ld... is from one row to the next.
// Without x, which is then zero, its product is left out. The weights are packed for the kernels, when the model is
// loaded or, if they are computed, in every run.
template <class T> class GateProduct {
 public:
  GateProduct() = default;
  // `turned` has room for w.
  GateProduct(const Kernels& kernels, const T* w, const T* bias, std::int64_t inputs, std::int64_t outputs, T* turned,
              Pieces& pieces);
  void run(const Kernels& kernels, const T* x, std::int64_t ldx, std::int64_t rows, T* y, std::int64_t ldy,
           const T* add, std::int64_t ldadd) const;
  // One row, in every step: y has room for whole vectors, and ordinary numbers in what of the last one is no output.
  void step(const Kernels& kernels, const T* x, T* y, const T* add, bool backward) const;

 private:
  std::conditional_t<std::is_same_v<T, float>, PackedDense, PackedFloat64> packed_{};
};

// The sizes of a layer's weights, in ONNX order: W [directions][gates * hidden][inputs],
// R [directions][gates * hidden][hidden], B [directions][2 * gates * hidden].
struct GateSizes {
  std::int64_t gates, apart;  // apart: gates at the end whose state product is one of its own
  std::int64_t inputs = 0, hidden = 0;

  std::int64_t width() const { return gates * hidden; }
  std::int64_t largest() const { return width() * std::max(inputs, hidden); }  // matrix of one direction
};

// What a direction multiplies by: the input, the state, and for the gates apart the state that was reset.
template <class T> struct GateProducts {
  GateProduct<T> input, state, reset_state;
  // Of direction d, packed into `pieces`; `turned` has room for sizes.largest() numbers. Where the
  // pieces only count, there need not be any weights.
  static GateProducts make(const Kernels& kernels, const GateSizes& sizes, int d, const T* w, const T* r, const T* b,
                           T* turned, Pieces& pieces);
};

}  // namespace lading
