// Tests the float32 kernels: the same bits on every instruction set, for any number of rows and in every
// regime, as plain loops written from the rule give; no exception flags; no write outside the result; and how
// accurate the functions are. The last line holds a hash of all results, which no machine may change.
//   kernels            exit code 0: all held
//   kernels accuracy   prints the largest error of each function, over every 2^32 / STEP floats [STEP = 997]
#include "kernels/kernels.hpp"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "kernels/scalar_math.hpp"

namespace {

using namespace lading;
using Floats = std::vector<float>;

int failures = 0;
void check(bool held, const std::string& what) {
  if (held) return;
  if (++failures <= 20) std::printf("FAILED %s\n", what.c_str());
}

std::vector<const Kernels*> instruction_sets() {
  std::vector<const Kernels*> found;
  for (const char* isa : {"baseline", "avx2", "avx512", "neon"}) {
    if (const Kernels* kernels = kernels_for(isa)) found.push_back(kernels);
    else std::printf("NOT PROVEN %s: not for this CPU\n", isa);
  }
  return found;
}

unsigned seed = 1;
float random_number() {  // in [-1, 1)
  seed = seed * 1664525u + 1013904223u;
  return static_cast<float>(seed >> 8) / 8388608.f - 1.f;
}
Floats random_numbers(std::size_t n, float scale = 1) {
  Floats x(n);
  for (float& a : x) a = scale * random_number();
  return x;
}
bool same(float a, float b) { return (a != a && b != b) || !std::memcmp(&a, &b, sizeof a); }
bool same(const Floats& a, const Floats& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) { return same(x, y); });
}
std::uint64_t bits = 14695981039346656037u;  // FNV-1a of every result that was compared
void remember(const Floats& results) {
  for (const float a : results) {
    std::uint32_t word = 0x7fc00000;  // any NaN
    if (a == a) std::memcpy(&word, &a, sizeof word);
    bits = (bits ^ word) * 1099511628211u;
  }
}
bool quiet() { return !std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW); }
std::string text(const Kernels& k, const char* what, std::initializer_list<std::int64_t> sizes) {
  std::string text = std::string(k.isa) + " " + what;
  for (const std::int64_t n : sizes) text += " " + std::to_string(n);
  return text;
}

// ---- matrix products

constexpr float untouched = 12345.f;

// The rule, as it stands in block.hpp.
float product(const float* x, const float* w, std::int64_t ldw, std::int64_t K, int chains, float start) {
  float sum[4] = {start, 0, 0, 0};
  for (std::int64_t k = 0; k < K; ++k) sum[k % chains] = std::fma(x[k], w[k * ldw], sum[k % chains]);
  float total = sum[0];
  for (int p = 1; p < chains; ++p) total = total + sum[p];
  return total;
}

