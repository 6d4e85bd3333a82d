#include "graph/workspace.hpp"

#include <algorithm>
#include <cstring>

#include "graph/frame.hpp"

namespace lading {

Workspace::Workspace(TurnCount& turns, MemoryBudget& budget) : count(turns), budget_(budget) {}
Workspace::~Workspace() = default;

// Twice as much as before, so that what grows turn by turn is moved a few times only.
void Workspace::reserve(Kept& room, std::size_t bytes, const std::string& where) {
  if (bytes <= room.capacity && room.memory) return;
  std::size_t size = std::max({bytes, 2 * room.capacity, std::size_t(1024)});
  if (!budget_.allows(size)) size = bytes;
  HeldMemory memory = budget_.take(size, where);
  std::memset(memory.get() + room.capacity, 0, size - room.capacity);
  if (room.capacity) std::memcpy(memory.get(), room.memory.get(), room.capacity);
  held_ += size - room.capacity;
  room.memory = std::move(memory), room.capacity = size, room.tensor.data = room.memory.get();
}

std::size_t Workspace::memory() const {
  std::size_t bytes = held_;
  for (const auto& frame : frames) bytes += frame->memory();
  return bytes;
}

}  // namespace lading
