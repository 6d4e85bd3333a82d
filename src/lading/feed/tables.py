"""Anything with named columns: mappings, pandas, polars and Arrow tables, structured and record arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ValueRefused


@dataclass
class Table:
    """Columns by name. ``strict``: a mapping, in which an unknown name is an error, not an extra column."""

    names: list[str]
    get: Callable[[str], Any]
    strict: bool = False
    valid: np.ndarray | None = None  # padded layout: which elements are real
    codes: Callable[[str], Any] | None = None  # of a column of categories, None of others

    def column(self, name: str) -> Any:
        """The column ``name``. Raises ValueRefused if there are two."""
        if self.names.count(name) > 1:
            raise ValueRefused(f"column '{name}' is there {self.names.count(name)} times; which is meant?")
        return self.get(name)

    def refuse_ambiguous(self, name: str) -> None:
        """Raises ValueRefused for a column of categories that are numbers, but others than their codes: the trees of
        most libraries look at the codes."""
        codes = self.codes(name) if self.codes else None
        if codes is None:
            return
        values = np.asarray(self.get(name))
        if values.dtype.kind not in "iufb" or np.array_equal(values, codes):
            return
        raise ValueRefused(
            f"column '{name}' holds categories, and its codes are other numbers than their values (code {codes[0]} is "
            f"{values[0]}): feed numbers as in training: the codes (pandas: table['{name}'].cat.codes), or the values "
            f"(table['{name}'].astype(float))"
        )

    def nested(self, name: str) -> Any:
        """The column ``name`` if it is itself a table, else None."""
        if self.names.count(name) != 1:
            return None
        column = self.get(name)
        return column if table_of(column) is not None else None

    def with_valid(self, least: int = 1) -> Table:
        """A boolean column ``valid`` of ``least`` axes or more taken out: it marks what is real in padded rows."""
        if self.valid is not None or self.names.count("valid") != 1:
            return self
        valid = self.get("valid")
        if isinstance(valid, (tuple, list)) or hasattr(valid, "layout"):  # lists are not padded
            return self
        valid = np.asarray(valid)
        if valid.dtype != np.bool_ or valid.ndim < least:
            return self
        return Table([name for name in self.names if name != "valid"], self.get, self.strict, valid)


def table_of(thing: Any) -> Table | None:
    """``thing`` as a table, or None if it has no named columns."""
    if isinstance(thing, Table):
        return thing
    if type(thing).__name__ == "LazyFrame":
        raise ValueRefused("a LazyFrame holds no numbers yet: call collect() first, and feed what it gives")
    if isinstance(thing, Mapping):
        return Table([str(name) for name in thing], _by_text(thing), strict=True)
    if getattr(getattr(thing, "dtype", None), "names", None):  # structured arrays, datasets of HDF5
        array = np.asanyarray(thing)
        return Table(list(array.dtype.names or ()), lambda name: array[name])
    if hasattr(thing, "fields") and hasattr(thing, "layout"):  # awkward
        return Table(list(thing.fields), lambda name: thing[name]) if thing.fields else None
    if hasattr(thing, "column_names") and hasattr(thing, "column"):  # Arrow
        return Table(list(thing.column_names), lambda name: arrow_column(thing.column(name)),
                     codes=lambda name: _arrow_codes(thing.column(name)))  # fmt: skip
    if hasattr(thing, "columns") and hasattr(thing, "__getitem__"):  # pandas, polars
        key = {str(column): column for column in thing.columns}
        return Table([str(column) for column in thing.columns], lambda name: thing[key[name]].to_numpy(),
                     codes=lambda name: _pandas_codes(thing[key[name]]))  # fmt: skip
    return None


def arrow_column(column: Any) -> Any:
    """An Arrow array as numbers, or as pairs of values and counts where it holds lists."""
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    if not hasattr(column, "value_lengths") or column.null_count:
        return column.to_numpy(zero_copy_only=False)  # lists that are null are refused later, with their entry
    return arrow_column(column.flatten()), column.value_lengths().to_numpy(zero_copy_only=False)


def plain_column(column: Any) -> Any:
    """A series of pandas or polars, or an array of Arrow, as a column of its table is; anything else as it is."""
    if type(column).__name__ == "ChunkedArray" or hasattr(column, "value_lengths"):
        return arrow_column(column)
    return column.to_numpy() if type(column).__name__ == "Series" else column


def _pandas_codes(column: Any) -> np.ndarray | None:
    categories = getattr(column, "cat", None) if str(getattr(column, "dtype", "")) == "category" else None
    return None if categories is None else categories.codes.to_numpy()


def _arrow_codes(column: Any) -> np.ndarray | None:
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    return column.indices.to_numpy(zero_copy_only=False) if hasattr(column, "indices") else None


def _by_text(mapping: Mapping[Any, Any]) -> Callable[[str], Any]:
    key = {str(name): name for name in mapping}
    return lambda name: mapping[key[name]]
