// Attributes, shapes and constant weights of recurrent layers.
#include "operators/recurrent.hpp"

namespace lading {
namespace {

Shape shape_of(std::initializer_list<std::int64_t> lengths) {
  Shape shape;
  for (const std::int64_t length : lengths) shape.push(length);
  return shape;
}

void check_shape(const Operands& io, int i, const char* what, const char* axes, const Shape& wanted) {
  if (!(io[i].shape == wanted))
    io.fail({what, " (input ", i, ") must have shape ", wanted, ", ", axes, "; the shape is ", io[i].shape});
}

bool layout_of(const Definition& definition) {
  const std::int64_t layout = definition.integer("layout", 0);
  if (layout != 0 && layout != 1) definition.fail({"attribute 'layout' is ", layout, "; it must be 0 or 1"});
  return layout;
}

}  // namespace

Recurrent::Recurrent(const Definition& definition, int gates, int apart, int states,
                     const std::vector<const char*>& activations)
    : kernels_(definition.kernels()),
      batch_first_(layout_of(definition)),
      gates_(gates),
      apart_(apart),
      states_(states),
      hidden_size_(definition.integer("hidden_size", -1)) {
  const int direction = choice(definition, "direction", "forward", {"forward", "reverse", "bidirectional"});
  forward_ = direction != 1, directions_ = direction == 2 ? 2 : 1;
  functions_ = GateFunction::of(definition, directions_, activations);
  pack(definition);
}

bool Recurrent::all_functions_are(const std::vector<Unary>& kernels) const {
  for (std::size_t i = 0; i < functions_.size(); ++i)
    if (!functions_[i].is(kernels[i % kernels.size()])) return false;
  return true;
}

bool Recurrent::fits_state(const Shape& r) const {
  return r.rank == 3 && r[0] == directions_ && r[1] % gates_ == 0 && r[1] / gates_ == r[2];
}

// Weights that do not fit are left alone here: infer() refuses them.
void Recurrent::pack(const Definition& definition) {
  const Tensor *w = definition.constant(input_w), *r = definition.constant(input_r), *b = definition.constant(input_b);
  if (!w || !r || (!b && definition.has_input(input_b))) return;
  if (!(float_types & bit(w->type)) || r->type != w->type || (b && b->type != w->type)) return;
  if (!fits_state(r->shape) || w->shape.rank != 3) return;
  const GateSizes sizes = this->sizes(*w, *r);
  if (!(w->shape == shape_of({directions_, sizes.width(), sizes.inputs}))) return;
  if (b && !(b->shape == shape_of({directions_, 2 * sizes.width()}))) return;
  with_one_of<float_types>(w->type, [&](auto zero) { pack<decltype(zero)>(sizes, *w, *r, b); });
}

template <class T> void Recurrent::pack(const GateSizes& sizes, const Tensor& w, const Tensor& r, const Tensor* b) {
  std::vector<T> turned(static_cast<std::size_t>(sizes.largest()));
  auto& all = std::get<std::vector<GateProducts<T>>>(packed_);
  const auto make_all = [&](Pieces pieces) {
    all.clear();
    for (int d = 0; d < directions_; ++d)
      all.push_back(GateProducts<T>::make(kernels_, sizes, d, w.as<T>(), r.as<T>(), b ? b->as<T>() : nullptr,
                                          turned.data(), pieces));
    return pieces.used();
  };
  bytes_ = make_all(Pieces(nullptr));
  memory_ = allocate(bytes_);
  make_all(Pieces(memory_.get()));
}

void Recurrent::take_blocks(const Definition& definition) {
  if (packed<float>().empty()) return;
  const Tensor &w = *definition.constant(input_w), &r = *definition.constant(input_r),
               *b = definition.constant(input_b);
  blocks_ = GateBlocks(kernels_, sizes(w, r), directions_, w.as<float>(), r.as<float>(), b ? b->as<float>() : nullptr);
}

void Recurrent::check_weights(const Operands& io) const {
  for (const int i : {input_w, input_r}) check_same_type(io, i), check_rank(io, i, 3);
  const Shape& r = io[input_r].shape;
  if (!fits_state(r))
    io.fail({"the weights R (input 2) must have shape [", directions_, ", ", gates_,
             " * hidden, hidden], the first axis for directions; the shape is ", r});
  if (hidden_size_ != -1 && hidden_size_ != r[2])
    io.fail(
        {"attribute 'hidden_size' is ", hidden_size_, ", but the weights R (input 2) are made for ", r[2], " units"});
  check_shape(io, input_w, "the weights W", "directions, gates * hidden, inputs",
              shape_of({directions_, r[1], io[input_x].shape[2]}));
  if (io.has(input_b)) {
    check_same_type(io, input_b);
    check_shape(io, input_b, "the bias B", "directions, 2 * gates * hidden", shape_of({directions_, 2 * r[1]}));
  }
  if (io.has(input_p)) {
    check_same_type(io, input_p);
    check_shape(io, input_p, "the peepholes P", "directions, 3 * hidden", shape_of({directions_, 3 * r[2]}));
  }
}

void Recurrent::check_batch(const Operands& io, std::int64_t batch) const {
  if (io.has(input_lengths)) {
    check_type(io, input_lengths, bit(Type::int32));
    check_shape(io, input_lengths, "the sequence lengths", "one for each of the batch", shape_of({batch}));
  }
  const char* axes = batch_first_ ? "batch, directions, hidden" : "directions, batch, hidden";
  for (int i = input_h; i < input_h + states_; ++i) {
    if (!io.has(i)) continue;
    check_same_type(io, i);
    check_shape(io, i, "the initial state", axes, state_shape(io, batch));
  }
}

Shape Recurrent::state_shape(const Operands& io, std::int64_t batch) const {
  const std::int64_t hidden = io[input_r].shape[2];
  return batch_first_ ? shape_of({batch, directions_, hidden}) : shape_of({directions_, batch, hidden});
}

void Recurrent::infer(const Operands& io) const {
  check_type(io, input_x, float_types), check_rank(io, input_x, 3);
  const Shape& x = io[input_x].shape;
  const std::int64_t steps = x[batch_first_], batch = x[!batch_first_];
  check_weights(io), check_batch(io, batch);
  const std::int64_t hidden = io[input_r].shape[2];
  io.set(0, io[input_x].type,
         batch_first_ ? shape_of({batch, steps, directions_, hidden}) : shape_of({steps, directions_, batch, hidden}));
  for (int i = 1; i <= states_; ++i) io.set(i, io[input_x].type, state_shape(io, batch));
}

// Entries must be rows of the batch, each with its own length and initial state, or with equal ones.
int Recurrent::entry(const Operands& io, int output) const {
  const int rows = batch_first_ ? 0 : 1;
  if (io.entry(input_x) != rows || !fixed_inputs(io, input_w, input_lengths) || !fixed_inputs(io, input_p))
    return Entry::mixed;
  for (int i = input_lengths; i < input_p && i < io.input_count(); ++i) {
    const int own = i == input_lengths ? 0 : rows;
    if (io.has(i) && io.entry(i) != own && io.entry(i) != Entry::uniform) return Entry::mixed;
  }
  return batch_first_ ? 0 : output == 0 ? 2 : 1;
}

}  // namespace lading
