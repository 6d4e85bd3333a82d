"""Anything with named columns: mappings, pandas and polars frames, structured and record arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Table:
    """Columns by name. ``strict``: a mapping, in which an unknown name is an error, not an extra column."""

    names: list[str]
    get: Callable[[str], Any]
    strict: bool = False
    valid: np.ndarray | None = None  # padded layout: which elements are real

    def nested(self, name: str) -> Any:
        """The column ``name`` if it is itself a table, else None."""
        if name not in self.names:
            return None
        column = self.get(name)
        return column if table_of(column) is not None else None


def table_of(thing: Any) -> Table | None:
    """``thing`` as a table, or None if it has no named columns."""
    if isinstance(thing, Table):
        return thing
    if isinstance(thing, Mapping):
        return Table(list(thing), thing.__getitem__, strict=True)
    if isinstance(thing, (np.ndarray, np.void)) and thing.dtype.names:
        return _structured(thing)
    if hasattr(thing, "fields") and hasattr(thing, "layout"):  # awkward
        return Table(list(thing.fields), lambda name: thing[name]) if thing.fields else None
    if hasattr(thing, "columns") and hasattr(thing, "__getitem__"):  # pandas, polars
        return Table([str(c) for c in thing.columns], lambda name: thing[name].to_numpy())
    return None


def _structured(array: Any) -> Table:
    """A structured array; a boolean field ``valid`` marks the real elements of a padded one (n, length)."""
    names = list(array.dtype.names)
    valid = None
    if "valid" in names and array.ndim == 2 and array.dtype["valid"] == np.bool_:
        valid = array["valid"]
    return Table(names, lambda name: array[name], valid=valid)
