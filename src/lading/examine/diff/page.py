"""The differences of two models on the terminal: only what differs, and one line that says it all."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..terminal import page_text, print_page
from .behaviour import OutputDifference, ScoreDifferences, Worst
from .endpoints import EndpointDifference
from .result import Differences, Side
from .wording import counted

#: Colours of what a and b say.
A, B = "red", "green"
#: Rows of a table, elements of a sequence, columns without names and labels that are printed; --json has all.
ROWS, ELEMENTS, COLUMNS, LABELS = 30, 4, 40, 20
#: Beyond so many units in the last place nobody speaks of rounding.
PLACES = 10_000


def print_differences(found: Differences) -> None:
    """The page on the terminal."""
    print_page(render(found))


def text(found: Differences, width: int = 100) -> str:
    """The page without colours."""
    return "\n".join(line.rstrip() for line in page_text(render(found), width).splitlines())


def render(found: Differences) -> RenderableType:
    """Which two, what differs in words, what differs in numbers, the worst entry, the answer."""
    parts: list[RenderableType] = [_sides(found)]
    rows = [*_collapsed(found.endpoints), *([("papers", what, "", a, b, True, "")] for what, a, b in found.papers)]
    if rows:
        parts += ["", _endpoints([row for group in rows for row in group])]
    if found.scores is not None:
        parts += _scores(found.scores)
    style = "bold" if found.differ or found.not_run else "bold green"
    return Group(*parts, "", Text(found.summary, style=style))


def _sides(found: Differences) -> RenderableType:
    table = _table()
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for letter, side, style in (("a", found.a, A), ("b", found.b, B)):
        table.add_row(Text(letter, style=style), side.name, _about(side))
    if found.same_function and not found.same_bundle:
        by_place = " by place, under other names" if found.endpoints_differ else ""
        return Group(table, Text(f"the same function{by_place}: {found.a.function}", style="dim"))
    return table


def _about(side: Side) -> str:
    model, origin = side.model, side.model.came_from
    producer = f" by {origin['producer']}" if origin.get("producer") else ""
    named = " ".join(text for text in (model.name if model.name != side.name else "", model.version) if text)
    return ", ".join(text for text in (named, f"from {origin['format']}{producer}" if origin.get("format") else "")
                     if text)  # fmt: skip


def _table(**options: Any) -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, **options)


# ---- endpoints

Row = tuple[str, str, str, str, str, bool, str]


def _collapsed(differences: list[EndpointDifference]) -> list[list[Row]]:
    """Rows (kind, name, what, a, b, words, remark); the same of many variables is one row."""
    groups: dict[Any, list[str]] = {}
    for each in differences:
        key = (each.kind, each.name, each.what, each.a, each.b, each.words, each.remark)
        groups.setdefault(key, []).append(each.part)
    rows: list[list[Row]] = []
    for (kind, name, what, a, b, words, remark), parts in groups.items():
        named = f"{name}.{parts[0]}" if parts[0] else name
        more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
        rows.append([(kind, named + more, what, a, b, words, remark)])
    return rows


def _endpoints(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("", overflow="fold", style="bold")
    table.add_column("", overflow="fold")
    table.add_column(Text("a", style=A), overflow="fold", ratio=1)
    table.add_column(Text("b", style=B), overflow="fold", ratio=1)
    kinds = {"in": "cyan", "out": "green", "axis": "magenta"}
    before = ("", "")
    for kind, name, what, a, b, words, remark in rows[:ROWS]:
        dim = "dim" if words else ""
        said = Text(b, style=dim or B)
        if remark:
            said.append(f"\n({remark})", style="dim")
        shown = Text(kind if kind != before[0] else "", style=kinds.get(kind, ""))
        called = name if (kind, name) != before else ""
        table.add_row(shown, called, Text(what, style=dim), Text(a, style=dim or A), said)
        before = (kind, name)
    if len(rows) > ROWS:
        table.add_row("", Text(f"and {len(rows) - ROWS} more", style="dim"))
    return table


# ---- scores


def _scores(scores: ScoreDifferences) -> list[RenderableType]:
    parts: list[RenderableType] = []
    differing = [output for output in scores.outputs if output.unequal]
    parts += ["", Text(f"scores of {scores.origin}", style="dim")]
    if differing:
        parts.append(_outputs(differing))
    equal = [output.a for output in scores.outputs if not output.unequal]
    if equal and differing:
        parts.append(Text(f"equal to the bit: {_listed(equal)}", style="dim"))
    for text in scores.not_compared:
        parts.append(Text(f"not compared: {text}", style="yellow"))
    for refused in scores.refused:
        other = "b" if refused.side == "a" else "a"
        what = f"{refused.side} refuses {counted(refused.entries, 'entry')} that {other} takes: {refused.why}"
        parts.append(Text(what, style="yellow"))
    if scores.neither:
        parts.append(Text(f"{scores.neither} more that neither takes are left out", style="dim"))
    if lengths := max((output.lengths for output in scores.outputs), default=0):
        parts.append(Text(f"of {counted(lengths, 'entry')} one gives more elements than the other", style="yellow"))
    if one_sided := max((output.only_one for output in scores.outputs), default=0):
        parts.append(Text(f"in {counted(one_sided, 'entry')} only one of the two gives a number", style="yellow"))
    parts += [Text(sentence, style="yellow") for sentence in scores.explanations]
    if scores.worst is not None and scores.differing:
        parts += ["", *_worst(scores.worst)]
    return parts


def _outputs(outputs: list[OutputDifference]) -> Table:
    """Beyond the tolerance how many entries and by how much; where none is, by how many units in the last place."""
    rounding = not any(output.differing for output in outputs)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", style="bold", overflow="ellipsis", no_wrap=True)
    for head in ("rounding" if rounding else "differ", "largest", "of scale", "99 %", "50 %",
                 "last places" if rounding else "rounding"):
        table.add_column(head, justify="right", no_wrap=True)
    for output in outputs[:LABELS]:
        near = output.unequal - output.differing
        sizes = map(_size, (output.largest, output.of_scale, output.quantiles[0.99], output.quantiles[0.5]))
        first = near if rounding else output.differing
        last = f"{output.last_places:.0f}" if output.last_places <= PLACES else "many"
        table.add_row(output.a, Text(str(first), style="dim" if not first else "" if rounding else "bold red"),
                      *sizes, Text(last if rounding else str(near), style="" if rounding or near else "dim"))
    if len(outputs) > LABELS:
        table.add_row(Text(f"and {len(outputs) - LABELS} more", style="dim"))
    return table


def _size(number: float) -> Text:
    return Text("-" if np.isinf(number) else f"{number:.2g}")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


# ---- the worst entry


def _worst(worst: Worst) -> list[RenderableType]:
    known = f", in the words of {worst.side}" if worst.side == "b" else ""
    parts: list[RenderableType] = [Text(f"worst entry: {worst.entry}, {worst.origin}{known}", style="dim")]
    groups: dict[str, list[str]] = {}
    for name, value in worst.inputs.items():
        given, _, variable = name.partition(".")
        unit = worst.units.get(name, "")
        elements = ELEMENTS if variable else COLUMNS
        shown = f"{variable} {_value(value, elements)}".strip() + (f" {unit}" if unit and unit != "1" else "")
        groups.setdefault(given, []).append(shown)
    inputs = _table()
    inputs.add_column(style="cyan")
    inputs.add_column(overflow="fold")
    for given, values in groups.items():
        inputs.add_row(given, ", ".join(values))
    outputs = _table()
    for style in ("bold", A, B):
        outputs.add_column(style=style, overflow="fold")
    rows = [(name, *values) for name, values in worst.outputs.items() if repr(values[0]) != repr(values[1])]
    for name, one, other in rows[:LABELS]:
        outputs.add_row(name, _value(one), _value(other))
    return [*parts, Padding(inputs, (0, 0, 0, 2)), Padding(outputs, (0, 0, 0, 2))]


def _value(value: Any, elements: int = ELEMENTS) -> str:
    """A number, or the first elements of a sequence and how many there are."""
    if not isinstance(value, list):
        return str(value) if isinstance(value, (bool, int)) else f"{value:.9g}"
    flat = np.asarray(value, object).reshape(-1) if value else np.zeros(0)
    shown = " ".join(_value(each) for each in flat[:elements])
    return f"[{shown}{' ... ' + str(len(value)) if len(flat) > elements else ''}]"
