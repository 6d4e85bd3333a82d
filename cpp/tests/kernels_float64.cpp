// Tests the float64 kernels: on every instruction set the bits of scalar_math, or of sums in order; no exception flag
// that those do not raise; no write outside the result.
//   kernels_float64 [N]   N thousand numbers for each function and instruction set [200]; exit code 0: all held
#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/scalar_math.hpp"

namespace {

using namespace lading;
using Doubles = std::vector<double>;
constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
constexpr double untouched = 12345;

int failures = 0;
void check(bool held, const std::string& what) {
  if (held) return;
  if (++failures <= 20) std::printf("FAILED %s\n", what.c_str());
}

std::uint64_t state = 88172645463325252u;
std::uint64_t random_word() {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}
double of_bits(std::uint64_t word) {
  double x;
  std::memcpy(&x, &word, sizeof x);
  return x;
}
std::uint64_t bits(double x) {
  std::uint64_t word;
  std::memcpy(&word, &x, sizeof word);
  return word;
}
bool same(double a, double b) { return bits(a) == bits(b); }
double within(double size) { return (static_cast<double>(random_word() >> 11) * 0x1p-52 - 1) * size; }

struct Function {
  const char* name;
  Unary id;
  double (*exact)(double);
};
constexpr Function functions[] = {{"exp", Unary::exp, scalar_math::exp},
                                  {"sigmoid", Unary::sigmoid, scalar_math::sigmoid},
                                  {"tanh", Unary::tanh, scalar_math::tanh}};

// Where one of the functions goes another way, and multiples of ln 2 / 2.
double near_an_edge() {
  constexpr double edges[] = {0,
                              0x1p-54,
                              0x1p-27,
                              0x1p-28,
                              40,
                              700,
                              708,
                              709.782712893384,
                              745.1332191019412,
                              1,
                              88,
                              36.7,
                              0x1p-1022,
                              1.7976931348623157e308};
  const std::uint64_t n = random_word();
  const double edge = n % 2 ? edges[n / 2 % std::size(edges)] : static_cast<double>(n / 2 % 2200) * 0.34657359027997264;
  const double near = of_bits(bits(edge) + random_word() % 4001 - 2000);
  return n >> 63 ? -near : near;
}
double any_number() {
  constexpr double odd[] = {0.0, -0.0, infinity, -infinity, nan, -nan, 0x1p-1074, -0x1p-1074, 1e-310};
  switch (random_word() % 8) {
    case 0: return of_bits(random_word() & ~(std::uint64_t(1) << 62));  // of any size, no NaN
    case 1: return within(760);
    case 2: return within(45);
    case 3: return std::ldexp(within(1), -static_cast<int>(random_word() % 60));
    case 4: return near_an_edge();
    case 5: return random_word() % 16 ? within(9) : odd[random_word() % std::size(odd)];
    default: return within(4);
  }
}

// In place, in pieces of every small length, so that vectors are cut everywhere.
void test_bits(const Kernels& k, const Function& f, const Doubles& x, const Doubles& want) {
  Doubles y = x;
  for (std::size_t at = 0, n = 1; at < y.size(); at += n, n = n % 67 + 1) {
    n = std::min(n, y.size() - at);
    const double next = at + n < y.size() ? y[at + n] : 0;
    k.unary_float64(f.id, &y[at], &y[at], static_cast<std::int64_t>(n));
    check(at + n == y.size() || same(y[at + n], next), std::string(k.isa) + " " + f.name + " writes too far");
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    char text[120];
    std::snprintf(text, sizeof text, "%s %s of %a is %a, not %a", k.isa, f.name, x[i], y[i], want[i]);
    check(same(y[i], want[i]), text);
  }
}
void test_flags(const Kernels& k, const Function& f) {
  Doubles x = {0, -0.0, 0x1p-27, 0x1p-60, 40, -40, 700, -700, nan, 36, 0x1p-1074};
  for (int i = 0; i < 3000; ++i) x.push_back(within(700)), x.push_back(within(3));
  std::feclearexcept(FE_ALL_EXCEPT);
  k.unary_float64(f.id, x.data(), x.data(), static_cast<std::int64_t>(x.size()));
  check(!std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW),
        std::string(k.isa) + " " + f.name + " raises flags");
}