struct Layer {
  std::int64_t K, N;
  Floats w, bias;
  bool relu, add;
};
Floats expected(const Layer& l, const Floats& x, const Floats& add, std::int64_t rows) {
  Floats y(static_cast<std::size_t>(rows * l.N));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t n = 0; n < l.N; ++n) {
      const std::int64_t at = r * l.N + n;
      const float start = l.bias[n] + (l.add ? add[at] : 0.f);
      y[at] = product(x.data() + r * l.K, l.w.data() + n, l.N, l.K, chains(l.K), l.add ? start : l.bias[n]);
      if (l.relu && y[at] < 0) y[at] = 0;
    }
  return y;
}
void test_dense(const Kernels& k, const Layer& l, const Floats& x, const Floats& add, const Floats& want,
                std::int64_t rows) {
  std::vector<float> memory(k.dense_bytes(l.K, l.N) / 4 + 16);
  float* aligned = memory.data();
  while (reinterpret_cast<std::uintptr_t>(aligned) % 64) ++aligned;
  const PackedDense packed = k.dense_pack(l.w.data(), l.bias.data(), l.K, l.N, aligned);
  const std::int64_t ld = l.N + 3;
  for (const std::int64_t some : {rows, std::int64_t(1), std::int64_t(2), std::int64_t(7)}) {
    Floats y(static_cast<std::size_t>(rows * ld), untouched);
    for (std::int64_t r = 0; r < rows; r += some)
      k.dense(packed, x.data() + r * l.K, l.K, std::min(some, rows - r), y.data() + r * ld, ld,
              l.add ? add.data() + r * l.N : nullptr, l.N, l.relu);
    bool held = true;
    for (std::int64_t i = 0; i < rows * ld; ++i)
      held &= same(y[i], i % ld < l.N ? want[i / ld * l.N + i % ld] : untouched);
    check(held, text(k, "dense K N rows at once:", {l.K, l.N, rows, some}));
  }
  if (l.add) return;
  const int lanes = static_cast<int>(std::min<std::int64_t>(rows, lane_block));
  Floats xt(static_cast<std::size_t>(l.K * lane_block)), yt(static_cast<std::size_t>(l.N * lane_block)),
      y(want.size(), untouched);
  k.transpose(x.data(), l.K, lanes, l.K, xt.data(), lane_block);
  k.dense_lanes(packed, xt.data(), (lanes + lane_group - 1) / lane_group * lane_group, yt.data(), l.relu);
  k.transpose(yt.data(), lane_block, l.N, lanes, y.data(), l.N);
  check(std::equal(y.begin(), y.begin() + lanes * l.N, want.begin(), [](float a, float b) { return same(a, b); }),
        text(k, "dense_lanes K N rows:", {l.K, l.N, lanes}));
}
// Any sizes, the last tiles whole or not, and nothing written between or behind the rows of y.
void test_transpose(const Kernels& k) {
  for (const std::int64_t rows : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33})
    for (const std::int64_t columns : {0, 1, 2, 3, 4, 6, 8, 11, 16, 24, 31}) {
      const std::int64_t ldx = columns + 2, ldy = rows + 3;
      Floats x(static_cast<std::size_t>(rows * ldx)), y(static_cast<std::size_t>(columns * ldy), untouched), want = y;
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j) want[j * ldy + i] = x[i * ldx + j];
      k.transpose(x.data(), ldx, rows, columns, y.data(), ldy);
      check(y == want, text(k, "transpose rows columns:", {rows, columns}));
    }
}
// The rows of w in any order, and further apart than they are long; `want` is what matmul gives.
void test_convolve(const Kernels& k, const Layer& l, const Floats& x, std::int64_t rows, Floats want) {
  Floats spread(static_cast<std::size_t>(l.K * (l.N + 5) + 1), untouched), y(want.size() + 1, untouched);
  std::vector<std::int64_t> at(static_cast<std::size_t>(l.K + 1));
  for (std::int64_t row = 0; row < l.K; ++row) {
    at[row] = row * 7 % l.K * (l.N + 5);
    if (l.K % 7 == 0) at[row] = (l.K - 1 - row) * (l.N + 5);
    std::copy_n(l.w.data() + row * l.N, l.N, spread.data() + at[row]);
  }
  for (const bool relu : {false, true}) {
    k.convolve(x.data(), l.K, spread.data(), at.data(), y.data(), l.N, rows, l.N, l.K, x.data(), relu);
    for (float& a : want) a = relu && a < 0 ? 0.f : a;
    check(y.back() == untouched, text(k, "convolve writes too far", {l.K, l.N, rows}));
    check(std::equal(want.begin(), want.end(), y.begin(), [](float a, float b) { return same(a, b); }),
          text(k, "convolve K N rows relu:", {l.K, l.N, rows, relu}));
  }
}
void test_products(const std::vector<const Kernels*>& all) {
  const std::int64_t inputs[] = {0, 1, 3, 16, 31, 32, 33, 57, 127, 128, 131},
                     outputs[] = {1, 3, 8, 12, 17, 24, 31, 36, 57, 64, 72, 100, 201};
  for (const std::int64_t K : inputs)
    for (const std::int64_t N : outputs) {
      const std::int64_t rows = 1 + static_cast<std::int64_t>((K * 7 + N * 13) % 70);
      const Layer layer{K, N, random_numbers(K * N), random_numbers(N), (K + N) % 2 == 0, (K + N) % 3 == 0};
      const Floats x = random_numbers(rows * (K + 1)), add = random_numbers(rows * N),
                   want = expected(layer, x, add, rows);
      remember(want);
      for (const Kernels* k : all) test_dense(*k, layer, x, add, want, rows);
      for (const int chains : {1, 2, 4}) {
        Floats products(static_cast<std::size_t>(rows * N));
        for (std::int64_t i = 0; i < rows * N; ++i)
          products[i] = product(x.data() + i / N * K, layer.w.data() + i % N, N, K, chains, x[i / N]);
        remember(products);
        for (const Kernels* k : all) {
          Floats y(products.size() + 1, untouched);
          k->matmul(x.data(), K, layer.w.data(), N, y.data(), N, rows, N, K, chains, x.data());
          check(y.back() == untouched, text(*k, "matmul writes too far", {K, N, rows}));
          y.pop_back();
          check(same(y, products), text(*k, "matmul K N rows chains:", {K, N, rows, chains}));
          if (chains == lading::chains(K)) test_convolve(*k, layer, x, rows, products);
        }
      }
    }
}

