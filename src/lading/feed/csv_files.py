"""CSV: one entry a line under a header of column names."""

from __future__ import annotations

import csv
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..errors import FormatError, ValueRefused


def header_of(path: Path) -> list[str]:
    """The names of the columns."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [name.strip() for name in next(csv.reader(file), [])]


def refuse_other_separators(path: Path, header: list[str]) -> None:
    """Raises FormatError for a header that is one name with semicolons or tabs in it."""
    for separator, shown in ((";", "';'"), ("\t", "tabs")):
        if len(header) == 1 and separator in header[0]:
            names = ",".join(name.strip() for name in header[0].split(separator))
            raise FormatError(f"{path}: it seems to be separated by {shown}; commas are expected, as in '{names[:60]}'"
                              " (and points in numbers)")  # fmt: skip


def read_csv_columns(path: Path, wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """The columns ``wanted`` by name, each in the type given there. An empty cell is NaN; others may hold text.

    Raises FormatError for text where a number should be, and ValueRefused for a column that is there twice.
    """
    header = header_of(path)
    for name in wanted:
        if header.count(name) > 1:
            raise ValueRefused(f"{path}: column '{name}' is there {header.count(name)} times; which is meant?")
    try:
        return _read_numbers(path, header, wanted)
    except (ValueError, DeprecationWarning):
        return _read_cells(path, header, wanted)


def _read_numbers(path: Path, header: list[str], wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """All at once, where every cell is a finite number of its type and every line has a cell for each name.

    Columns that are not wanted are read as a letter each: so their number is held against the header's.
    """
    dtype = [(str(at), wanted.get(name, "U1")) for at, name in enumerate(header)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*input contained no data")
        warnings.filterwarnings("error", category=DeprecationWarning)  # a whole number written as 1.0
        rows = np.loadtxt(path, dtype, delimiter=",", skiprows=1, ndmin=1, encoding="utf-8-sig", quotechar='"',
                          comments=None)  # fmt: skip
    columns = {name: rows[str(header.index(name))] for name in wanted}
    if any(np.isinf(values).any() for values in columns.values()):
        raise ValueError("written so, or beyond float64?")
    return columns


def _read_cells(path: Path, header: list[str], wanted: dict[str, str]) -> dict[str, np.ndarray]:
    """Cell by cell: slower, and tells which one is no number."""
    places = {name: header.index(name) for name in wanted}
    columns: dict[str, list[float | None]] = {name: [] for name in wanted}
    for line, row in _rows(path):
        if len(row) > len(header):
            raise FormatError(f"{path}: line {line} has {len(row)} cells, the header names {len(header)} columns; "
                              "a comma inside a cell needs quotes around it")  # fmt: skip
        for name, place in places.items():
            if place >= len(row):
                raise FormatError(f"{path}: line {line} has {len(row)} cells, column '{name}' is the {place + 1}th")
            read = _whole if wanted[name] == "int64" else _number
            columns[name].append(read(row[place], f"{path}: line {line}, column '{name}'"))
    return {name: np.array(columns[name], object if wanted[name] == "int64" else np.float64) for name in wanted}


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines below the header that hold something, with their numbers."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        next(reader, None)
        yield from ((reader.line_num, row) for row in reader if row)


def _whole(cell: str, where: str) -> float | None:
    """An integer to its last digit; None is an empty cell."""
    if cell.strip().lstrip("+-").isdecimal() and cell.isascii():
        return int(cell)
    number = _number(cell, where)
    return None if math.isnan(number) else int(number) if number.is_integer() else number


def _number(cell: str, where: str) -> float:
    if not cell.strip():
        return math.nan
    try:
        number = float(cell if cell.isascii() and "_" not in cell else "no number")
    except ValueError:
        raise FormatError(f"{where}: '{cell[:40]}' is no number") from None
    if math.isinf(number) and "inf" not in cell.lower():
        raise FormatError(f"{where}: {cell.strip()[:40]} is beyond float64")
    return number
