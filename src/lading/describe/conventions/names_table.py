"""A plain table of names: CSV, a variable a row, or all on one line.

A first row with the word ``name`` (or ``variable``) is a header. Then columns may be ``input``, ``unit``,
``description``, ``raw``, ``missing`` (what stands in for NaN), ``pad``, and ``add``, ``subtract``, ``multiply``,
``divide``: steps of the preparation, in the order of the columns. Columns called offset, scale, mean or std are
refused: each of these words means two things.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...errors import FormatError, suggestion
from .content import Content
from .matching import by_name, only_input

if TYPE_CHECKING:
    from ...model import Model

TITLE = "table of names"

VERBS = ("add", "subtract", "multiply", "divide")
TEXTS = ("unit", "description", "raw")
COLUMNS = ("name", "input", *TEXTS, "missing", "pad", *VERBS)
TWO_MEANINGS = ("offset", "scale", "mean", "std", "sigma", "median", "norm_factor", "shift", "factor")


def recognises(content: Content) -> bool:
    return content.text is not None and not content.is_json and bool(content.text.strip()) and bool(content.data)


def papers(content: Content, model: Model) -> dict[str, Any]:
    rows = _rows(content)
    header = _header(rows[0])
    if header is None:
        names = rows[0] if len(rows) == 1 else [row[0] for row in rows]
        if len(rows) > 1 and (wide := next((i for i, row in enumerate(rows, 1) if len(row) > 1), None)):
            raise FormatError(
                f"{content.where}: row {wide} has several cells, and no header says what they are; "
                f"begin with a row such as name,unit (known: {', '.join(COLUMNS)})"
            )
        return _described([({"name": name}, "") for name in names], content, model)
    columns = _columns(header, content)
    return _described([_variable(columns, row, i, content) for i, row in enumerate(rows[1:], 2)], content, model)


def _rows(content: Content) -> list[list[str]]:
    text = content.text or ""
    line = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=line.count)
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        ]
    except csv.Error as error:
        raise FormatError(f"{content.where}: not a table of names: {error}") from None
    rows = [row for row in rows if any(row) and not row[0].startswith("#")]
    if not rows:
        raise FormatError(f"{content.where}: holds no names")
    if rows[0] and len(rows[0]) > 1 and not rows[0][-1]:  # a separator at the end of the line
        rows = [row[:-1] if not row[-1] else row for row in rows]
    return rows


def _header(row: list[str]) -> list[str] | None:
    cells = ["name" if cell.lower() in ("variable", "feature") else cell.lower() for cell in row]
    return cells if "name" in cells else None


def _columns(header: list[str], content: Content) -> list[str]:
    for cell in header:
        if cell in TWO_MEANINGS:
            raise FormatError(
                f"{content.where}: a column '{cell}' has two meanings among those who use the word; name the "
                "operation: add, subtract, multiply or divide"
            )
        if cell not in COLUMNS:
            raise FormatError(f"{content.where}: no column '{cell}' is known {suggestion(cell, COLUMNS)}")
        if header.count(cell) > 1:
            raise FormatError(f"{content.where}: has two columns '{cell}'")
    return header


def _variable(columns: list[str], row: list[str], at: int, content: Content) -> tuple[dict[str, Any], str]:
    where = f"{content.where}: row {at}"
    if len(row) != len(columns):
        raise FormatError(f"{where}: has {len(row)} cells, the header {len(columns)}")
    cells = dict(zip(columns, row, strict=True))
    variable: dict[str, Any] = {"name": cells["name"]}
    variable |= {key: cells[key] for key in TEXTS if cells.get(key)}
    if any(verb in columns for verb in VERBS):
        steps = [{key: _number(cells[key], where, key)} for key in columns if key in VERBS and cells[key]]
        variable["prepare"] = steps
    if cells.get("missing"):
        variable["missing"] = {"when": ["nan"], "value": _number(cells["missing"], where, "missing")}
    if cells.get("pad"):
        variable["pad"] = _number(cells["pad"], where, "pad")
    return variable, cells.get("input", "")


def _number(cell: str, where: str, key: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise FormatError(f"{where}: {key} should be a number, is '{cell[:40]}'") from None
    if not abs(value) <= 1.7976931348623157e308:
        raise FormatError(f"{where}: {key} should be a finite number, is {cell[:40]}")
    return value


def _described(variables: list[tuple[dict[str, Any], str]], content: Content, model: Model) -> dict[str, Any]:
    """The variables under the inputs that they name, in the order of the rows."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for variable, given in variables:
        if not variable["name"]:
            raise FormatError(f"{content.where}: a name is empty")
        if not given:
            given = only_input(Place(None, content.where), model, "a table without a column 'input'").name
        elif (found := by_name(Place(given, content.where), model.input_list, model, "inputs")) is not None:
            given = found.name
        groups.setdefault(given, []).append(variable)
    return {"inputs": [{"of": given, "variables": items} for given, items in groups.items()]}
