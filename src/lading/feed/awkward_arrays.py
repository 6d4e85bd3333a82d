"""Awkward arrays as flat items: the deepest lists of a sequence are its own, those above lead."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ValueRefused
from .jagged import Items, checked
from .leading import Leading
from .numbers import numbers


def from_awkward(values: Any, sequence: bool, fixed: tuple[int, ...], text: str) -> Items:
    """The items of an awkward array. Raises ValueRefused for records, text, absent lists and shapes that do not fit."""
    if fields := getattr(values, "fields", None):
        raise ValueRefused(f"{text}: numbers are expected, not records with the fields {', '.join(fields)}")
    levels: list[np.ndarray] = []
    first, depth = len(values), values.ndim
    for _ in range(depth - 1 - len(fixed)):
        levels.append(_lengths(values, text))
        values = _flattened(values)
    flat = checked(numbers(_rectangular(values, text), text), fixed, text)
    if not sequence:
        return Items(flat, Leading((first,), levels or None), None, "awkward")
    if not levels and first:
        raise ValueRefused(f"{text} is a sequence: expected one list per entry, got {first} numbers")
    counts = levels.pop() if levels else np.zeros(0, np.int64)
    return Items(flat, Leading((first,), levels or None), counts, "awkward")


def _lengths(values: Any, text: str) -> np.ndarray:
    import awkward

    absent = np.asarray(awkward.is_none(values))
    if absent.any():
        raise ValueRefused(f"{text}: entry {int(np.argmax(absent))} is None, the others are lists; an empty list is []")
    return np.asarray(awkward.to_numpy(awkward.num(values, axis=1)), np.int64)


def _flattened(values: Any) -> Any:
    import awkward

    return awkward.flatten(values, axis=1)


def _rectangular(values: Any, text: str) -> Any:
    import awkward

    try:
        return awkward.to_numpy(values, allow_missing=True)
    except (ValueError, TypeError) as error:
        raise ValueRefused(f"{text}: no rectangular array of numbers: {str(error).splitlines()[0]}") from None
