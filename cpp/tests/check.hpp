// The little that test programs need: CHECK and what it counts. Every program ends with `return report();`.
#pragma once
#include <atomic>
#include <cstdio>
#include <cstring>
#include <string>

#include "lading/lading.hpp"

namespace {

std::atomic<int> checks{0}, failures{0};

inline bool check(bool held, const char* what, const char* file, int line, const std::string& why = "") {
  ++checks;
  if (held) return true;
  if (++failures <= 20) std::printf("%s:%d: %s %s\n", file, line, what, why.c_str());
  return false;
}
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(a, b) check((a) == (b), #a " == " #b, __FILE__, __LINE__)

// What lading::Error says, or "no error".
template <class F> std::string text_of(F&& f) {
  try {
    f();
  } catch (const lading::Error& error) { return error.what(); }
  return "no error";
}
#define CHECK_TEXT(expression, wanted)                                                                           \
  do {                                                                                                           \
    const std::string said = text_of([&] { (void)(expression); });                                               \
    check(said == (wanted), #expression, __FILE__, __LINE__, "\n  said:   " + said + "\n  wanted: " + (wanted)); \
  } while (false)

template <class T> bool same_bits(const T& a, const T& b) { return !std::memcmp(&a, &b, sizeof a); }

[[maybe_unused]] inline int report() {
  std::printf("%d checks, %d failures\n", checks.load(), failures.load());
  return failures != 0 || checks == 0;
}

}  // namespace
