// What the caller's floating-point environment does to a run: nothing. What a run does to it: nothing.
//   float_environment BUNDLE...
#include <fenv.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif
#include <cmath>
#include <limits>

#include "check.hpp"
#include "events.hpp"

namespace {

using Room = std::vector<std::vector<char>>;
constexpr int serious = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;

#if defined(__aarch64__)
constexpr unsigned long flushing = 1ul << 24 | 1ul << 19;  // denormals count as zero, also those of half precision
unsigned long control() {
  unsigned long bits;
  asm volatile("mrs %0, fpcr" : "=r"(bits)::"memory");
  return bits;
}
void set_control(unsigned long bits) { asm volatile("msr fpcr, %0" ::"r"(bits) : "memory"); }
#endif

// The caller's environment while the library works; the test makes its events in the usual one.
class Around {
 public:
  template <class Set> explicit Around(Set&& set) {
    fegetenv(&before_);
    set();
  }
  ~Around() { fesetenv(&before_); }

 private:
  fenv_t before_;
};

template <class F> void in_each_environment(F&& f) {
  for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) f([=] { fesetround(rounding); });
#if defined(__GLIBC__) && defined(__x86_64__)
  f([] { feenableexcept(serious); });            // a trap would end the program
  f([] { _mm_setcsr(_mm_getcsr() | 0x8040); });  // denormals count as zero
#elif defined(__aarch64__)
  f([] { set_control(control() | flushing); });
#endif
}

// Everything that computes: load, reserve, run and run_batch.
template <class Set> Room scores(const char* path, Set&& set) {
  const lading::Model model = [&] {
    const Around around(set);
    return lading::load(path);
  }();
  const Events events(model, 40);
  Room room = events.room(model);
  std::vector<std::pair<lading::Axis, std::int64_t>> lengths;
  for (const lading::Axis& axis : events.axes) lengths.emplace_back(axis, 30);
  const Around around(set);
  lading::Session session{model};
  session.reserve(events.entries, lengths);
  for (std::int64_t e = 0; e < 5; ++e) events.set(session, e), session.run();
  session.run_batch(events.entries, events.given(), events.results(room), events.given_offsets());
  CHECK_EQUAL(lading_session_flags(session.get()), 0);
  return room;
}

void test(const char* path) {
  feclearexcept(FE_ALL_EXCEPT);
  const Room plain = scores(path, [] {});
  if (!CHECK_EQUAL(fetestexcept(serious), 0)) std::printf("  %s raises %x\n", path, unsigned(fetestexcept(serious)));
  in_each_environment([&](auto set) { CHECK(scores(path, set) == plain); });
}

// The caller's environment comes back, flags included.
void test_restored(const char* path) {
  const lading::Model model = lading::load(path);
  const Events events(model, 1);
  lading::Session session{model};
  events.set(session, 0);
  fesetround(FE_DOWNWARD);
  feraiseexcept(FE_DIVBYZERO);
  session.run();
  CHECK_EQUAL(fegetround(), FE_DOWNWARD);
  CHECK_EQUAL(fetestexcept(serious), FE_DIVBYZERO);
#if defined(__x86_64__)
  events.set(session, 0);
  const unsigned mine = (_mm_getcsr() | 0x8040) & ~0x0400u;  // FTZ and DAZ, a trap for underflow only
  _mm_setcsr(mine);
  session.run();
  CHECK_EQUAL(_mm_getcsr(), mine);
#elif defined(__aarch64__)
  events.set(session, 0);
  set_control(control() | flushing);
  const unsigned long mine = control();  // not every CPU has half precision
  session.run();
  CHECK_EQUAL(control(), mine);
#endif
  fesetenv(FE_DFL_ENV);
}

