#include "graph/workspace.hpp"

#include <cstring>

#include "graph/frame.hpp"

namespace lading {

Workspace::Workspace(TurnCount& turns, std::size_t limit) : count(turns), limit_(limit) {}
Workspace::~Workspace() = default;

// Twice as much as before, so that what grows turn by turn is moved a few times only.
void Workspace::reserve(Kept& room, std::size_t bytes, const std::string& where) {
  if (bytes <= room.capacity && room.memory) return;
  const std::size_t others = held_ - room.capacity;
  refuse_beyond(limit_, others + bytes, where);
  const std::size_t size = std::min(std::max({bytes, 2 * room.capacity, std::size_t(1024)}), limit_ - others);
  Memory memory = allocate(size);
  std::memset(memory.get() + room.capacity, 0, size - room.capacity);
  if (room.capacity) std::memcpy(memory.get(), room.memory.get(), room.capacity);
  room.memory = std::move(memory), room.capacity = size, room.tensor.data = room.memory.get();
  held_ = others + size;
}

std::size_t Workspace::memory() const {
  std::size_t bytes = held_;
  for (const auto& frame : frames) bytes += frame->memory();
  return bytes;
}

}  // namespace lading
