"""What stands above the entries: axes of an array, lists of events, padded rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import MissingPackage


@dataclass
class Leading:
    """The axes before an input's own: a shape, or (jagged) counts per level; they come back on the outputs."""

    shape: tuple[int, ...]
    counts: list[np.ndarray] | None = None  # of a jagged array: lengths at each level below the first axis
    valid: np.ndarray | None = None  # of padded rows: which of them are entries; ``counts`` are of these

    @property
    def count(self) -> int:
        """Number of entries."""
        if self.counts:
            return int(self.counts[-1].sum())
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def lists(self) -> list[np.ndarray]:
        """Lengths of the lists that the entries stand in, outermost first; of an array those of its rows."""
        above = [int(np.prod(self.shape[:at], dtype=np.int64)) for at in range(len(self.shape))]
        return [np.full(above[at], self.shape[at], np.int64) for at in range(1, len(self.shape))] + (self.counts or [])

    def same(self, other: Leading) -> bool:
        """Both hold as many entries, in the same arrangement."""
        mine, theirs = self.counts or [], other.counts or []
        if mine or theirs:
            return len(mine) == len(theirs) and all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
        return self.shape == other.shape

    def restore(self, array: Any) -> Any:
        """``array`` (entries, ...) with the leading axes it came with."""
        if self.valid is not None and isinstance(array, np.ndarray):
            return filled(array, self.valid)
        if self.counts:
            awkward = _awkward()
            for counts in reversed(self.counts):
                array = awkward.unflatten(array, counts)
            return array
        if isinstance(array, np.ndarray):
            return array.reshape(self.shape + array.shape[1:])
        if len(self.shape) == 0:
            return array[0]
        if len(self.shape) > 1:
            awkward = _awkward()
            for length in reversed(self.shape[1:]):
                array = awkward.unflatten(array, length)
        return array

    def __str__(self) -> str:
        if self.counts:
            return f"{self.count} entries (in {self.shape[0]} lists)"
        if len(self.shape) > 1:
            return f"{self.count} entries ({' x '.join(map(str, self.shape))})"
        return "1 entry" if self.count == 1 else f"{self.count} entries"


def _awkward() -> Any:
    try:
        import awkward
    except ImportError:
        raise MissingPackage("lists come back as awkward arrays: pip install awkward, or take the numbers of all in a "
                             "row from scores.flat(output)") from None  # fmt: skip
    return awkward


def filled(items: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """``items`` where ``valid`` is true, NaN (0 for integers) elsewhere."""
    rows = np.full(valid.shape + items.shape[1:], np.nan if items.dtype.kind == "f" else 0, items.dtype)
    rows[valid] = items
    return rows
