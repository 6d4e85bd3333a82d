"""A model in a notebook: its facts as a small table, without scripts or style sheets of its own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from .facts import axis_text, facts, formula_text, names_text

if TYPE_CHECKING:
    from ..model import Model

CELL = "padding:1px 14px 1px 0;text-align:left;vertical-align:top"
HEAD = f"{CELL};font-weight:normal;opacity:.65;border-bottom:1px solid rgba(128,128,128,.4)"
NAME = f"{CELL};font-family:monospace;white-space:nowrap"
DIM = "opacity:.65"
PROVEN, ASSERTED = "#2e7d32", "#c77700"


def html(model: Model) -> str:
    """The model as HTML: inputs with their variables, outputs with their labels, size and origin."""
    found = facts(model)
    parts = [
        f'<div style="max-width:60em"><b style="font-size:115%">{escape(found["name"])}</b> '
        f'<span style="{DIM}">{escape(found["version"])}</span> {escape(found["description"])}'
    ]
    parts += [_input(given) for given in found["inputs"]]
    parts += [_output(given) for given in found["outputs"]]
    parts.append(_summary(model, found))
    return "".join(parts) + "</div>"


def _heading(kind: str, given: dict[str, Any]) -> str:
    axes = ", ".join(map(str, given["axes"]))
    return (f'<div style="margin-top:.7em"><span style="{DIM}">{kind}</span> <b>{escape(given["name"])}</b> '
            f'<span style="{DIM}">[{escape(axes)}] {escape(given["type"])}</span> {escape(given["description"])}</div>')


def _input(given: dict[str, Any]) -> str:
    heading = _heading("in", given)
    if given.get("mask"):
        return heading + f'<div style="margin-left:2em">made by the engine for {escape(given["mask"]["of"])}</div>'
    variables = given.get("variables", [])
    columns = [("name", "variable"), ("unit", "unit"), ("missing", "missing"), ("prepare", "preparation"),
               ("description", "meaning")]
    shown = [(key, head) for key, head in columns if any(v.get(key) for v in variables)]
    if not variables:
        return heading
    rows = [[str(v.get(key, "")) for key, _ in shown] for v in variables]
    for row, variable in zip(rows, variables, strict=True):
        if "from" in variable:
            row[-1] = f"{row[-1]} (is {variable['from']})".strip()
    return heading + _table([head for _, head in shown], rows)


def _output(given: dict[str, Any]) -> str:
    rows = [[item["label"], item["description"]] for item in given["labels"]]
    if "computed" in given:
        text = escape(f"= {formula_text(given['computed'])}")
        return _heading("out", given) + f'<div style="margin-left:2em">{text}</div>'
    described = any(row[1] for row in rows)
    if described:
        return _heading("out", given) + _table(["label", "meaning"], rows)
    return _heading("out", given) + f'<div style="margin-left:2em">{escape(", ".join(row[0] for row in rows))}</div>'


def _table(heads: list[str], rows: list[list[str]]) -> str:
    """Rows of text under ``heads``, if there are any; the first cell of a row is a name."""
    head = "".join(f'<th style="{HEAD}">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    style = "margin:2px 0 0 2em;border-collapse:collapse;font-size:inherit"
    return f'<table style="{style}">{f"<tr>{head}</tr>" if heads else ""}{body}</table>'


def _cells(row: list[str]) -> str:
    return "".join(f'<td style="{CELL if at else NAME}">{escape(cell)}</td>' for at, cell in enumerate(row))


def _summary(model: Model, found: dict[str, Any]) -> str:
    size, record = found["size"], found["record"]
    rows = [[axis.name, axis_text(axis)] for axis in model.axes.values() if axis.kind == "sequence"]
    rows.append(["size", f"{size['nodes']} nodes, {size['numbers']:,} numbers"])
    if record.get("licence"):
        rows.append(["licence", str(record["licence"])])
    if found["digest"]:
        rows.append(["digest", f"sha256:{found['digest'][:16]}..."])
    proven = "proven" in found["names"]
    mark, colour = ("&#10003;", PROVEN) if proven else ("?", ASSERTED)
    return (f'<div style="margin-top:.7em;color:{colour}">{mark} names {escape(names_text(found["names"]))}</div>'
            + _table([], rows))
