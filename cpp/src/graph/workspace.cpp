#include "graph/workspace.hpp"

#include <algorithm>
#include <cstring>

#include "graph/frame.hpp"

namespace lading {

Workspace::Workspace(TurnCount& turns, MemoryBudget& budget) : count(turns), budget_(budget) {}
Workspace::~Workspace() = default;

// Twice as much as before, so that what grows turn by turn is moved a few times only.
void Workspace::reserve(Kept& room, std::size_t bytes, const std::string& where) {
  const std::size_t before = room.memory.size();
  if (bytes <= before && room.memory.get()) return;
  std::size_t size = std::max({bytes, 2 * before, std::size_t(1024)});
  if (!budget_.allows(size)) size = bytes;
  HeldMemory memory = budget_.take(size, where);
  std::memset(memory.get() + before, 0, size - before);
  if (before) std::memcpy(memory.get(), room.memory.get(), before);
  held_ += size - before;
  room.memory = std::move(memory), room.tensor.data = room.memory.get();
}

std::size_t Workspace::memory() const {
  std::size_t bytes = held_;
  for (const auto& frame : frames) bytes += frame->memory();
  return bytes;
}

}  // namespace lading
