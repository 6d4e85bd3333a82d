"""Arrays of any form as flat items with counts, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ValueRefused


@dataclass
class Leading:
    """The axes before an input's own: a shape, or (jagged) counts per level; they come back on the outputs."""

    shape: tuple[int, ...]
    counts: list[np.ndarray] | None = None  # of a jagged array: lengths at each level below the first axis

    @property
    def count(self) -> int:
        """Number of entries."""
        if self.counts:
            return int(self.counts[-1].sum())
        return int(np.prod(self.shape, dtype=np.int64))

    def same(self, other: Leading) -> bool:
        """Both hold as many entries, in the same arrangement."""
        if (self.counts or []) and (other.counts or []):
            mine, theirs = self.counts or [], other.counts or []
            return len(mine) == len(theirs) and all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
        return not self.counts and not other.counts and self.shape == other.shape

    def restore(self, array: Any) -> Any:
        """``array`` (entries, ...) with the leading axes it came with."""
        if self.counts:
            import awkward

            for counts in reversed(self.counts):
                array = awkward.unflatten(array, counts)
            return array
        if isinstance(array, np.ndarray):
            return array.reshape(self.shape + array.shape[1:])
        if len(self.shape) == 0:
            return array[0]
        if len(self.shape) > 1:
            import awkward

            for length in reversed(self.shape[1:]):
                array = awkward.unflatten(array, length)
        return array

    def __str__(self) -> str:
        return str(self.count) if len(self.shape) <= 1 else f"{self.count} {self.shape}"


@dataclass
class Items:
    """Flat values (items, ...) of one variable, and how they were arranged."""

    values: np.ndarray
    leading: Leading
    counts: np.ndarray | None = None  # of a sequence: elements per entry
    form: str = "regular"  # regular, awkward, counts, padded
    width: int = 0  # of regular or padded rows
    valid: np.ndarray | None = None


def items_of(
    values: Any, sequence: bool, fixed: tuple[int, ...], text: str, valid: np.ndarray | None = None
) -> Items:
    """The items of ``values``: one per entry, or one per element of a ``sequence``, each of shape ``fixed``.

    Takes arrays, awkward arrays, lists (of lists), and ``(values, counts)`` pairs; ``valid`` marks the real
    elements of padded rows. Raises ValueRefused for text, or for a shape that does not fit; ``text`` names
    the variable in it.
    """
    if sequence and isinstance(values, tuple) and len(values) == 2:
        return _from_counts(values, fixed, text)
    if hasattr(values, "layout"):
        return _from_awkward(values, sequence, fixed, text)
    array = _numbers(values, text) if not _is_ragged(values) else None
    if array is None:
        return _from_lists(values, sequence, fixed, text)
    own = (1 if sequence else 0) + len(fixed)
    leading = Leading(array.shape[: array.ndim - own])
    if array.ndim < own or array.shape[array.ndim - len(fixed) :] != fixed:
        wanted = ("n", *(("length",) if sequence else ()), *fixed)
        raise ValueRefused(f"{text}: the shape is {array.shape}, expected ({', '.join(map(str, wanted))})")
    if not sequence:
        return Items(array.reshape((leading.count, *fixed)), leading)
    width = array.shape[len(leading.shape)]
    rows = array.reshape((leading.count, width, *fixed))
    if valid is not None:
        if valid.shape != rows.shape[:2]:
            raise ValueRefused(f"{text}: 'valid' has shape {valid.shape}, the values {rows.shape}")
        counts = valid.sum(axis=1).astype(np.int64)
        return Items(rows[valid], leading, counts, "padded", width, valid)
    counts = np.full(leading.count, width, np.int64)
    return Items(rows.reshape((-1, *fixed)), leading, counts, "regular", width)


def _is_ragged(values: Any) -> bool:
    if isinstance(values, np.ndarray):
        return bool(values.dtype == object)
    if not isinstance(values, (list, tuple)) or not values:
        return False
    if hasattr(values[0], "__len__") and not isinstance(values[0], str):
        return len({len(row) for row in values}) > 1 or any(_is_ragged(row) for row in values)
    return False


def _numbers(values: Any, text: str) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        shown = "text" if array.dtype.kind in "USO" else str(array.dtype)
        raise ValueRefused(f"{text}: numbers are expected, not {shown}")
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    elif array.dtype.kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _from_counts(values: tuple[Any, Any], fixed: tuple[int, ...], text: str) -> Items:
    flat, counts = _numbers(values[0], text), np.asarray(values[1])
    if counts.dtype.kind not in "iu" or (counts.size and counts.min() < 0):
        raise ValueRefused(f"{text}: counts must be integers that are not negative")
    if flat.shape != (int(counts.sum()), *fixed):
        raise ValueRefused(
            f"{text}: the counts add up to {int(counts.sum())} elements, the values have shape {flat.shape}"
        )
    return Items(flat, Leading(counts.shape), counts.reshape(-1).astype(np.int64), "counts")


def _from_lists(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    """Rows of differing length: a list of lists, or an object array of arrays."""
    if not sequence:
        raise ValueRefused(f"{text}: rows differ in length, but it is no sequence")
    rows = [_numbers(row, text) for row in values]
    counts = np.array([len(row) for row in rows], np.int64)
    filled = [row for row in rows if len(row)]
    flat = np.concatenate(filled) if filled else np.zeros((0, *fixed), np.float32)
    return Items(_checked(flat, fixed, text), Leading((len(rows),)), counts, "lists")


def _from_awkward(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    import awkward

    levels: list[np.ndarray] = []
    own = 1 + len(fixed)
    depth = values.ndim if hasattr(values, "ndim") else 0
    first = len(values)
    for _ in range(depth - own):
        levels.append(np.asarray(awkward.num(values, axis=1), np.int64))
        values = awkward.flatten(values, axis=1)
    flat = _checked(_numbers(awkward.to_numpy(values, allow_missing=False), text), fixed, text)
    if not sequence:
        return Items(flat, Leading((first,), levels or None), None, "awkward")
    if not levels:
        raise ValueRefused(f"{text} is a sequence: expected one list per entry, got {first} numbers")
    counts = levels.pop()
    return Items(flat, Leading((first,), levels or None), counts, "awkward")


def _checked(flat: np.ndarray, fixed: tuple[int, ...], text: str) -> np.ndarray:
    if flat.shape[1:] != fixed:
        raise ValueRefused(f"{text}: each item has shape {flat.shape[1:]}, expected {fixed}")
    return flat
