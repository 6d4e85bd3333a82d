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
    _mm_setcsr(0x1f80);
#else
    std::feholdexcept(&callers_);
    std::fesetenv(FE_DFL_ENV);
#endif
  }
  ~FloatEnvironment() {
#if defined(__x86_64__)
    raised_ |= static_cast<int>(_mm_getcsr()) & (FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    _mm_setcsr(callers_);
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
