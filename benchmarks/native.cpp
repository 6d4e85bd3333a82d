// How long one call takes in C, beside ONNX Runtime's C interface, in turns. run.py builds and calls it.
//
//   native LIBONNXRUNTIME NETWORK.onnx BUNDLE [cold] < tensors
//
// cold: before each call, which is then timed alone, something else has used the caches of this core.
// Prints three lines, microseconds of lading and of ONNX Runtime, and the greatest difference.
#include <chrono>
#include <cmath>

#include "calls.hpp"

namespace {

// What an event loop does between two evaluations of one network: 8 MB of other things, of which none stays in registers.
void use_caches() {
  static std::vector<char> others(std::size_t{8} << 20);
  for (std::size_t i = 0; i < others.size(); i += 64) ++others[i];
  asm volatile("" : : "r"(others.data()) : "memory");
}

template <class Run> double median(Run&& once, bool cold) {  // microseconds
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  const auto end = Clock::now() + std::chrono::milliseconds(250);
  while (times.size() < 3 || Clock::now() < end) {
    if (cold) use_caches();
    const auto start = Clock::now();
    once();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
  Tensors tensors = read_tensors();
  Ours ours(arguments[3], tensors.inputs);
  Peer peer(arguments[1]);
  peer.load(arguments[2], tensors.inputs, tensors.outputs);
  ours.run_once(), peer.run_once();
  const bool cold = count_of_arguments > 4;
  for (int round = 0; round < 3; ++round) {
    const double a = median([&] { ours.run_once(); }, cold), b = median([&] { peer.run_once(); }, cold);
    std::printf("%.3f %.3f\n", a, b);
  }
  double difference = 0;
  for (std::size_t o = 0; o < tensors.outputs.size(); ++o) {
    const lading_tensor& tensor = ours.result(o);
    std::int64_t size = 1;
    for (int a = 0; a < tensor.rank; ++a) size *= tensor.dims[a];
    const float *own = static_cast<const float*>(tensor.data), *other = peer.result(o);
    for (std::int64_t i = 0; i < size; ++i) {
      if (std::isnan(own[i]) != std::isnan(other[i])) difference = INFINITY;
      else if (!std::isnan(own[i])) difference = std::max(difference, double(std::fabs(own[i] - other[i])));
    }
  }
  std::printf("%g\n", difference);
}
