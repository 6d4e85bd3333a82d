"""Whether models can be one: what goes in and comes out is the same, but for how each prepares its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..endpoints import Input, Output, Variable, usual_raw
from ..errors import ValueRefused
from .members import Member

if TYPE_CHECKING:
    from ..model import Model

#: Where something is said, what it is about, and what is said.
Said = tuple[str, str, Any]

#: What is said of a variable's preparation: models that have an input each may differ in it.
PREPARED = ("what is missing", "categories", "unknown", "a pad of its own")
#: What only people read: it may be said by one and not by the other.
WORDS = ("order", "selection")


def refuse_differences(members: list[Member], may_differ: str, prepared: bool = False) -> None:
    """Raises ValueRefused for the first thing that a model says otherwise than the first of them.

    ``may_differ`` tells the reader what may; ``prepared``: whether that is all of the preparation, or its numbers
    only. Nothing is reordered: columns in another order are how columns get swapped.
    """
    first, *others = members
    mine = list(_said(first.model))
    for other in others:
        for (where, what, a), (_, _, b) in zip(mine, _said(other.model), strict=False):
            if a == b or (prepared and what in PREPARED) or (what in WORDS and not (a and b)):
                continue
            raise ValueRefused(f"'{other.name}' and '{first.name}' cannot be one model: {where}: {what} is {_text(b)}, "
                               f"in '{first.name}' it is {_text(a)}; only {may_differ} may differ")


def _said(model: Model) -> Iterator[Said]:
    """Everything that they share. What there is comes before what is said of it, so that lists fit each other."""
    yield "folds", "the rule", model.folds and str(model.folds)
    yield "axes", "their names", list(model.axes)
    for axis in model.axes.values():
        for what in ("kind", "size", "of", "min", "max", "keep", "pad", *WORDS):
            yield f"axis '{axis.name}'", what, getattr(axis, what)
    yield "inputs", "their order", [given.name for given in model.input_list]
    for given in model.input_list:
        yield from _input(given)
    yield "outputs", "their order", [output.name for output in model.output_list]
    for output in model.output_list:
        yield from _output(output)


def _input(given: Input) -> Iterator[Said]:
    where = f"input '{given.name}'"
    yield where, "axes", given.axes
    yield where, "type", given.type
    yield where, "mask", given.mask
    yield where, "the order of its variables", [variable.name for variable in given.variable_list]
    for variable in given.variable_list:
        yield from _variable(f"{where}, variable '{variable.name}'", given, variable)


def _variable(where: str, given: Input, variable: Variable) -> Iterator[Said]:
    yield where, "unit", variable.unit
    yield where, "raw", variable.raw or usual_raw(given.type)
    yield where, "from", variable.source
    yield where, "what is missing", None if variable.missing is None else variable.missing.when
    yield where, "categories", variable.categories
    yield where, "unknown", variable.unknown or "refuse" if variable.categories else None
    yield where, "a pad of its own", "given" if variable.pad is not None else None


def _output(output: Output) -> Iterator[Said]:
    where = f"output '{output.name}'"
    yield where, "axes", output.axes
    yield where, "type", output.type
    yield where, "unit", output.unit
    yield where, "the order of its labels", [label.name for label in output.label_list]
    yield where, "axes with when_empty", sorted(output.when_empty)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(str, value))}]"
    return "not given" if value is None or value == "" else str(value)