// ---- functions of one number

struct Function {
  const char* name;
  Unary id;
  float a, b;
  double (*exact)(double);
};
double exact_gelu(double x) {
  return x < -3 ? x * std::erfc(-x * std::sqrt(0.5)) / 2 : x * (1 + scalar_math::erf(x * std::sqrt(0.5))) / 2;
}
double exact_gelu_tanh(double x) {
  return x * scalar_math::sigmoid(2 * std::sqrt(2 / 3.141592653589793) * (x + 0.044715 * x * x * x));
}
double exact_mish(double x) { return x * scalar_math::tanh(scalar_math::softplus(x)); }
double exact_swish(double x) { return x * scalar_math::sigmoid(x); }
double exact_elu(double x) { return x < 0 ? scalar_math::expm1(x) : x; }
double exact_hard_swish(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }
const Function functions[] = {{"abs", Unary::abs, 0, 0, nullptr},
                              {"neg", Unary::neg, 0, 0, nullptr},
                              {"floor", Unary::floor, 0, 0, [](double x) { return std::floor(x); }},
                              {"ceil", Unary::ceil, 0, 0, [](double x) { return std::ceil(x); }},
                              {"round", Unary::round, 0, 0, [](double x) { return std::nearbyint(x); }},
                              {"sign", Unary::sign, 0, 0, nullptr},
                              {"sqrt", Unary::sqrt, 0, 0, [](double x) { return std::sqrt(x); }},
                              {"reciprocal", Unary::reciprocal, 0, 0, nullptr},
                              {"relu", Unary::relu, 0, 0, nullptr},
                              {"leaky_relu", Unary::leaky_relu, 0.01f, 0, nullptr},
                              {"thresholded_relu", Unary::thresholded_relu, 1, 0, nullptr},
                              {"elu", Unary::elu, 1, 0, exact_elu},
                              {"celu", Unary::celu, 1, 0, exact_elu},
                              {"selu", Unary::selu, 1.67f, 1.05f, nullptr},
                              {"sigmoid", Unary::sigmoid, 0, 0, scalar_math::sigmoid},
                              {"hard_sigmoid", Unary::hard_sigmoid, 0.2f, 0.5f, nullptr},
                              {"hard_swish", Unary::hard_swish, 0, 0, exact_hard_swish},
                              {"swish", Unary::swish, 1, 0, exact_swish},
                              {"mish", Unary::mish, 0, 0, exact_mish},
                              {"softplus", Unary::softplus, 0, 0, scalar_math::softplus},
                              {"softsign", Unary::softsign, 0, 0, nullptr},
                              {"tanh", Unary::tanh, 0, 0, scalar_math::tanh},
                              {"erf", Unary::erf, 0, 0, scalar_math::erf},
                              {"gelu", Unary::gelu, 0, 0, exact_gelu},
                              {"gelu_tanh", Unary::gelu_tanh, 0, 0, exact_gelu_tanh},
                              {"exp", Unary::exp, 0, 0, scalar_math::exp},
                              {"log", Unary::log, 0, 0, scalar_math::log},
                              {"clip", Unary::clip, -1, 2, nullptr}};

constexpr float inf = std::numeric_limits<float>::infinity();

