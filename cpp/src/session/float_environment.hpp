// The floating-point environment of a run: round to nearest, no trap, no flushing of denormals. The caller's
// comes back afterwards, flags included: whatever was raised inside is remembered here, not there.
#pragma once
#include <cfenv>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace lading {

class FloatEnvironment {
 public:
  explicit FloatEnvironment(int& raised) : raised_(raised) {
#if defined(__x86_64__)
    callers_ = _mm_getcsr();
    // Setting it takes longer than looking: often all that differs is that something was inexact before.
    constexpr unsigned told = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW, untold = FE_INEXACT | FE_UNDERFLOW | 2;
    static_assert((told | untold) == 0x3f);
    if ((callers_ & ~untold) != 0x1f80) _mm_setcsr(0x1f80);
#else
    std::feholdexcept(&callers_);
    std::fesetenv(FE_DFL_ENV);
#endif
  }
  ~FloatEnvironment() {
#if defined(__x86_64__)
    const unsigned mine = _mm_getcsr();
    raised_ |= static_cast<int>(mine) & (FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    if (mine != callers_) _mm_setcsr(callers_);
#else
    raised_ |= std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    std::fesetenv(&callers_);
#endif
  }
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

 private:
  int& raised_;
#if defined(__x86_64__)
  unsigned callers_;
#else
  std::fenv_t callers_;
#endif
};

}  // namespace lading
