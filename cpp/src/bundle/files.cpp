#include "bundle/files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "graph/memory.hpp"

namespace lading {

std::shared_ptr<std::byte> aligned_memory(std::size_t size, const Limits& limits, const std::string& what) {
  std::byte* memory = size <= limits.memory ? allocate_pages(std::max<std::size_t>(size, 1)) : nullptr;
  if (!memory) {
    throw Error(what + ": needs " + std::to_string(size) + " bytes, more than the limit of " +
                    std::to_string(limits.memory) + " or than this machine has",
                Fault::memory);
  }
  return {memory, FreeMemory()};
}

void check_size(const std::string& what, std::size_t size, std::size_t recorded) {
  if (size != recorded)
    throw Error(what + ": has " + std::to_string(size) + (size == 1 ? " byte" : " bytes") + ", model.json says " +
                std::to_string(recorded) + "; the file was changed or damaged");
}

void check_json_size(const std::string& what, std::size_t size) {
  constexpr std::size_t most = 64'000'000;
  if (size > most) throw Error(what + ": larger than 64 MB");
}

Bytes read_file(const std::string& path, const Limits& limits, const CheckSize& check) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) throw Error(path + ": no such file", Fault::missing_file);
  if (!fs::is_regular_file(status))
    throw Error(path + ": not a file (a pipe, a device or a folder)", Fault::missing_file);
  const std::uintmax_t size = fs::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) throw Error(path + ": cannot be read", Fault::missing_file);
  if (check) check(size);
  const auto memory = aligned_memory(size, limits, path);
  char* data = reinterpret_cast<char*>(memory.get());
  if (!file.read(data, static_cast<std::streamsize>(size))) throw Error(path + ": cannot be read to its end");
  return {memory, {data, size}};
}

}  // namespace lading
