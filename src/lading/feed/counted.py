"""``(values, counts)`` pairs as flat items: the counts of a sequence are its own, those above lead."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ValueRefused
from .jagged import Items, checked, levels_of
from .leading import Leading
from .numbers import numbers


def is_counted(values: Any) -> bool:
    """A tuple of two, but not of two numbers: all elements in a row, and how many each list has."""
    return isinstance(values, tuple) and len(values) == 2 and _is_row(values[0])


def counted_rows(rows: Any, text: str) -> tuple[Any, np.ndarray]:
    """Rows, or rows of rows, as a pair of values and counts. Raises ValueRefused where they hold other than numbers."""
    counts = np.array([len(row) for row in rows], np.int64)
    if levels_of(rows) > 2:
        inner = [item for row in rows for item in row]
        if not all(map(_is_row, inner)):
            raise ValueRefused(f"{text}: some of its lists hold lists, others numbers or nothing; an empty list is []")
        return counted_rows(inner, text), counts
    filled = [numbers(row, text) for row in rows if len(row)]
    return (np.concatenate(filled) if filled else np.zeros(0, np.float32)), counts


def from_counted(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    """The items of a pair, whose values may be pairs again: lists of lists.

    Raises ValueRefused for counts that are no integers, or do not add up.
    """
    levels: list[np.ndarray] = []
    while is_counted(values):
        values, counts = values
        levels.append(_counts(counts, text))
    flat = _folded(numbers(values, text), levels, fixed)
    _refuse_other_sums(flat, levels, text)
    return _arranged(checked(flat, fixed, text), levels, sequence, text)


def _refuse_other_sums(flat: np.ndarray, levels: list[np.ndarray], text: str) -> None:
    """Each level counts the lists of the next one, the last counts the elements."""
    inside = [*(inner.reshape(-1) for inner in levels[1:]), flat]
    for counts, values in zip(levels, inside, strict=False):
        if int(counts.sum()) != len(values):
            raise ValueRefused(
                f"{text}: the counts add up to {int(counts.sum())} elements, the values have shape {values.shape}"
            )


def _arranged(flat: np.ndarray, levels: list[np.ndarray], sequence: bool, text: str) -> Items:
    if not sequence:
        return Items(flat, _leading(levels, len(flat)), None, "counts")
    if not levels:
        raise ValueRefused(f"{text} is a sequence: expected one list per entry, got {len(flat)} numbers")
    own = levels.pop()
    if not levels:
        return Items(flat, Leading(own.shape), own.reshape(-1), "counts")
    return Items(flat, _leading(levels, own.size), own.reshape(-1), "awkward")


def _leading(levels: list[np.ndarray], count: int) -> Leading:
    """Counts (2, 3) are two lists of three lists each; a single count is no list."""
    if not levels or levels[0].ndim == 0:
        return Leading((count,))
    shape = levels[0].shape
    return Leading(shape[:1], [*Leading(shape).lists, *(counts.reshape(-1) for counts in levels)])


def _folded(flat: np.ndarray, levels: list[np.ndarray], fixed: tuple[int, ...]) -> np.ndarray:
    """The innermost lists as the axes of an item, where all are as long: a column of vectors."""
    for size in reversed(fixed[: max(0, len(fixed) - flat.ndim + 1)]):
        if levels and (levels[-1] == size).all() and len(flat) == levels[-1].size * size:
            flat = flat.reshape((levels.pop().size, size, *flat.shape[1:]))
    return flat


def _counts(counts: Any, text: str) -> np.ndarray:
    array = np.asarray(counts)
    if array.size == 0:
        array = array.astype(np.int64)
    which = ""
    if array.dtype.kind in "iu" and array.min(initial=0) < 0:
        at = int(np.flatnonzero(array < 0)[0])
        which = f" (count {at} is {array.reshape(-1)[at]})"
    if array.dtype.kind not in "iu" or which:
        raise ValueRefused(f"{text}: counts must be integers that are not negative{which}; "
                           "a tuple of two is (values, counts)")  # fmt: skip
    return array.astype(np.int64)


def _is_row(item: Any) -> bool:
    return hasattr(item, "__len__") and not isinstance(item, (str, bytes)) and getattr(item, "ndim", 1) > 0
