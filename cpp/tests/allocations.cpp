// No allocation in run and run_batch within what was reserved: every malloc and operator new of the process is counted.
//   allocations BUNDLE...        LADING_TEST_RESERVE=no leaves out reserve: then it must fail
#include <cstddef>
#include <cstdlib>

#include "check.hpp"
#include "events.hpp"

namespace {
std::atomic<long> allocations{0};
}

// The library's calls come here too: names in the program win over those in libc.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t n) { return ++allocations, __libc_malloc(n); }
void* calloc(std::size_t n, std::size_t size) { return ++allocations, __libc_calloc(n, size); }
void* realloc(void* p, std::size_t n) { return ++allocations, __libc_realloc(p, n); }
void* aligned_alloc(std::size_t a, std::size_t n) { return ++allocations, __libc_memalign(a, n); }
void* memalign(std::size_t a, std::size_t n) { return ++allocations, __libc_memalign(a, n); }
int posix_memalign(void** p, std::size_t a, std::size_t n) {
  ++allocations;
  return (*p = __libc_memalign(a, n)) ? 0 : 12;
}
}

namespace {

template <class F> long counted(F&& f) {
  const long before = allocations;
  f();
  return allocations - before;
}

void test(const char* path) {
  const lading::Model model = lading::load(path);
  const Events events(model, 40, 3);
  std::vector<std::pair<lading::Axis, std::int64_t>> lengths;
  for (const lading::Axis& axis : events.axes) lengths.emplace_back(axis, 30);

  lading::Session session{model};
  if (!std::getenv("LADING_TEST_RESERVE")) session.reserve(1, lengths);
  long sum = 0;
  for (std::int64_t e = 0; e < events.entries; ++e) sum += counted([&] { events.set(session, e), session.run(); });
  if (!CHECK_EQUAL(sum, 0)) std::printf("  %s: %ld allocations in %d runs\n", path, sum, int(events.entries));

  lading::Session batched{model};
  batched.reserve(events.entries, lengths);
  auto room = events.room(model);
  const auto columns = events.given();
  const auto results = events.results(room);
  const auto offsets = events.given_offsets();
  const long in_batch = counted([&] { batched.run_batch(events.entries, columns, results, offsets); });
  if (!CHECK_EQUAL(in_batch, 0)) std::printf("  %s: %ld allocations in run_batch\n", path, in_batch);
}

}  // namespace

int main(int count, char** arguments) {
  CHECK(counted([&] { lading::load(arguments[1]); }) > 0);  // the library's are counted
  for (int i = 1; i < count; ++i) test(arguments[i]);
  return report();
}
