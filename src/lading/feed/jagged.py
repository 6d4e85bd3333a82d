"""Arrays of any form as flat items with counts, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ValueRefused
from .leading import Leading
from .numbers import is_absent, numbers
from .tables import plain_column


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
    def arrangement(self) -> str:
        """How many entries there are, for messages."""
        if self.leading.shape == () and self.counts is None:
            return "is a single number, not one per entry" if self.values.size == 1 else "is of a single entry"
        return f"has {self.leading}"

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
    from .counted import counted_rows, from_counted, is_counted

    values = plain_column(values)
    if is_counted(values):
        items = from_counted(values, sequence, fixed, text)
    elif hasattr(values, "layout"):
        from .awkward_arrays import from_awkward

        items = from_awkward(values, sequence, fixed, text)
    elif _is_ragged(values):
        if _leads(values, sequence + len(fixed)):
            items = from_counted(counted_rows(_rows(values, text), text), sequence, fixed, text)
        else:
            items = _from_lists(values, sequence, fixed, text)
    else:
        items = _from_array(values, sequence, fixed, text, valid)
    if valid is not None and items.valid is None and items.leading.valid is None:
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
    if not sequence and valid is not None:
        return _of_padded(array, leading, valid, text)
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
    valid = _marks(valid, (*leading.shape, rows.shape[1]), text).reshape(rows.shape[:2])
    return Items(rows[valid], leading, valid.sum(axis=1).astype(np.int64), "padded", rows.shape[1], valid)


def _of_padded(array: np.ndarray, leading: Leading, valid: Any, text: str) -> Items:
    """Entries that stand in padded rows: collisions x muons. The padding is none of them."""
    valid = _marks(valid, leading.shape, text)
    above = Leading(leading.shape[:-1]).lists
    return Items(array[valid], Leading(leading.shape[:1], [*above, valid.sum(axis=-1).reshape(-1)], valid), None)


def _marks(valid: Any, shape: tuple[int, ...], text: str) -> np.ndarray:
    marks: np.ndarray = np.asarray(valid)
    if marks.dtype != np.bool_ or marks.shape != shape:
        raise ValueRefused(f"{text}: 'valid' is {marks.dtype} of shape {marks.shape}, expected bool of shape {shape}")
    return marks


def _is_ragged(values: Any) -> bool:
    """Rows of differing length: a list of lists, or an object array of arrays."""
    if isinstance(values, np.ndarray):
        return values.dtype == object and values.ndim == 1 and any(_is_row(item) for item in values)
    if not isinstance(values, (list, tuple)) or not any(_is_row(row) for row in values):
        return False
    return len({len(row) if _is_row(row) else -1 for row in values}) > 1 or any(_is_ragged(row) for row in values)


def _is_row(item: Any) -> bool:
    return hasattr(item, "__len__") and not isinstance(item, (str, bytes))


def _leads(values: Any, own: int) -> bool:
    """Whether the lists in a column of a table are more than an item's ``own``: each then holds what is of one event.

    Lists of Python have to say so: a row that is too long or too short looks the same.
    """
    return isinstance(values, np.ndarray) and levels_of(values) - 1 > own


def levels_of(values: Any) -> int:
    """How many lists, or axes, stand inside each other."""
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values.ndim
    return 1 + max(map(levels_of, values), default=0) if _is_row(values) else 0


def _rows(values: Any, text: str) -> Any:
    for entry, row in enumerate(values):
        if not _is_row(row):
            found = "nothing" if is_absent(row) else f"the number {row}"
            raise ValueRefused(f"{text}: entry {entry} is {found}, the others are lists; an empty list is []")
    return values


def _from_lists(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    values = _rows(values, text)
    if not sequence and len({len(row) for row in values}) > 1:
        raise ValueRefused(f"{text}: rows differ in length, but it is no sequence; if each row holds entries of one "
                           "event, feed an awkward array, (values, counts) or a column of a table")  # fmt: skip
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