// Numbers of all sizes and signs, edges of the functions among them.
Floats all_sizes() {
  Floats x = {0.f,       -0.f,     1e-45f, -1e-45f, 1e-38f, 0.5f,  1.5f,  2.5f,   -87.33654f, -87.3366f,
              88.72283f, 88.7229f, 9.f,    10.f,    1e4f,   -1e4f, 1e30f, -1e30f, 3.4e38f,    -3.4e38f};
  for (int i = 0; i < 3000; ++i) x.push_back(std::ldexp(random_number(), i % 140 - 100));
  for (int i = 0; i < 3000; ++i) x.push_back(20 * random_number());
  return x;
}
// Whether f may raise flags for this x: a pole, or outside the domain, or the result overflows.
bool ordinary(const Function& f, float x) {
  if (f.id == Unary::sqrt) return x >= 0;
  if (f.id == Unary::log) return x > 0;
  if (f.id == Unary::reciprocal) return std::abs(x) > 1e-37f;
  if (f.id == Unary::selu) return x < 3e38f;
  return true;
}
void test_functions(const std::vector<const Kernels*>& all) {
  Floats numbers = all_sizes();
  for (const Function& f : functions) {
    Floats x;
    for (const float a : numbers)
      if (ordinary(f, a)) x.push_back(a);
    Floats want(x.size());
    all[0]->unary(f.id, x.data(), want.data(), static_cast<std::int64_t>(x.size()), f.a, f.b);
    remember(want);
    for (const Kernels* k : all) {
      for (std::int64_t n = 1, at = 0; at < static_cast<std::int64_t>(x.size()); at += n, n = n % 37 + 1) {
        n = std::min<std::int64_t>(n, static_cast<std::int64_t>(x.size()) - at);
        Floats y(static_cast<std::size_t>(n) + 1, untouched);
        std::feclearexcept(FE_ALL_EXCEPT);
        k->unary(f.id, &x[at], y.data(), n, f.a, f.b);
        check(quiet(), text(*k, f.name, {}) + " raises flags near " + std::to_string(x[at]));
        check(y.back() == untouched, text(*k, f.name, {n}) + " writes too far");
        y.pop_back();
        check(same(y, Floats(want.begin() + at, want.begin() + at + n)),
              text(*k, f.name, {n}) + " differs near " + std::to_string(x[at]));
      }
      const float odd[] = {NAN, inf, -inf};
      float y[3];
      k->unary(f.id, odd, y, 3, f.a, f.b);
      check(y[0] != y[0], text(*k, f.name, {}) + " loses NaN");
      std::feclearexcept(FE_ALL_EXCEPT);
      k->unary(f.id, odd, y, 1, f.a, f.b);
      check(quiet(), text(*k, f.name, {}) + " raises flags for NaN");
      if (!f.exact || f.id == Unary::gelu_tanh || f.id == Unary::mish || f.id == Unary::swish ||
          f.id == Unary::hard_swish)
        continue;
      k->unary(f.id, odd, y, 3, f.a, f.b);
      for (int i = 1; i < 3; ++i)
        check(same(y[i], static_cast<float>(f.exact(odd[i]))),
              text(*k, f.name, {i}) + " of infinity is " + std::to_string(y[i]));
    }
  }
}

// The exponential of float64: the same bits everywhere, within a unit in the last place of the one that is made
// of two numbers, silent where the result is an ordinary number, and right at its ends.
void test_exponential(const std::vector<const Kernels*>& all) {
  std::vector<double> x = {0, -0.0, 1e-320, 1e-17, 709.78, -708.3, 0.34657359, -0.34657359};
  for (int i = 0; i < 4000; ++i) x.push_back(700 * random_number()), x.push_back(random_number());
  while (x.size() % 8) x.push_back(1);
  const auto n = static_cast<std::int64_t>(x.size());
  const double odd[8] = {NAN, inf, -inf, 709.79, -745.2, 1e300, -1e300, -745.1};
  const double ends[8] = {NAN, inf, 0, inf, 0, inf, 0, 0x1p-1074};
  for (const Kernels* k : all) {
    std::vector<double> y(x.size()), z(8);
    std::feclearexcept(FE_ALL_EXCEPT);
    k->exp_float64(x.data(), y.data(), n);
    check(quiet(), text(*k, "exp_float64", {}) + " raises flags");
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = scalar_math::exp(x[i]);
      check(std::nextafter(exact, 0) <= y[i] && y[i] <= std::nextafter(exact, inf),
            text(*k, "exp_float64", {}) + " is wrong at " + std::to_string(x[i]));
      double first;
      all[0]->exp_float64(&x[i / 8 * 8], z.data(), 8), first = z[i % 8];
      check(first == y[i], text(*k, "exp_float64", {}) + " differs at " + std::to_string(x[i]));
      k->exp_float64(&x[i], &first, 1);
      check(first == y[i], text(*k, "exp_float64", {1}) + " differs at " + std::to_string(x[i]));
    }
    k->exp_float64(odd, z.data(), 8);
    for (int i = 0; i < 8; ++i)
      check(z[i] == ends[i] || (z[i] != z[i] && ends[i] != ends[i]),
            text(*k, "exp_float64", {i}) + " of " + std::to_string(odd[i]) + " is " + std::to_string(z[i]));
  }
}

