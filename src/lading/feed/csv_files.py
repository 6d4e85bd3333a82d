"""CSV: one entry a line under a header of column names."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from ..errors import FormatError, ValueRefused


def header_of(path: Path) -> list[str]:
    """The names of the columns."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [name.strip() for name in next(csv.reader(file), [])]


def read_csv_columns(path: Path, wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """The columns ``wanted`` by name, each in the type given there. An empty cell is NaN; others may hold text.

    Raises FormatError for text where a number should be, and ValueRefused for a column that is there twice.
    """
    header = header_of(path)
    for name in wanted:
        if header.count(name) > 1:
            raise ValueRefused(f"{path}: column '{name}' is there {header.count(name)} times; which is meant?")
    places = [header.index(name) for name in wanted]
    try:
        return _read_numbers(path, places, wanted)
    except (ValueError, DeprecationWarning):
        return _read_cells(path, places, list(wanted))


def _read_numbers(path: Path, places: list[int], wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """All at once, where every cell is a number of its type."""
    dtype = [(str(at), type_) for at, type_ in enumerate(wanted.values())]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*input contained no data")
        warnings.filterwarnings("error", category=DeprecationWarning)  # a whole number written as 1.0
        rows = np.loadtxt(path, dtype, delimiter=",", skiprows=1, usecols=places, ndmin=1, encoding="utf-8-sig",
                          quotechar='"', comments=None)
    return {name: rows[str(at)] for at, name in enumerate(wanted)}


def _read_cells(path: Path, places: list[int], names: list[str]) -> dict[str, np.ndarray]:
    """Cell by cell as float64: slower, and tells which one is no number."""
    columns: list[list[float]] = [[] for _ in names]
    with path.open(newline="", encoding="utf-8-sig") as file:
        for line, row in enumerate(_rows(file, path), 2):
            for column, name, place in zip(columns, names, places, strict=True):
                if place >= len(row):
                    raise FormatError(f"{path}: line {line} has {len(row)} cells, column '{name}' is the {place + 1}th")
                column.append(_number(row[place], f"{path}: line {line}, column '{name}'"))
    return {name: np.array(column, np.float64) for name, column in zip(names, columns, strict=True)}


def _rows(file: TextIO, path: Path) -> Any:
    reader = csv.reader(file)
    next(reader, None)
    return (row for row in reader if row)


def _number(cell: str, where: str) -> float:
    if not cell.strip():
        return float("nan")
    try:
        return float(cell)
    except ValueError:
        raise FormatError(f"{where}: '{cell[:40]}' is no number") from None
