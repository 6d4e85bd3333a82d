"""Arrays of any form as flat items with counts, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import MissingPackage, ValueRefused
from .numbers import is_absent, numbers


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
        mine, theirs = self.counts or [], other.counts or []
        if mine or theirs:
            return len(mine) == len(theirs) and all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
        return self.shape == other.shape

    def restore(self, array: Any) -> Any:
        """``array`` (entries, ...) with the leading axes it came with."""
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


@dataclass
class Items:
    """Flat values (items, ...) of one variable, and how they were arranged."""

    values: np.ndarray
    leading: Leading
    counts: np.ndarray | None = None  # of a sequence: elements per entry
    form: str = "regular"  # regular, awkward, counts, lists, padded
    width: int = 0  # of regular or padded rows
    valid: np.ndarray | None = None

    @property
    def is_empty_list(self) -> bool:
        """One sequence of no elements, or no sequence at all: which of the two, the other inputs tell."""
        return self.counts is not None and self.leading.shape == () and not self.counts.any()


def items_of(
    values: Any, sequence: bool, fixed: tuple[int, ...], text: str, valid: np.ndarray | None = None
) -> Items:
    """The items of ``values``: one per entry, or one per element of a ``sequence``, each of shape ``fixed``.

    Takes arrays, awkward arrays, lists (of lists), and ``(values, counts)`` pairs; ``valid`` marks the real
    elements of padded rows. Raises ValueRefused for text, or for a shape that does not fit; ``text`` names
    the variable in it.
    """
    from .counted import from_counted, is_counted

    if is_counted(values):
        items = from_counted(values, sequence, fixed, text)
    elif hasattr(values, "layout"):
        from .awkward_arrays import from_awkward

        items = from_awkward(values, sequence, fixed, text)
    elif _is_ragged(values):
        items = _from_lists(values, sequence, fixed, text)
    else:
        items = _from_array(values, sequence, fixed, text, valid)
    if valid is not None and sequence and items.valid is None:
        raise ValueRefused(f"{text}: 'valid' marks the elements of padded rows, these are {items.form}")
    if fixed:
        items.values = np.ascontiguousarray(items.values)
    return items


def _from_array(values: Any, sequence: bool, fixed: tuple[int, ...], text: str, valid: np.ndarray | None) -> Items:
    if sequence and np.ma.is_masked(values):
        raise ValueRefused(f"{text}: elements are masked; mark the real ones by a boolean array 'valid' beside it, "
                           "or fill them with NaN")
    array = numbers(values, text)
    leading = Leading(array.shape[: array.ndim - (1 if sequence else 0) - len(fixed)])
    if array.ndim < sequence + len(fixed) or array.shape[array.ndim - len(fixed) :] != fixed:
        wanted = ("n", *(("length",) if sequence else ()), *fixed)
        raise ValueRefused(f"{text}: the shape is {array.shape}, expected ({', '.join(map(str, wanted))})")
    if not sequence:
        return Items(array.reshape((leading.count, *fixed)), leading)
    width = array.shape[len(leading.shape)]
    rows = array.reshape((leading.count, width, *fixed))
    if valid is not None:
        return _from_padded(rows, leading, valid, text)
    form = "lists" if isinstance(values, list) and len(leading.shape) == 1 else "regular"
    counts = np.full(leading.count, width, np.int64)
    return Items(rows.reshape((-1, *fixed)), leading, counts, form, width)


def _from_padded(rows: np.ndarray, leading: Leading, valid: Any, text: str) -> Items:
    valid = np.asarray(valid)
    if valid.dtype != np.bool_ or valid.shape != (*leading.shape, rows.shape[1]):
        raise ValueRefused(f"{text}: 'valid' is {valid.dtype} of shape {valid.shape}, expected bool of shape "
                           f"{(*leading.shape, rows.shape[1])}")
    valid = valid.reshape(rows.shape[:2])
    return Items(rows[valid], leading, valid.sum(axis=1).astype(np.int64), "padded", rows.shape[1], valid)


def _is_ragged(values: Any) -> bool:
    """Rows of differing length: a list of lists, or an object array of arrays."""
    if isinstance(values, np.ndarray):
        return values.dtype == object and values.ndim == 1 and any(_is_row(item) for item in values)
    if not isinstance(values, (list, tuple)) or not any(_is_row(row) for row in values):
        return False
    return len({len(row) if _is_row(row) else -1 for row in values}) > 1 or any(_is_ragged(row) for row in values)


def _is_row(item: Any) -> bool:
    return hasattr(item, "__len__") and not isinstance(item, (str, bytes))


def _from_lists(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    for entry, row in enumerate(values):
        if not _is_row(row):
            found = "nothing" if is_absent(row) else f"the number {row}"
            raise ValueRefused(f"{text}: entry {entry} is {found}, the others are lists; an empty list is []")
    if not sequence and len({len(row) for row in values}) > 1:
        raise ValueRefused(f"{text}: rows differ in length, but it is no sequence")
    rows = [numbers(row, text) for row in values]
    if not sequence:
        return _from_array(np.stack(rows), sequence, fixed, text, None)
    counts = np.array([len(row) for row in rows], np.int64)
    filled = [row for row in rows if len(row)]
    if len({row.shape[1:] for row in filled}) > 1:
        raise ValueRefused(f"{text}: elements differ in shape, expected {fixed}")
    flat = np.concatenate(filled) if filled else np.zeros((0, *fixed), np.float32)
    return Items(checked(flat, fixed, text), Leading((len(rows),)), counts, "lists")


def checked(flat: np.ndarray, fixed: tuple[int, ...], text: str) -> np.ndarray:
    """``flat`` if each of its items has the shape ``fixed``."""
    if flat.shape[1:] != fixed:
        raise ValueRefused(f"{text}: each item has shape {flat.shape[1:]}, expected {fixed}")
    return flat