void print_accuracy(const Kernels& k, std::uint32_t step) {
  for (const Function& f : functions) {
    if (!f.exact) continue;
    double worst = 0, worst_absolute = 0;
    float where = 0;
    Floats x, y;
    for (std::uint64_t bits = 0; bits < 1ull << 32; bits += step) {
      const auto word = static_cast<std::uint32_t>(bits);
      float a;
      std::memcpy(&a, &word, sizeof a);
      if (a == a && std::abs(a) < inf && ordinary(f, a)) x.push_back(a);
      if (x.size() < 4096 && bits + step < 1ull << 32) continue;
      y.resize(x.size());
      k.unary(f.id, x.data(), y.data(), static_cast<std::int64_t>(x.size()), f.a, f.b);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = f.exact(x[i]);
        if (std::abs(exact) > std::numeric_limits<float>::max()) continue;
        const double absolute = std::abs(y[i] - exact);
        worst_absolute = std::max(worst_absolute, absolute / std::max(1.0, std::abs(exact)));
        if (std::abs(exact) < std::numeric_limits<float>::min()) continue;
        const double unit = std::ldexp(1, std::ilogb(exact) - 23);
        if (absolute / unit > worst) worst = absolute / unit, where = x[i];
      }
      x.clear();
    }
    std::printf("%-12s %-18s largest error %8.3f units at %-14g absolute or relative %.1e\n", k.isa, f.name, worst,
                where, worst_absolute);
  }
}

// ---- rows, columns and cells: the bits of the first instruction set, and close to float64

