// Reads a bundle and prints what it holds, or the error: what tests compare with the Python reader.
//   read_bundle PATH        exit code 0: it was read, 1: it was refused
//   read_bundle --all PATH...
#include <cstdio>

#include "bundle/bundle.hpp"

namespace {

using namespace lading;

std::string axes_text(const std::vector<AxisUse>& uses, const Bundle& bundle) {
  std::string text;
  for (const AxisUse& use : uses) {
    const std::string name = use.axis >= 0 ? bundle.axes[static_cast<std::size_t>(use.axis)].name
                             : use.kind == AxisUse::Kind::variable ? "variable"
                             : use.kind == AxisUse::Kind::label    ? "label"
                                                                   : std::to_string(use.size);
    text += (text.empty() ? "" : ", ") + name;
  }
  return "[" + text + "]";
}

template <class Tensors> void print_tensors(const char* kind, const Tensors& tensors, const Bundle& bundle) {
  for (const auto& tensor : tensors) {
    std::printf("%s %s %s %s\n", kind, tensor.name.c_str(), axes_text(tensor.axes, bundle).c_str(),
                std::string(name_of(tensor.type)).c_str());
  }
}

void print(const Bundle& bundle) {
  std::printf("ok %s %s\n", bundle.name.c_str(), bundle.version.c_str());
  print_tensors("input", bundle.inputs, bundle);
  print_tensors("output", bundle.outputs, bundle);
  for (const auto& [name, nodes] : bundle.graphs) std::printf("graph %s %zu nodes\n", name.c_str(), nodes.size());
  std::printf("weights %zu tensors %zu bytes\n", bundle.weights.size(), bundle.weight_bytes);
}

// Exit code 0: it was read, 1: it was refused.
int read(const char* path) {
  try {
    print(*read_bundle(path));
    return 0;
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 2 && std::string(arguments[1]) == "--all") {
    for (int i = 2; i < count; ++i) read(arguments[i]);
    return 0;
  }
  if (count == 2) return read(arguments[1]);
  std::fprintf(stderr, "usage: read_bundle PATH, or read_bundle --all PATH...\n");
  return 2;
}
