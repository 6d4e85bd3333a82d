// How C functions tell of what C++ throws: -1, and a text that the thread keeps.
#pragma once

#include <exception>
#include <string>

#include "lading/lading.hpp"

namespace lading {
inline namespace v1 {
namespace compat {

// The text of the last failure in this thread, of functions of one library: `Library` tells them apart.
template <class Library> std::string& last_failure() {
  static thread_local std::string text;
  return text;
}
// 0, or -1 if `call` throws.
template <class Library, class Call> int status(const Call& call) noexcept {
  try {
    call();
    return 0;
  } catch (const std::exception& error) {
    try {
      last_failure<Library>() = error.what();
    } catch (...) {  // no memory even for the text
    }
  } catch (...) { last_failure<Library>().clear(); }
  return -1;
}
[[noreturn]] inline void refuse(const std::string& text) { throw Error(text, LADING_UNSUPPORTED); }

}  // namespace compat
}  // namespace v1
}  // namespace lading
