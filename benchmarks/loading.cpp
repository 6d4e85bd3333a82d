// From a file to the first result in C: prints milliseconds, and kilobytes that the process holds more than before.
//
//   loading lading BUNDLE < tensors
//   loading LIBONNXRUNTIME NETWORK.onnx < tensors
//
// The libraries are loaded, and ONNX Runtime's environment made, before the clock starts.
#include <chrono>
#include <fstream>
#include <optional>

#include "calls.hpp"

namespace {

long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  return 0;
}

}  // namespace

int main(int, char** arguments) {
  Tensors tensors = read_tensors();
  const std::string which = arguments[1];
  std::optional<Peer> peer;
  std::optional<Ours> ours;
  if (which != "lading") peer.emplace(arguments[1]);
  else (void)lading_version();  // the library is bound
  const long before = resident_kilobytes();
  const auto start = std::chrono::steady_clock::now();
  if (peer) peer->load(arguments[2], tensors.inputs, tensors.outputs), peer->run_once();
  else ours.emplace(arguments[2], tensors.inputs), ours->run_once();
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
  std::printf("%.3f %ld\n", passed.count(), resident_kilobytes() - before);
}
