"""``show --plan`` and ``--costs``: the steps that the engine makes of a graph, and what each of them takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..agreement.cases import case_of
from ..errors import ValueRefused
from .terminal import print_page

if TYPE_CHECKING:
    from ..model import Model

#: Elements of each sequence, seconds of measuring, and the fewest and most runs in them.
LENGTH, SECONDS, FEWEST, MOST = 15, 0.5, 5, 2000

#: Characters of the bar of the dearest step.
BAR = 12


def runnable(target: str) -> Model:
    """The bundle at ``target``, or the model that ``convert`` makes of the file there, not compared."""
    from ..converting import convert
    from ..opening import is_bundle, open_model

    if target == "-" or "://" in target:
        raise ValueRefused(f"{target}: has no weights here to run; give the path of a bundle or of a model file")
    if not Path(target).exists() or is_bundle(Path(target)):
        return open_model(target)
    return convert(target, compare=False)


def plan(model: Model) -> dict[str, Any]:
    """The steps of a plan in order, each with the nodes that it does: what is fused is one step.

    Of a model with folds, those of its first member.
    """
    from ..engine import Session

    of, member = _one_graph(model)
    return {"name": model.name, "member": member,
            "steps": [{"nodes": nodes, "operator": operator} for nodes, operator in Session(of).steps()]}  # fmt: skip


def costs(model: Model, entries: int = 1, length: int = LENGTH) -> dict[str, Any]:
    """What each step takes: microseconds of one run on made-up inputs, the median of many runs on one thread.

    ``entries`` are evaluated at once (a graph without an entry axis takes one), their sequences are ``length`` long, or
    as long as their axes let them be. Steps that take nothing are left out: what is only seen in another shape, or
    follows from shapes. Raises ValueRefused for numbers that cannot be.
    """
    from ..engine import Session, isa

    if entries < 1 or length < 0:
        raise ValueRefused(f"costs of {entries} entries of {length} elements: give 1 entry or more, 0 elements or more")
    of, member = _one_graph(model)
    session, case = Session(of), case_of(of, entries, length)
    runs, end = [session.time_graph(case.tensors)], time.perf_counter() + SECONDS
    while len(runs) < FEWEST or (len(runs) < MOST and time.perf_counter() < end):
        runs.append(session.time_graph(case.tensors))
    taken = np.median(runs[1:], axis=0) / 1000
    total = float(taken.sum())
    steps = [{"nodes": nodes, "operator": operator, "microseconds": float(each), "share": float(each) / total}
             for (nodes, operator), each in zip(session.steps(), taken, strict=True) if each > 0]  # fmt: skip
    return {"name": model.name, "member": member, "inputs": case.name, "entries": case.entries, "runs": len(runs) - 1,
            "isa": isa(), "microseconds": total, "steps": steps}  # fmt: skip


def _one_graph(model: Model) -> tuple[Model, str | None]:
    if model.folds is None:
        return model, None
    name = next(iter(model.folds.graphs))
    return model.member(name), name


def print_steps(found: dict[str, Any]) -> None:
    """A plan or its costs on the terminal."""
    print_page(render(found))


def render(found: dict[str, Any]) -> RenderableType:
    """A plan or its costs as a table that fits the terminal."""
    title = Text(found["name"], style="bold")
    if found["member"]:
        title.append(f", the member '{found['member']}'", style="not bold")
    if "microseconds" not in found:
        return Group(title, "", _table(found, ["step", "operator"]))
    how = f"  {found['inputs']}, {found['isa']}, one thread, median of {found['runs']} runs"
    title.append(how, style="not bold dim")
    total = f"{_number(found['microseconds'])} \N{MICRO SIGN}s in all"
    if found["entries"] > 1:
        total += f", {_number(found['microseconds'] / found['entries'])} an entry"
    return Group(title, "", _table(found, ["step", "operator", "\N{MICRO SIGN}s", "%", ""]), "", Text(total))


def _table(found: dict[str, Any], heads: list[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        right = head in ("%", "\N{MICRO SIGN}s")
        table.add_column(head, justify="right" if right else "left", overflow="fold", no_wrap=right or not head)
    dearest = max((step.get("share", 0.0) for step in found["steps"]), default=0.0)
    for step in found["steps"]:
        cells = [step["nodes"], step["operator"]]
        if "share" in step:
            bar = "\N{FULL BLOCK}" * round(BAR * step["share"] / dearest) if dearest else ""
            share = f"{100 * step['share']:.0f}" if step["share"] >= 0.005 else "<1"
            cells += [_number(step["microseconds"]), share, bar]
        table.add_row(*map(Text, cells))
    return table


def _number(microseconds: float) -> str:
    return f"{microseconds:.2f}" if microseconds < 100 else f"{microseconds:,.0f}"