using Rows = std::function<void(const Kernels&, const float*, float*, std::int64_t, std::int64_t)>;
void compare(const std::vector<const Kernels*>& all, const char* name, const Rows& run,
             const std::function<double(const float*, std::int64_t, std::int64_t)>& exact,
             std::int64_t outputs_per_row) {
  for (const std::int64_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 40, 64, 100, 193})
    for (const std::int64_t rows : {1, 5, 8, 19, 70}) {
      const Floats x = random_numbers(rows * n, 4);
      const std::int64_t width = outputs_per_row ? outputs_per_row : n;
      Floats want(static_cast<std::size_t>(rows * width), untouched);
      for (std::int64_t r = 0; r < rows; ++r) run(*all[0], &x[r * n], &want[r * width], 1, n);
      remember(want);
      for (std::int64_t i = 0; i < rows * width; ++i) {
        const double value = exact(&x[i / width * n], n, i % width);
        check(std::abs(want[i] - value) <= 4e-6 * std::max(1.0, std::abs(value)),
              std::string(name) + " is wrong for " + std::to_string(n));
      }
      for (const Kernels* k : all) {
        Floats y(want.size() + 1, untouched);
        std::feclearexcept(FE_ALL_EXCEPT);
        run(*k, x.data(), y.data(), rows, n);
        check(quiet() && y.back() == untouched, text(*k, name, {rows, n}) + " raises flags or writes too far");
        y.pop_back();
        check(same(y, want), text(*k, name, {rows, n}));
      }
    }
}
double sum_of(const float* x, std::int64_t n, const std::function<double(double)>& f) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += f(x[i]);
  return sum;
}
double top_of(const float* x, std::int64_t n) { return *std::max_element(x, x + n); }
double exact_softmax(const float* x, std::int64_t n, std::int64_t i) {
  const double top = top_of(x, n);
  return std::exp(x[i] - top) / sum_of(x, n, [top](double a) { return std::exp(a - top); });
}
double exact_norm(const float* x, std::int64_t n, std::int64_t i) {
  const double count = static_cast<double>(n), mean = sum_of(x, n, [](double a) { return a; }) / count;
  return (x[i] - mean) / std::sqrt(sum_of(x, n, [mean](double a) { return (a - mean) * (a - mean); }) / count + 0.1);
}
void test_rows(const std::vector<const Kernels*>& all) {
  compare(
      all, "softmax",
      [](const Kernels& k, const float* x, float* y, std::int64_t rows, std::int64_t n) {
        k.softmax(x, y, rows, n, false);
      },
      exact_softmax, 0);
  compare(
      all, "log_softmax",
      [](const Kernels& k, const float* x, float* y, std::int64_t rows, std::int64_t n) {
        k.softmax(x, y, rows, n, true);
      },
      [](const float* x, std::int64_t n, std::int64_t i) { return std::log(exact_softmax(x, n, i)); }, 0);
  compare(
      all, "softmax_lanes",
      [](const Kernels& k, const float* x, float* y, std::int64_t rows, std::int64_t n) {
        for (std::int64_t r = 0; r < rows; r += lane_block) {
          Floats block(static_cast<std::size_t>(n * lane_block));
          const int some = static_cast<int>(std::min<std::int64_t>(lane_block, rows - r));
          k.transpose(x + r * n, n, some, n, block.data(), lane_block);
          k.softmax_lanes(block.data(), n, some, false);
          k.transpose(block.data(), lane_block, n, some, y + r * n, n);
        }
      },
      exact_softmax, 0);
  compare(
      all, "layer_norm",
      [](const Kernels& k, const float* x, float* y, std::int64_t rows, std::int64_t n) {
        k.layer_norm(x, nullptr, nullptr, y, rows, n, 0.1f, true);
      },
      exact_norm, 0);
  const auto reduction = [&](const char* name, Reduction f,
                             const std::function<double(const float*, std::int64_t)>& exact) {
    compare(
        all, name,
        [f](const Kernels& k, const float* x, float* y, std::int64_t rows, std::int64_t n) {
          k.reduce_rows(f, x, y, rows, n);
        },
        [exact](const float* x, std::int64_t n, std::int64_t) { return exact(x, n); }, 1);
  };
  reduction("sum", Reduction::sum,
            [](const float* x, std::int64_t n) { return sum_of(x, n, [](double a) { return a; }); });
  reduction("sum_square", Reduction::sum_square,
            [](const float* x, std::int64_t n) { return sum_of(x, n, [](double a) { return a * a; }); });
  reduction("l1", Reduction::l1,
            [](const float* x, std::int64_t n) { return sum_of(x, n, [](double a) { return std::abs(a); }); });
  reduction("max", Reduction::max, top_of);
  reduction("min", Reduction::min,
            [](const float* x, std::int64_t n) { return static_cast<double>(*std::min_element(x, x + n)); });
  reduction("log_sum_exp", Reduction::log_sum_exp, [](const float* x, std::int64_t n) {
    return std::log(sum_of(x, n, [](double a) { return std::exp(a); }));
  });
}
void test_columns_and_cells(const std::vector<const Kernels*>& all) {
  for (const std::int64_t n : {1, 2, 16, 40, 100})
    for (const std::int64_t inner : {1, 3, 8, 13, 64, 100}) {
      const Floats x = random_numbers(6 * n * inner, 3);
      std::vector<Floats> first;
      for (const Kernels* k : all) {
        std::vector<Floats> y;
        const auto out = [&](std::int64_t size) { return y.emplace_back(static_cast<std::size_t>(size)).data(); };
        for (int f = 0; f < static_cast<int>(Reduction::count); ++f)
          k->reduce_columns(static_cast<Reduction>(f), x.data(), out(3 * inner), n, inner, 3, n * inner / 2);
        k->softmax_columns(x.data(), out(n * inner), n, inner, false);
        k->softmax_columns(x.data(), out(n * inner), n, inner, true);
        k->reduce_rows(Reduction::prod, x.data(), out(inner), inner, n);
        const std::int64_t units = n * inner;
        Floats c = random_numbers(0), h;
        c.assign(x.begin(), x.begin() + units), h = c;
        k->lstm_cell(x.data(), c.data(), h.data(), units);
        y.push_back(c), y.push_back(h);
        k->gru_cell(x.data(), x.data() + 3 * units, h.data(), units);
        k->gru_blend(x.data(), c.data(), h.data(), units);
        y.push_back(h);
        for (int f = 0; f < static_cast<int>(Binary::count); ++f)
          for (int steps = 0; steps < 4; ++steps)
            k->binary(static_cast<Binary>(f), x.data(), steps & 1, x.data() + units, steps >> 1, out(units), units);
        if (first.empty()) {
          first = y;
          for (const Floats& results : first) remember(results);
        }
        for (std::size_t i = 0; i < y.size(); ++i)
          check(same(y[i], first[i]), text(*k, "columns or cells", {n, inner, std::int64_t(i)}));
      }
    }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<const Kernels*> all = instruction_sets();
  if (argc > 1 && !std::strcmp(argv[1], "accuracy")) {
    print_accuracy(*all.back(), argc > 2 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 997);
    return 0;
  }
  for (const Kernels* k : all) test_transpose(*k);
  test_products(all);
  test_functions(all);
  test_exponential(all);
  test_rows(all);
  test_columns_and_cells(all);
  std::printf("%d failures on %zu instruction sets, bits %016llx\n", failures, all.size(),
              static_cast<unsigned long long>(bits));
  return failures != 0;
}
