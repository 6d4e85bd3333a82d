// Functions of one or two numbers, element by element.
#include "kernels/isa/elementwise.hpp"
#include "kernels/isa/functions.hpp"
#include "kernels/isa/table.hpp"

namespace lading::LADING_ISA_NAMESPACE {
namespace {

LADING_INLINE vec sign(vec x) {
  const vec size = pick(equal(x, zero()), x, with_sign(all(1.f), x));
  return pick(not_a_number(x), x, size);
}
// a (e^(x / b) - 1) for negative x, else x
LADING_INLINE vec elu(vec x, vec a, vec b) {
  const mask negative = less(x, zero());
  return pick(negative, a * exp_around(pick(negative, at_least(x / b, -20.f), zero())).minus_1, x);
}

// Whether y = f(x) was among the functions: those without parameters.
bool plain(Unary f, const float* x, float* y, int64_t n) {
  switch (f) {
    case Unary::abs: map(x, y, n, [](vec v) LADING_LAMBDA { return absolute(v); }); break;
    case Unary::neg: map(x, y, n, [](vec v) LADING_LAMBDA { return -v; }); break;
    case Unary::floor: map(x, y, n, [](vec v) LADING_LAMBDA { return floor(v); }); break;
    case Unary::ceil: map(x, y, n, [](vec v) LADING_LAMBDA { return ceil(v); }); break;
    case Unary::round: map(x, y, n, [](vec v) LADING_LAMBDA { return round_even(v); }); break;
    case Unary::sign: map(x, y, n, [](vec v) LADING_LAMBDA { return sign(v); }); break;
    case Unary::sqrt: map(x, y, n, [](vec v) LADING_LAMBDA { return sqrt(v); }); break;
    case Unary::reciprocal: map(x, y, n, [](vec v) LADING_LAMBDA { return all(1.f) / v; }); break;
    case Unary::relu: map(x, y, n, [](vec v) LADING_LAMBDA { return clear(less(v, zero()), v); }); break;
    case Unary::sigmoid: map(x, y, n, [](vec v) LADING_LAMBDA { return sigmoid(v); }); break;
    case Unary::hard_swish:
      map(x, y, n, [](vec v) LADING_LAMBDA { return v * (within(v + all(3.f), 0.f, 6.f) * all(1.f / 6)); });
      break;
    case Unary::mish: map(x, y, n, [](vec v) LADING_LAMBDA { return mish(v); }); break;
    case Unary::softplus: map(x, y, n, [](vec v) LADING_LAMBDA { return softplus(v); }); break;
    case Unary::softsign: map(x, y, n, [](vec v) LADING_LAMBDA { return v / (all(1.f) + absolute(v)); }); break;
    case Unary::tanh: map(x, y, n, [](vec v) LADING_LAMBDA { return tanh(v); }); break;
    case Unary::erf: map(x, y, n, [](vec v) LADING_LAMBDA { return erf(v); }); break;
    case Unary::gelu: map(x, y, n, [](vec v) LADING_LAMBDA { return gelu(v); }); break;
    case Unary::gelu_tanh: map(x, y, n, [](vec v) LADING_LAMBDA { return gelu_tanh(v); }); break;
    case Unary::exp: map(x, y, n, [](vec v) LADING_LAMBDA { return exp(v); }); break;
    case Unary::log: map(x, y, n, [](vec v) LADING_LAMBDA { return log(v); }); break;
    default: return false;
  }
  return true;
}

}  // namespace

void unary(Unary f, const float* x, float* y, int64_t n, float a, float b) {
  if (plain(f, x, y, n)) return;
  const vec va = all(a), vb = all(b);
  switch (f) {
    case Unary::leaky_relu: map(x, y, n, [=](vec v) LADING_LAMBDA { return pick(less(v, zero()), va * v, v); }); break;
    case Unary::thresholded_relu:
      map(x, y, n, [=](vec v) LADING_LAMBDA { return pick(either(less(va, v), not_a_number(v)), v, zero()); });
      break;
    case Unary::elu: map(x, y, n, [=](vec v) LADING_LAMBDA { return elu(v, va, all(1.f)); }); break;
    case Unary::celu: map(x, y, n, [=](vec v) LADING_LAMBDA { return elu(v, va, va); }); break;
    case Unary::selu: map(x, y, n, [=](vec v) LADING_LAMBDA { return vb * elu(v, va, all(1.f)); }); break;
    case Unary::hard_sigmoid:
      map(x, y, n, [=](vec v) LADING_LAMBDA { return within(fma(va, v, vb), 0.f, 1.f); });
      break;
    case Unary::swish: map(x, y, n, [=](vec v) LADING_LAMBDA { return swish(v, va); }); break;
    case Unary::clip: map(x, y, n, [=](vec v) LADING_LAMBDA { return within(v, a, b); }); break;
    default: break;
  }
}

namespace {
// One operand may be a single number.
template <class F>
LADING_INLINE void combine(const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n, F f) {
  if (n == 0) return;
  if (a_step && b_step) return map(a, b, y, n, f);
  const vec left = all(*a), right = all(*b);
  if (a_step) return map(a, y, n, [=](vec v) LADING_LAMBDA { return f(v, right); });
  if (b_step) return map(b, y, n, [=](vec v) LADING_LAMBDA { return f(left, v); });
  const vec both = f(left, right);
  each_vector(n, [=](auto, auto set) LADING_LAMBDA { set(y, both); });
}
}  // namespace

void binary(Binary f, const float* a, int64_t a_step, const float* b, int64_t b_step, float* y, int64_t n) {
  switch (f) {
    case Binary::add: return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return u + v; });
    case Binary::sub: return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return u - v; });
    case Binary::mul: return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return u * v; });
    case Binary::div: return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return u / v; });
    case Binary::min:
      return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return smaller(u, v); });
    case Binary::max:
      return combine(a, a_step, b, b_step, y, n, [](vec u, vec v) LADING_LAMBDA { return larger(u, v); });
    case Binary::count: return;
  }
}

}  // namespace lading::LADING_ISA_NAMESPACE
