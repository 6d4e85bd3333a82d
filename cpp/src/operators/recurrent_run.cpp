// The way through time of recurrent layers.
#include <algorithm>
#include <cstring>

#include "operators/recurrent.hpp"

namespace lading {
namespace {

// So many rows go through time together, and their states stay in the cache. The input's part of the gates is made for
// as many at once: those of one step, or of several steps.
constexpr std::int64_t rows_at_once = 64;
std::int64_t how_many_at_once(std::int64_t steps, std::int64_t batch) {
  const std::int64_t most = rows_at_once / std::clamp(batch, std::int64_t(1), rows_at_once);
  return std::clamp(steps, std::int64_t(1), most);
}

template <class T> void copy(T* to, const T* from, std::int64_t count) {
  if (from) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
  else std::fill_n(to, count, T(0));
}

}  // namespace

// One evaluation. Made without memory, it says how much it needs.
template <class T> class Recurrent::Run {
 public:
  Run(const Recurrent& layer, const Operands& io, std::byte* memory);
  std::size_t scratch() const { return pieces_.used(); }
  void direction(int d, bool backward);

 private:
  struct Rows {
    std::int64_t first, count;
  };

  const T* given(int i) const { return io_.has(i) ? io_[i].as<T>() : nullptr; }
  // Where the rows under way begin in inputs and outputs; null if it is not there.
  const T* state_in(int i) const { return io_.has(i) ? given(i) + state_at() : nullptr; }
  T* state_out(int i) const { return io_.has_output(i) ? io_.output(i).template as<T>() + state_at() : nullptr; }
  std::int64_t state_at() const { return d_ * state_.direction + first_ * state_.row; }
  const T* inputs() const { return given(input_x) + first_ * x_.row; }
  T* outputs() const {
    return io_.has_output(0) ? io_.output(0).template as<T>() + d_ * y_.direction + first_ * y_.row : nullptr;
  }
  // Whether the first step has a state is told by the bundle alone: its lengths begin a row anywhere.
  bool from_zero() const { return !io_.has(input_h) && !lengths_; }
  GateProducts<T> products(int d, Pieces pieces) const;
  std::int64_t length(std::int64_t row) const { return lengths_ ? lengths_[first_ + row] : steps_; }
  template <class F> void each_run(std::int64_t t, F&& f) const;
  void run_block(bool backward);
  void run_rows(bool backward);
  void make_input_parts(std::int64_t first, std::int64_t count);
  void step(std::int64_t slot, Rows rows, bool from_zero);
  void load(int input, T* state) const;
  void keep_step(std::int64_t t) const;
  void keep_state(int output, const T* state) const;
  void check_lengths() const;

  const Recurrent& layer_;
  const Operands& io_;
  const GateSizes sizes_;
  const std::int64_t steps_, all_;
  std::int64_t first_ = 0, batch_;  // of all rows, those under way
  StepPlaces x_, y_, state_;
  const std::int32_t* lengths_;
  int d_ = 0;  // the direction, and its weights
  GateProducts<T> products_;
  Pieces pieces_;
  T *input_parts_, *gates_, *h_, *c_, *turned_, *block_ = nullptr;
};

template <class T>
Recurrent::Run<T>::Run(const Recurrent& layer, const Operands& io, std::byte* memory)
    : layer_(layer),
      io_(io),
      sizes_(layer.sizes(io[input_w], io[input_r])),
      steps_(io[input_x].shape[layer.batch_first_]),
      all_(io[input_x].shape[!layer.batch_first_]),
      batch_(std::min(all_, rows_at_once)),
      lengths_(io.has(input_lengths) ? io[input_lengths].as<std::int32_t>() : nullptr),
      pieces_(memory) {
  const std::int64_t n = sizes_.inputs, m = sizes_.hidden, all = layer.directions_ * m;
  if (layer.batch_first_) x_ = {n, steps_ * n, 0}, y_ = {all, steps_ * all, m}, state_ = {0, all, m};
  else x_ = {all_ * n, n, 0}, y_ = {all_ * all, m, all_ * m}, state_ = {0, m, all_ * m};
  // The last rows are fewer, and may take more steps at once.
  input_parts_ = pieces_.template take<T>(std::min(rows_at_once, steps_ * all_) * sizes_.width());
  gates_ = pieces_.template take<T>(batch_ * sizes_.width() + layer.kernels_.lanes);
  h_ = pieces_.template take<T>(batch_ * m), c_ = pieces_.template take<T>(batch_ * m);
  if (layer.blocks_.rows_of(all_)) block_ = pieces_.template take<T>(GateBlocks::scratch(sizes_));
  const bool packs = layer.template packed<T>().empty();
  turned_ = pieces_.template take<T>(packs ? sizes_.largest() : 0);
  if (memory) check_lengths(), std::fill_n(gates_, batch_ * sizes_.width() + layer.kernels_.lanes, T(0));
  else if (packs) GateProducts<T>::make(layer.kernels_, sizes_, 0, nullptr, nullptr, nullptr, nullptr, pieces_);
}

// Packed before, or into the rest of the memory.
template <class T> GateProducts<T> Recurrent::Run<T>::products(int d, Pieces pieces) const {
  if (const auto& packed = layer_.template packed<T>(); !packed.empty()) return packed[static_cast<std::size_t>(d)];
  return GateProducts<T>::make(layer_.kernels_, sizes_, d, given(input_w), given(input_r), given(input_b), turned_,
                               pieces);
}

template <class T> void Recurrent::Run<T>::check_lengths() const {
  for (std::int64_t row = 0; lengths_ && row < all_; ++row)
    if (lengths_[row] < 0 || lengths_[row] > steps_)
      io_.fail("sequence " + std::to_string(row) + " has length " + std::to_string(lengths_[row]) + "; there are " +
               std::to_string(steps_) + " steps");
}

// f(rows) for rows side by side that have step t.
template <class T> template <class F> void Recurrent::Run<T>::each_run(std::int64_t t, F&& f) const {
  for (std::int64_t row = 0; row < batch_;) {
    const std::int64_t first = row;
    while (row < batch_ && t < length(row)) ++row;
    if (row > first) f(Rows{first, row - first});
    while (row < batch_ && t >= length(row)) ++row;
  }
}

// Of `count` steps: a product along the longer side, steps of one row or rows of one step.
template <class T> void Recurrent::Run<T>::make_input_parts(std::int64_t first, std::int64_t count) {
  const T* x = inputs();
  const std::int64_t width = sizes_.width();
  const auto product = [&](std::int64_t t, std::int64_t row, std::int64_t rows, std::int64_t ldx, std::int64_t ldy) {
    products_.input.run(layer_.kernels_, x + t * x_.step + row * x_.row, ldx, rows,
                        input_parts_ + ((t - first) * batch_ + row) * width, ldy, nullptr, 0);
  };
  if (count > batch_) {
    for (std::int64_t row = 0; row < batch_; ++row)
      product(first, row, std::clamp(length(row) - first, std::int64_t(0), count), x_.step, batch_ * width);
  } else {
    for (std::int64_t t = first; t < first + count; ++t)
      each_run(t, [&](Rows rows) { product(t, rows.first, rows.count, x_.row, width); });
  }
}

template <class T> void Recurrent::Run<T>::step(std::int64_t slot, Rows rows, bool from_zero) {
  const std::int64_t width = sizes_.width(), m = sizes_.hidden;
  const std::size_t functions = layer_.functions_.size() / static_cast<std::size_t>(layer_.directions_);
  const T* peephole = given(input_p);
  layer_.step(StepRows<T>{sizes_, products_, layer_.functions_.data() + static_cast<std::size_t>(d_) * functions,
                          peephole ? peephole + d_ * 3 * m : nullptr, rows.count,
                          input_parts_ + (slot * batch_ + rows.first) * width, gates_ + rows.first * width,
                          h_ + rows.first * m, c_ + rows.first * m, from_zero, slot % 2 != 0});
}

template <class T> void Recurrent::Run<T>::load(int input, T* state) const {
  const T* from = state_in(input);
  for (std::int64_t row = 0; row < batch_; ++row)
    copy(state + row * sizes_.hidden, from ? from + row * state_.row : nullptr, sizes_.hidden);
}

// After its last step a row's output is zero.
template <class T> void Recurrent::Run<T>::keep_step(std::int64_t t) const {
  T* y = outputs();
  if (!y) return;
  y += t * y_.step;
  for (std::int64_t row = 0; row < batch_; ++row)
    copy(y + row * y_.row, t < length(row) ? h_ + row * sizes_.hidden : nullptr, sizes_.hidden);
}

template <class T> void Recurrent::Run<T>::keep_state(int output, const T* state) const {
  T* to = state_out(output);
  for (std::int64_t row = 0; to && row < batch_; ++row)
    copy(to + row * state_.row, state + row * sizes_.hidden, sizes_.hidden);
}

template <class T> void Recurrent::Run<T>::direction(int d, bool backward) {
  d_ = d, products_ = products(d, pieces_);
  for (first_ = 0; first_ < all_; first_ += batch_) {
    const std::int64_t left = all_ - first_;
    if constexpr (std::is_same_v<T, float>)
      if (block_ && (batch_ = layer_.blocks_.rows_of(left))) {
        run_block(backward);
        continue;
      }
    batch_ = std::min(left, rows_at_once);
    run_rows(backward);
  }
}

template <> void Recurrent::Run<float>::run_block(bool backward) {
  layer_.blocks_.run(d_,
                     {batch_, steps_, backward, lengths_ ? lengths_ + first_ : nullptr, from_zero(), x_, y_, state_,
                      inputs(), state_in(input_h), layer_.states_ == 2 ? state_in(input_c) : nullptr, outputs(),
                      state_out(1), layer_.states_ == 2 ? state_out(2) : nullptr},
                     block_);
}

template <class T> void Recurrent::Run<T>::run_rows(bool backward) {
  load(input_h, h_);
  if (layer_.states_ == 2) load(input_c, c_);
  bool from_zero = this->from_zero();
  const std::int64_t at_once = how_many_at_once(steps_, batch_);
  for (std::int64_t done = 0; done < steps_; done += at_once) {
    const std::int64_t count = std::min(at_once, steps_ - done);
    const std::int64_t first = backward ? steps_ - done - count : done;
    make_input_parts(first, count);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t slot = backward ? count - 1 - k : k;
      each_run(first + slot, [&](Rows rows) { step(slot, rows, from_zero); });
      keep_step(first + slot);
      from_zero = false;
    }
  }
  keep_state(1, h_);
  if (layer_.states_ == 2) keep_state(2, c_);
}

std::size_t Recurrent::scratch(const Operands& io) const {
  return with_one_of<float_types>(io[input_x].type,
                                  [&](auto zero) { return Run<decltype(zero)>(*this, io, nullptr).scratch(); });
}

void Recurrent::run(const Operands& io) const {
  const bool nothing = io[input_x].shape[!batch_first_] == 0 || io[input_r].shape[2] == 0;
  if (nothing) return;
  with_one_of<float_types>(io[input_x].type, [&](auto zero) {
    Run<decltype(zero)> run(*this, io, io.scratch());
    for (int d = 0; d < directions_; ++d) run.direction(d, d == 1 || !forward_);
  });
}

}  // namespace lading