// Numbers that a caller may have; of an integer type those that it holds.
template <class T> std::vector<T> awkward() {
  constexpr T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::lowest();
  std::vector<T> all{most, least, T(1), T(0)};
  for (const double number : {-0.0, 0.1, -1.0, 3.0, 16777217.0, 33554435.0, 1e-40, -3e-39, 1.1754943e-38, 1e-310, 1e37,
                              3.4028235e38, 3.4028236e38, 1e300, HUGE_VAL, -HUGE_VAL, std::nan("")})
    if (!std::is_integral_v<T> || (number >= double(least) && number < double(most))) all.push_back(T(number));
  return all;
}

// What stands in each slot after it was set, or why it was refused.
template <class T>
void set_each(lading::Session& session, const std::vector<lading::Variable>& variables, const std::vector<T>& numbers,
              std::string& all) {
  for (const lading::Variable& variable : variables)
    for (const T number : numbers) {
      const lading_variable& v = variable.slot;
      all += text_of([&] { session.set(variable, number); });
      const std::size_t size = v.type == LADING_FLOAT32 ? 4 : 8;
      const auto* data = static_cast<const char*>(lading_session_slots(session.get())[v.column].data);
      all.append(data + std::size_t(v.element) * size, size);
    }
}

// Setting is the caller's code in part, inline in the header; it takes no part of the caller's environment either.
template <class Set> std::string slots(const lading::Model& model, Set&& set) {
  const Events events(model, 1);
  std::vector<lading::Variable> variables;
  for (const Events::Values& v : events.columns) {
    if (v.is.axis >= 0 || !v.is.variable) continue;
    variables.push_back(v.places[0]);
    if (std::string(v.is.unit) != "MeV") continue;
    for (const char* unit : {"GeV", "keV"}) variables.push_back(model.variable(v.is.input, v.is.variable, unit));
  }
  const auto floats = awkward<float>();
  const auto doubles = awkward<double>();
  const auto ints = awkward<int>();
  const auto longs = awkward<std::int64_t>();
  const auto sizes = awkward<std::uint64_t>();
  lading::Session session{model};
  feclearexcept(FE_ALL_EXCEPT);  // raised while the numbers were made
  const Around around(set);
  std::string all;
  set_each(session, variables, floats, all), set_each(session, variables, doubles, all);
  set_each(session, variables, ints, all), set_each(session, variables, longs, all);
  set_each(session, variables, sizes, all);
  CHECK_EQUAL(fetestexcept(serious), 0);
  return all;
}

void test_set(const char* path) {
  const lading::Model model = lading::load(path);
  feclearexcept(FE_ALL_EXCEPT);
  const std::string plain = slots(model, [] {});
  in_each_environment([&](auto set) { CHECK(slots(model, set) == plain); });
}

// The header stores without arithmetic what the processor would have rounded.
void test_store() {
  Numbers numbers(7);
  int stored = 0;
  for (int i = 0; i < 1000000; ++i) {
    const std::uint64_t bits = numbers.next() << 33 ^ numbers.next() << 11 ^ numbers.next();
    const auto narrow = std::uint64_t(0x37f + numbers.next() % 0x102) << 52;  // exponents about those of floats
    const auto number = lading::detail::bits_of<double>((bits & 0x800fffffffffffffu) | narrow);
    const auto single = lading::detail::bits_of<float>(static_cast<std::uint32_t>(bits));
    const auto whole = static_cast<std::int64_t>(bits) >> (bits % 64);
    float to_float;
    double to_double;
    if (lading::detail::store(number, &to_float)) ++stored, CHECK(same_bits(to_float, static_cast<float>(number)));
    if (lading::detail::store(whole, &to_float)) ++stored, CHECK(same_bits(to_float, static_cast<float>(whole)));
    if (lading::detail::store(whole, &to_double)) ++stored, CHECK(same_bits(to_double, static_cast<double>(whole)));
    if (lading::detail::store(single, &to_double)) ++stored, CHECK(same_bits(to_double, static_cast<double>(single)));
  }
  CHECK(stored > 2500000);
}

}  // namespace

int main(int count, char** arguments) {
  test_store();
  for (int i = 1; i < count; ++i) test(arguments[i]), test_restored(arguments[i]), test_set(arguments[i]);
  return report();
}
