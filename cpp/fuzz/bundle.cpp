// Whatever bytes come, reading them as a bundle and running it gives results or an Error.
//
// An input is a choice and one or two files: 'j' takes the rest up to the first 0 byte as model.json and what
// follows as weights, and runs the model on zeros; 's' reads it as weights; anything else as a .lading file.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "bundle/bundle.hpp"
#include "bundle/files.hpp"
#include "bundle/safetensors.hpp"
#include "record.hpp"
#include "session/session.hpp"

namespace {

using namespace lading;

Limits limits() {
  Limits limits;
  limits.memory = std::size_t(64) << 20;
  return limits;
}

void read_json(std::string_view input) {
  const auto model = std::make_shared<const Model>(read_with_record(input, limits()), limits());
  for (const std::int64_t length : {2, 0}) {
    Session session(model);
    for (int a = 0; a < static_cast<int>(model->bundle().axes.size()); ++a)
      if (model->bundle().axes[static_cast<std::size_t>(a)].kind == Axis::Kind::sequence) session.resize(a, length);
    const auto& columns = model->table().columns;
    for (int c = 0; c < static_cast<int>(columns.size()); ++c) {
      const Column& column = columns[static_cast<std::size_t>(c)];
      std::memset(session.slots(c), 0,
                  static_cast<std::size_t>(session.slot_count(c) * column.width) * size_of(column.raw));
    }
    session.run();
  }
}

// Every byte of every tensor is touched, so that a wrong address shows.
void read_weights(std::string_view input) {
  unsigned sum = 0;
  for (const auto& [name, tensor] : read_safetensors({nullptr, input}, "fuzz", limits())) {
    for (std::size_t i = 0; i < tensor.tensor().bytes(); ++i) sum += static_cast<unsigned>(tensor.data.get()[i]);
  }
  static volatile unsigned sink;
  sink = sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (*data == 'j') read_json(rest);
    else if (*data == 's') read_weights(rest);
    else read_member({nullptr, rest}, "model.json", "fuzz");
  } catch (const Error&) {}
  return 0;
}
