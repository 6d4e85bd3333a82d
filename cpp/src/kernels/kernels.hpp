// The kernels, float32 but for a few: one table per instruction set, all giving the same bits. Picked once, by what the CPU
// has; the environment variable LADING_ISA (baseline, avx2, avx512, neon) forces one.
//
// Matrices are row-major; ld... is the distance between rows in numbers. No kernel writes outside its result
// or reads outside its operands, none allocates, and none raises floating-point exceptions on ordinary
// numbers. A NaN stays a NaN and raises nothing.
//
// This header is seen by files compiled for wide instructions: it includes no C++ standard header, because
// an inline function of one, compiled there, could be picked by the linker for the whole program.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace lading {

// y = f(x), with parameters a and b where the function has them.
enum class Unary : int {
  abs,
  neg,
  floor,
  ceil,
  round,
  sign,
  sqrt,
  reciprocal,
  relu,
  leaky_relu /* a */,
  thresholded_relu /* a */,
  elu /* a */,
  celu /* a */,
  selu /* a = alpha, b = gamma */,
  sigmoid,
  hard_sigmoid /* a, b */,
  hard_swish,
  swish /* a */,
  mish,
  softplus,
  softsign,
  tanh,
  erf,
  gelu,
  gelu_tanh,
  exp,
  log,
  clip /* a = lowest, b = highest */,
  count
};
static inline bool has_float64(Unary f) { return f == Unary::exp || f == Unary::sigmoid || f == Unary::tanh; }
enum class Binary : int { add, sub, mul, div, min, max, count };
enum class Reduction : int { sum, sum_square, l1, max, min, prod, log_sum_exp, count };

// Which part of a distance |p|^2 - 2 p q + |q|^2 is added last: the product, or the square of one of the two points.
enum class AddedLast : int { products, own, others };

// Rows that stand side by side in a transposed block: [columns][lane_block]. All instruction sets can take so many of them alone.
constexpr int lane_block = 64, lane_group = 16;

// Constant weights [inputs][outputs] and bias, packed in panels of a few vectors of outputs: [panel][k][vector].
// Lanes beyond the last output repeat it.
struct PackedDense {
  int64_t inputs, outputs;
  int vectors, panels, narrow, wider;  // `wider` panels of narrow + 1 vectors, then the rest of `narrow`
  const float *weights, *bias;         // 64-byte aligned
  // The weights once more, if all of them are bfloat16: [panel][k][pair of vectors], a lane of the even vector in the lower
  // half of a word, of the odd one in the upper half. Else null.
  const float* pairs;
};

// The same of float64, in panels of up to 32 outputs: [panel][k][output], the bias in the order of the outputs.
struct PackedFloat64 {
  int64_t inputs, outputs;
  const double *weights, *bias;
};

// Rows that go through the steps of a gated layer side by side, and outputs that are made together.
constexpr int gate_block = lane_block / 2, gate_outputs = 12;

// Constant weights of an LSTM (4 gates) or a GRU (3, linear_before_reset) for such blocks. A group is up to gate_outputs / gates
// pairs of units, the last one smaller: weights [group][which of a pair][k][gate][pair], k being the inputs and then all units;
// biases [group][which of a pair][input, state][gate][pair]. The last unit of an odd number is its own partner.
struct PackedGates {
  int64_t inputs, units;
  int gates;
  const float *weights, *bias;
};

// One step of the first `rows` lanes of a block, rounded up to whole vectors: those beyond must hold ordinary numbers.
// x [inputs][gate_block], states [units, made even][gate_block]: h gives `next`, c (of an LSTM) is replaced.
struct GateStep {
  int rows;
  bool from_zero;  // h is zero, and its product is left out
  const float *x, *h;
  float *c, *next;
};

// A factor of a sum over a window: the number `from` places after the window's first, times that row of the weights.
struct Tap {
  int64_t from, row;
};

// What the sum over a window of an image [..., channels] is made of: for each chain a list of taps, which is gone
// through `repeats` times, every time `channels` numbers and `rows` rows of the weights further on.
struct WindowTaps {
  int chains;
  const Tap* list[4];
  int64_t count[4];
  int64_t repeats, channels, rows;
};

// A row of windows side by side over an image [..., channels], whose rows begin every `row` numbers.
struct WindowPool {
  int64_t windows, height, width, channels, row;
};

struct Kernels {
  const char* isa;
  int lanes;

