// Sixteen threads on one model: through a pool, and each with sessions of its own. Built with the thread sanitizer, it
// also finds races that give the right numbers.
//   threads BUNDLE...
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "check.hpp"
#include "events.hpp"

namespace {

constexpr int threads = 16;
using Room = std::vector<std::vector<char>>;

Room scores(lading::Session& session, const lading::Model& model, const Events& events) {
  Room room = events.room(model);
  session.run_batch(events.entries, events.given(), events.results(room), events.given_offsets());
  return room;
}

void test(const char* path) {
  const lading::Model model = lading::load(path);
  const Events events(model, 60);
  lading::Session alone{model};
  const Room wanted = scores(alone, model, events);
  const lading::SessionPool pool{model};
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (int round = 0; round < 5; ++round) {
        const auto lease = pool.take();
        CHECK(scores(*lease, model, events) == wanted);
        events.set(*lease, t % events.entries);
        CHECK(bool(lease->try_run()));
        lading::Session own{model};
        CHECK(scores(own, model, events) == wanted);
      }
    });
  for (std::thread& thread : running) thread.join();
}

// A child of a process with a pool takes from it what its parent had, and what it did not have yet.
void test_fork(const char* path) {
  const lading::Model model = lading::load(path);
  const Events events(model, 10);
  const lading::SessionPool pool{model};
  const auto held = pool.take();
  const Room wanted = scores(*held, model, events);
  { CHECK(scores(*pool.take(), model, events) == wanted); }
  const pid_t child = fork();
  if (child == 0) {
    const auto one = pool.take(), other = pool.take();
    const bool same = scores(*one, model, events) == wanted && scores(*other, model, events) == wanted;
    _exit(same && scores(*held, model, events) == wanted ? 0 : 1);
  }
  int status = -1;
  CHECK_EQUAL(waitpid(child, &status, 0), child);
  CHECK_EQUAL(status, 0);
  CHECK(scores(*pool.take(), model, events) == wanted);
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) test(arguments[i]), test_fork(arguments[i]);
  return report();
}
