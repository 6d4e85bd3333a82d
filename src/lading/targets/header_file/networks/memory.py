"""Where the values of a run stand: arrays in one struct, one for each type, shared by values that do not meet."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Buffer", "layout"]

ALIGNMENT = 16  # elements


@dataclass(eq=False)
class Buffer:
    """Room for ``size`` numbers, in use from one step of the run to another."""

    name: str
    type: str
    size: int
    first: int
    last: int
    offset: int = 0


def layout(buffers: list[Buffer]) -> dict[str, int]:
    """Gives every buffer its place; the room that each type takes in all."""
    room: dict[str, int] = {}
    placed: list[Buffer] = []
    for buffer in sorted(buffers, key=lambda each: -each.size):
        size = -(-max(buffer.size, 1) // ALIGNMENT) * ALIGNMENT
        neighbours = sorted((other for other in placed if other.type == buffer.type
                             and other.first <= buffer.last and buffer.first <= other.last),
                            key=lambda other: other.offset)  # fmt: skip
        buffer.offset = 0
        for other in neighbours:
            if buffer.offset + size <= other.offset:
                break
            buffer.offset = max(buffer.offset, other.offset + -(-max(other.size, 1) // ALIGNMENT) * ALIGNMENT)
        placed.append(buffer)
        room[buffer.type] = max(room.get(buffer.type, 0), buffer.offset + size)
    return dict(sorted(room.items()))
