"""Whether models can be folds of one: what goes in and comes out is the same, but for what may differ by fold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..endpoints import Input, Output, Variable, usual_raw
from ..errors import ValueRefused

if TYPE_CHECKING:
    from ..model import Model

#: Where something is said, what it is about, and what is said.
Said = tuple[str, str, Any]


def refuse_differences(parts: dict[str, Model]) -> None:
    """Raises ValueRefused for the first thing that a model says otherwise than the first of them.

    Nothing is reordered: columns in another order are how columns get swapped.
    """
    (first, one), *others = parts.items()
    mine = list(_said(one))
    for name, other in others:
        theirs = list(_said(other))
        for (where, what, a), (_, _, b) in zip(mine, theirs, strict=False):
            if a != b:
                raise ValueRefused(
                    f"'{name}' cannot be a fold beside '{first}': {where}: {what} is {_text(b)}, in '{first}' it is "
                    f"{_text(a)}; folds may differ in prepare, the value for what is missing, pad and when_empty only")


def _said(model: Model) -> Iterator[Said]:
    """Everything that folds share. What there is comes before what is said of it, so that lists fit each other."""
    yield "axes", "their names", list(model.axes)
    for axis in model.axes.values():
        for what in ("kind", "size", "of", "min", "max", "keep", "pad"):
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
    yield where, "pad", "given" if variable.pad is not None else None


def _output(output: Output) -> Iterator[Said]:
    where = f"output '{output.name}'"
    yield where, "axes", output.axes
    yield where, "type", output.type
    yield where, "unit", output.unit
    yield where, "the order of its labels", [label.name for label in output.label_list]
    yield where, "when_empty", sorted(output.when_empty)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(str, value))}]"
    return "not given" if value is None or value == "" else str(value)