// Weights [inputs][outputs], as PackedFloat64 has them.
struct Layer {
  std::int64_t inputs, outputs;
  Doubles w, bias, packed, packed_bias;

  Layer(std::int64_t inputs, std::int64_t outputs) : inputs(inputs), outputs(outputs) {
    for (std::int64_t i = 0; i < inputs * outputs; ++i) w.push_back(within(1));
    for (std::int64_t j = 0; j < outputs; ++j) bias.push_back(within(1));
    for (std::int64_t first = 0, end; first < outputs; first = end) {
      end = first + panel_float64(outputs - first);
      for (std::int64_t j = first; j < end; ++j) packed_bias.push_back(bias[std::min(j, outputs - 1)]);
      for (std::int64_t i = 0; i < inputs; ++i)
        for (std::int64_t j = first; j < end; ++j) packed.push_back(w[i * outputs + std::min(j, outputs - 1)]);
    }
  }
  double sum(std::int64_t j, const double* x, const double* add) const {
    double sum = bias[j] + (add ? add[j] : 0);
    for (std::int64_t i = 0; x && i < inputs; ++i) sum += x[i] * w[i * outputs + j];
    return sum;
  }
};
void test_product(const Kernels& k, const Layer& l, std::int64_t rows, bool with_x, bool with_add) {
  const std::int64_t ldx = l.inputs + 2, ldy = l.outputs + 3, ldadd = l.outputs + 1;
  Doubles x, add, y(static_cast<std::size_t>(rows * ldy), untouched);
  for (std::int64_t i = 0; i < rows * ldx; ++i) x.push_back(within(2));
  for (std::int64_t i = 0; i < rows * ldadd; ++i) add.push_back(within(2));
  const PackedFloat64 packed = {l.inputs, l.outputs, l.packed.data(), l.packed_bias.data()};
  k.dense_float64(packed, with_x ? x.data() : nullptr, ldx, rows, y.data(), ldy, with_add ? add.data() : nullptr,
                  ldadd);
  bool held = true;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t j = 0; j < ldy; ++j)
      held &= same(
          y[r * ldy + j],
          j >= l.outputs ? untouched : l.sum(j, with_x ? &x[r * ldx] : nullptr, with_add ? &add[r * ldadd] : nullptr));
  check(held, std::string(k.isa) + " dense_float64 of " + std::to_string(l.inputs) + " to " +
                  std::to_string(l.outputs) + ", rows " + std::to_string(rows));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<const Kernels*> all;
  for (const char* isa : {"baseline", "avx2", "avx512", "neon"}) {
    if (const Kernels* kernels = kernels_for(isa)) all.push_back(kernels);
    else std::printf("NOT PROVEN %s: not for this CPU\n", isa);
  }
  const int thousands = argc > 1 ? std::atoi(argv[1]) : 200;
  for (const Function& f : functions) {
    for (const Kernels* k : all) test_flags(*k, f);
    for (int n = 0; n < thousands; ++n) {
      Doubles x(1000), want;
      for (double& number : x) number = any_number();
      for (const double number : x) want.push_back(f.exact(number));
      for (const Kernels* k : all) test_bits(*k, f, x, want);
    }
  }
  for (const std::int64_t inputs : {0, 1, 7, 33})
    for (std::int64_t outputs = 1; outputs < 80; ++outputs) {
      const Layer layer(inputs, outputs);
      for (const Kernels* k : all)
        for (int way = 0; way < 8; ++way) test_product(*k, layer, way & 4 ? 3 : 1, way & 1, way & 2);
    }
  std::printf("%d failures on %zu instruction sets\n", failures, all.size());
  return failures != 0;
}
