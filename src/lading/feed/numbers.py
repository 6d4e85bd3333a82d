"""Arrays of anything as arrays of numbers that the engine takes, without losing or inventing one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ValueRefused


def numbers(values: Any, text: str) -> np.ndarray:
    """``values`` as an array of bool, integers, float32 or float64, in native order and aligned.

    What is absent (masked, None, null) becomes NaN. Raises ValueRefused for text and whatever is no number;
    ``text`` names the variable in it.
    """
    array = _array(values, text)
    if array.dtype.kind == "O":
        array = _of_objects(array, text)
    if array.dtype.kind not in "biuf":
        raise ValueRefused(f"{text}: numbers are expected, not {_kind(array)}")
    if np.ma.isMaskedArray(array):
        array = _with_nan(np.asarray(array), np.ma.getmaskarray(array), text)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return _narrowed(array, text)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    whole_strides = all(stride % array.dtype.itemsize == 0 for stride in array.strides)
    return array if array.flags.aligned and whole_strides else array.copy()


def is_absent(item: Any) -> bool:
    """None, or the NA of pandas."""
    return item is None or type(item).__name__ == "NAType"


def _array(values: Any, text: str) -> np.ndarray:
    try:
        return np.asanyarray(values) if np.ma.isMaskedArray(values) else np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ValueRefused(f"{text}: cannot be made an array: {error}") from None


def _kind(array: np.ndarray) -> str:
    if array.dtype.names:
        return f"records with the fields {', '.join(array.dtype.names)}"
    return "text" if array.dtype.kind in "US" else str(array.dtype)


def _of_objects(array: np.ndarray, text: str) -> np.ndarray:
    """Python's numbers, some of them perhaps absent."""
    absent = np.array([is_absent(item) for item in array.reshape(-1)], bool).reshape(array.shape)
    kept = [item for item in array.reshape(-1) if not is_absent(item)]
    for item in kept:
        if not isinstance(item, (int, float, bool, np.generic)) or isinstance(item, (str, bytes)):
            shown = "text" if isinstance(item, (str, bytes)) else type(item).__name__
            raise ValueRefused(f"{text}: numbers are expected, not {shown} ({str(item)[:40]!r})")
    found = np.array(kept, None if kept else np.float64)
    if found.dtype.kind == "O":
        raise ValueRefused(f"{text}: {max(kept, key=abs)} is beyond any 64-bit integer")
    result = np.zeros(array.shape, found.dtype)
    result[~absent] = found
    return _with_nan(result, absent, text)


def _with_nan(values: np.ndarray, absent: np.ndarray, text: str) -> np.ndarray:
    """``values`` with NaN where they are absent; integers become float64, if that holds them."""
    if not absent.any():
        return values
    real = values if values.dtype.kind == "f" else values.astype(np.float64)
    inexact = ~absent & (np.abs(real) >= 2.0**53) if values.dtype.kind in "iu" else np.zeros(0, bool)
    if inexact.any():
        raise ValueRefused(f"{text}: some values are absent and {values[inexact][0]} is too large to stand beside NaN")
    return np.where(absent, real.dtype.type(np.nan), real)


def _narrowed(array: np.ndarray, text: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        result = array.astype(np.float64)
    lost = np.isinf(result) & ~np.isinf(array)
    if lost.any():
        raise ValueRefused(f"{text}: {array[lost][0]} is beyond float64")
    return result
