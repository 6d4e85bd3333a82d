"""Which values depend on the numbers that are fed, and which of those say what shape comes out: a header has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....errors import UnsupportedError

if TYPE_CHECKING:
    from ....graph import Node
    from ....model import Model

__all__ = ["SHAPING", "live_nodes", "moving_values", "refuse_moving_shapes"]

#: Operators whose result depends on the shape of what they read, not on its numbers.
SHAPE_ONLY = ("Shape", "Size")

#: Inputs whose numbers say what shape comes out; those of all other operators of a header follow from shapes alone.
SHAPING = {"Reshape": (1,), "Squeeze": (1,), "Unsqueeze": (1,), "Split": (1,), "Slice": (1, 2, 3, 4), "Expand": (1,),
           "Tile": (1,), "Pad": (1, 3), "ConstantOfShape": (0,), "TopK": (1,)}  # fmt: skip
REDUCTION_AXES = (1,)


def live_nodes(model: Model) -> list[Node]:
    """The nodes that an output needs, be it only for a shape."""
    wanted, kept = set(model.outputs), []
    for node in reversed(model.graphs["main"].nodes):
        if wanted & set(node.outputs):
            wanted |= set(node.reads())
            kept.append(node)
    return kept[::-1]


def moving_values(model: Model) -> set[str]:
    """Values whose numbers depend on those of the entry, not only on how long its sequences are."""
    moving = {given.name for given in model.input_list}
    for node in live_nodes(model):
        if node.operator not in SHAPE_ONLY and moving & set(node.reads()):
            moving |= set(filter(None, node.outputs))
    return moving


def refuse_moving_shapes(model: Model, moving: set[str], where: str) -> None:
    """Raises UnsupportedError for the first node of which fed numbers decide the shape."""
    from .operators import OPERATORS

    for node in live_nodes(model):
        if node.operator in SHAPE_ONLY or not moving & set(node.reads()):
            continue
        named = f"{where}: node '{node.name}' ({node.operator}) cannot be written as a header"
        if node.operator not in OPERATORS:
            raise UnsupportedError(f"{named}: a header has no such operator; use the library")
        for place in _shaping(node.operator):
            name = node.inputs[place] if place < len(node.inputs) else ""
            if isinstance(name, str) and name in moving:
                raise UnsupportedError(f"{named}: the shape of what it gives depends on the numbers of '{name}' (its "
                                       f"input {place}), which {_source(model, name)}; a header has fixed shapes, so "
                                       "use the library")


def _shaping(operator: str) -> tuple[int, ...]:
    return REDUCTION_AXES if operator.startswith("Reduce") else SHAPING.get(operator, ())


def _source(model: Model, name: str) -> str:
    """What of the inputs a value is computed from."""
    if name in model.inputs:
        return "is fed"
    wanted = {name}
    for node in reversed(model.graphs["main"].nodes):
        if wanted & set(node.outputs) and node.operator not in SHAPE_ONLY:
            wanted |= set(node.reads())
    found = [f"'{given.name}'" for given in model.input_list if given.name in wanted]
    return f"is computed from the input{'s' * (len(found) > 1)} {' and '.join(found)}"
