// How long FastGraph<float>::compute takes, lading's and lwtnn's, in turns. lwtnn.py builds and calls it.
//
//   lwtnn_calls NETWORK.json BUNDLE OUTPUT STEPS
//
// Prints three lines, microseconds of lading and of lwtnn, and the greatest difference of the results.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "lwtnn_call.hpp"

namespace {

double median(Call& call) {  // microseconds
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  const auto end = Clock::now() + std::chrono::milliseconds(250);
  while (times.size() < 3 || Clock::now() < end) {
    const auto start = Clock::now();
    for (int i = 0; i < 4; ++i) call.once();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count() / 4);
  }
  std::nth_element(times.begin(), times.begin() + std::ptrdiff_t(times.size() / 2), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int, char** arguments) {
  try {
    const Inputs inputs = lwtnn_inputs(arguments[1], std::strtoul(arguments[4], nullptr, 10));
    const auto ours = lading_call(arguments[2], inputs, arguments[3]);
    const auto theirs = lwtnn_call(arguments[1], inputs, arguments[3]);
    ours->once(), theirs->once();
    for (int round = 0; round < 3; ++round) {
      const double a = median(*ours), b = median(*theirs);
      std::printf("%.3f %.3f\n", a, b);
    }
    const auto own = ours->result(), other = theirs->result();
    double difference = own.size() == other.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < own.size() && i < other.size(); ++i)
      difference = std::fmax(difference, std::fabs(double(own[i]) - double(other[i])));
    std::printf("%g\n", difference);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
