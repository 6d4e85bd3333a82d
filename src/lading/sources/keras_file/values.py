"""What flows between layers: a value of the graph, its shape and its mask."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["ENTRY", "Length", "Shape", "Value"]

ENTRY = "entry"

#: A fixed length, or the name of an open one.
Length = int | str
Shape = tuple[Length, ...]


@dataclass(frozen=True)
class Value:
    """A tensor by its name in the graph. Its first axis holds the entries.

    ``mask`` is the bool value (entries, steps) that travels with it in Keras: which steps are there.
    """

    name: str
    shape: Shape
    type: str = "float32"
    mask: Value | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)

    def unmasked(self) -> Value:
        return replace(self, mask=None)

    def masked(self, mask: Value | None) -> Value:
        return replace(self, mask=mask)