  // ---- matrix products. An output's bits depend on its row, its column and the inputs' number alone.
  size_t (*dense_bytes)(int64_t inputs, int64_t outputs);
  bool reads_pairs;  // whether one row reads pairs of bfloat16 where they are given: half the bytes, the same bits
  // Packs w [inputs][outputs] and bias (or null) into `memory` of dense_bytes() bytes, 64-byte aligned.
  PackedDense (*dense_pack)(const float* w, const float* bias, int64_t inputs, int64_t outputs, void* memory);
  // y [rows][outputs] = x [rows][inputs] w + (bias + add), then relu if asked; add [rows][outputs] may be null or y.
  void (*dense)(const PackedDense& w, const float* x, int64_t ldx, int64_t rows, float* y, int64_t ldy,
                const float* add, int64_t ldadd, bool relu);
  // One row of a layer that is multiplied again and again: y [outputs] = start + x w. Walked forward and backward in turn, the
  // weights that the last walk has left in the first cache come first. start [whole vectors] may be y or the layer's bias.
  void (*dense_again)(const PackedDense& w, const float* x, const float* start, float* y, bool backward);
  // The same for the first `rows` lanes, a multiple of lane_group, of a transposed block: y [outputs][lane_block] = bias +
  // x [inputs][lane_block] w, then relu if asked.
  void (*dense_lanes)(const PackedDense& w, const float* x, int rows, float* y, bool relu);
  // y [rows][outputs] = bias + the sums over windows that begin every ldx numbers, then relu if asked. The rows of w are
  // in the order that the taps name.
  void (*dense_windows)(const PackedDense& w, const WindowTaps& taps, const float* x, int64_t ldx, int64_t rows,
                        float* y, int64_t ldy, bool relu);
  // y [windows][channels]: the largest numbers under each window
  void (*largest_of_windows)(const WindowPool& pool, const float* x, float* y);
  // y [rows][outputs] = (bias + add) + x [rows][inputs] w, where sum = sum + x w, each rounded, for one k after the other.
  // x may be null, which stands for no inputs, and add may be null.
  void (*dense_float64)(const PackedFloat64& w, const double* x, int64_t ldx, int64_t rows, double* y, int64_t ldy,
                        const double* add, int64_t ldadd);
  // y [m][n] = a [m][k] b [k][n] + bias[row]; `chains` sums side by side over k (1, 2 or 4); bias may be null.
  void (*matmul)(const float* a, int64_t lda, const float* b, int64_t ldb, float* y, int64_t ldy, int64_t m, int64_t n,
                 int64_t k, int chains, const float* bias);
  // The same with chains(k), where row l of b begins at b + at[l], wherever that is; then relu if asked.
  void (*convolve)(const float* a, int64_t lda, const float* b, const int64_t* at, float* y, int64_t ldy, int64_t m,
                   int64_t n, int64_t k, const float* bias, bool relu);
  // y [columns][rows] = x [rows][columns]
  void (*transpose)(const float* x, int64_t ldx, int64_t rows, int64_t columns, float* y, int64_t ldy);

  // ---- element by element; y may be an operand
  void (*unary)(Unary f, const float* x, float* y, int64_t n, float a, float b);
  // e^x for the links of forests, n a multiple of 8
  void (*exp_float64)(const double* x, double* y, int64_t n);
  // One that has_float64, with the bits of scalar_math.
  void (*unary_float64)(Unary f, const double* x, double* y, int64_t n);
  // y[i] = a[i * a_step] op b[i * b_step]; steps are 0 or 1
  void (*binary)(Binary f, const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n);

  // ---- along the contiguous last axis: x [rows][n]. Sums go through 16 partial sums and one tree. y may be x.
  void (*softmax)(const float* x, float* y, int64_t rows, int64_t n, bool logarithm);
  // centred: LayerNormalization; else RMSNormalization; scale and bias [n] may be null
  void (*layer_norm)(const float* x, const float* scale, const float* bias, float* y, int64_t rows, int64_t n,
                     float epsilon, bool centred);
  void (*reduce_rows)(Reduction f, const float* x, float* y, int64_t rows, int64_t n);
  // softmax over n for the first `rows` lanes of a transposed block x [n][lane_block], in place, with the same bits
  void (*softmax_lanes)(float* x, int64_t n, int rows, bool logarithm);

  // ---- along another axis: x [n][inner] to y [inner], in order
  // of `count` such x, which begin every `step` numbers, to y [count][inner]
  void (*reduce_columns)(Reduction f, const float* x, float* y, int64_t n, int64_t inner, int64_t count, int64_t step);
  void (*softmax_columns)(const float* x, float* y, int64_t n, int64_t inner, bool logarithm);

  // ---- points and their neighbours. A block of points stands on the lanes: x [n][lane_block].
  // Distances in place of products, own [lanes] and others [n] being the squares; false if one is infinite or no number.
  bool (*distances)(float* products, const float* own, const float* others, int64_t n, int lanes, AddedLast last);
  // For each of the first lanes the places of the `count` smallest, but for the `skipped` first, in order; of equal ones the
  // first place comes first: places [lanes][count - skipped]. n is at most 2^24.
  void (*nearest)(const float* distances, int64_t n, int lanes, int64_t skipped, int64_t count, int64_t* places);
  // y [points][each][width] = own [point] + others [at], rows of ld numbers that begin every ld; then relu if asked.
  void (*edges)(const float* own, const float* others, int64_t ld, const int64_t* at, int64_t points, int64_t each,
                int64_t width, float* y, bool relu);

  // ---- gated cells with the default activations, per unit, gates in ONNX order; memory may not overlap
  // LSTM gates i o f c [4][units], complete: c = sigmoid(f) c + sigmoid(i) tanh(c'), h = sigmoid(o) tanh(c).
  void (*lstm_cell)(const float* gates, float* c, float* h, int64_t units);
  // GRU gates z r h [3][units], linear_before_reset: the input's part and the state's part, each with its bias.
  // n = tanh(r b_n + a_n), h = z (h - n) + n
  void (*gru_cell)(const float* input_part, const float* state_part, float* h, int64_t units);
  // The products and the cells of a step of a block of rows.
  void (*gate_step)(const PackedGates& w, const GateStep& step);
  // h = z (h - g) + g
  void (*gru_blend)(const float* z, const float* g, float* h, int64_t units);
};

const Kernels& kernels();                     // those that LADING_ISA asks for, else the best ones
void check_instruction_set();                 // throws if LADING_ISA asks for what is not there
const Kernels* kernels_for(const char* isa);  // null: not built in, or this CPU cannot run it

// Number of interleaved sums of a dense layer with `inputs` inputs, a function of that alone.
static inline int chains(int64_t inputs) { return inputs < 32 ? 1 : inputs < 128 ? 2 : 4; }

// Outputs in the panel of PackedFloat64 that begins where so many are left: 8 to 32, panels being about equally wide.
static inline int panel_float64(int64_t left) {
  const int64_t eights = (left + 7) / 8, panels = (eights + 3) / 4;
  return static_cast<int>((eights + panels - 1) / panels) * 8;
}

}  // namespace lading
