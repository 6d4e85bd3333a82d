// What the caller's floating-point environment does to a run: nothing. What a run does to it: nothing.
//   float_environment BUNDLE...
#include <fenv.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

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
  for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    CHECK(scores(path, [=] { fesetround(rounding); }) == plain);
#if defined(__GLIBC__) && defined(__x86_64__)
  CHECK(scores(path, [] { feenableexcept(serious); }) == plain);            // a trap would end the program
  CHECK(scores(path, [] { _mm_setcsr(_mm_getcsr() | 0x8040); }) == plain);  // denormals count as zero
#elif defined(__aarch64__)
  CHECK(scores(path, [] { set_control(control() | flushing); }) == plain);
#endif
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

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) test(arguments[i]), test_restored(arguments[i]);
  return report();
}
