// What one core of this machine can do at most: fused multiply-adds a nanosecond, and bytes read a nanosecond from a piece
// of memory of the size of each argument, again and again. floors.py builds it with -O3 -march=native and calls it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#if defined(__AVX512F__)
constexpr int lanes = 16;
#else
constexpr int lanes = 8;
#endif
typedef float vec __attribute__((vector_size(lanes * 4)));

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// The best of many rounds, work a nanosecond.
template <class F> double best(double work, F round) {
  double most = 0;
  for (const double end = seconds() + 0.3; seconds() < end;) {
    const double start = seconds();
    round();
    most = std::max(most, work / (seconds() - start) / 1e9);
  }
  return most;
}

double flops() {
  constexpr int sums = 12, steps = 20000;  // enough sums that none waits for itself
  return best(2.0 * sums * steps * lanes, [] {
    vec sum[sums] = {}, a = {}, b = {};
    asm volatile("" : "+v"(a), "+v"(b));
    for (vec& each : sum) asm volatile("" : "+v"(each));  // else they are one sum, for all the compiler knows
    for (int step = 0; step < steps; ++step)
#pragma GCC unroll 12
      for (int i = 0; i < sums; ++i) sum[i] = sum[i] * a + b;
    for (vec& each : sum) asm volatile("" : "+v"(each));
  });
}

double bytes(std::size_t size) {
  constexpr int sums = 8;
  std::vector<float> memory(size / sizeof(float) / (sums * lanes) * (sums * lanes) + 16, 1.f);
  float* aligned = memory.data() + (64 - reinterpret_cast<std::size_t>(memory.data()) % 64) / 4 % 16;
  const std::size_t count = (memory.size() - 16) / lanes;
  const int times = static_cast<int>(std::max<std::size_t>(1, 1000000 / std::max<std::size_t>(size, 1)));
  return best(double(count) * lanes * 4 * times, [&] {
    for (int t = 0; t < times; ++t) {
      vec sum[sums] = {};
      for (std::size_t i = 0; i < count; i += sums)
#pragma GCC unroll 8
        for (int s = 0; s < sums; ++s) sum[s] += *reinterpret_cast<const vec*>(aligned + (i + s) * lanes);
      for (vec& each : sum) asm volatile("" : "+v"(each));
    }
  });
}

}  // namespace

int main(int count, char** sizes) {
  std::printf("%g\n", flops());
  for (int i = 1; i < count; ++i) std::printf("%g\n", bytes(std::strtoull(sizes[i], nullptr, 10)));
}
