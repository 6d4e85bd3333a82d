"""Merge chains of Transpose, Reshape, Flatten, Squeeze and Unsqueeze.

1. A chain that does nothing goes.
2. Other chains become the shortest that does the same: at best one Squeeze, Unsqueeze, Transpose or
   Reshape, at worst Reshape, Transpose, Reshape. Nodes in between that others read as well stay for these.
3. A Reshape that only puts in or takes out axes of size 1 becomes an Unsqueeze or Squeeze, a Transpose
   that only moves such axes a Reshape.

Exact: these operators only move elements. Where each one goes is written down as in ``axes``, with lengths
as symbols, so that the new chain is right for every length; a new Reshape has a constant target that also
works where a length is 0 (see ``reshape_target``). A chain is changed only if that makes it cheaper
(``COST``), so the rule comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..graph import Attribute, Node
from .axes import Axes
from .rearrange import Step, ways
from .view import Operand, View

#: One node less always pays; among as many the simplest kind, and a target that is known.
COST = {"Squeeze": 100, "Unsqueeze": 100, "Transpose": 110, "Flatten": 112, "Reshape": 115}
COMPUTED_TARGET = 20


def apply(view: View, node: Node) -> str | None:
    """Replaces the chain that ends in ``node`` by the cheapest one."""
    if node.operator not in COST:
        return None
    best: list[Step] | None = None
    source: Operand = ""
    gain = 0
    for start, axes, freed in chains(view, node):
        steps = min(ways(axes), key=_total, default=None)
        if steps is not None and freed - _total(steps) > gain:
            source, best, gain = start, steps, freed - _total(steps)
    if best is None or not _build(view, node, source, best):
        return None
    return f"the chain that ends in it is {' and '.join(step.operator for step in best) or 'nothing'}"


def chains(view: View, node: Node) -> Iterator[tuple[Operand, Axes, int]]:
    """Each chain that ends in ``node``: its source, how the result lies in it, the cost of the nodes that go."""
    chain: list[Node] = []
    cost, goes = 0, True
    current: Node | None = node
    while current is not None and current.operator in COST:
        goes = goes and (not chain or view.is_only_for(current.outputs[0], chain[-1]))
        chain.append(current)
        cost += _cost(view, current) if goes else 0
        shape = view.shape(current.inputs[0])
        if shape is None:
            return
        axes = Axes.of(shape)
        if not all(axes.follow(view, each) for each in reversed(chain)):
            return
        yield current.inputs[0], axes, cost
        current = view.producer(current.inputs[0])


def _cost(view: View, node: Node) -> int:
    computed = node.operator == "Reshape" and view.constant(node.inputs[1]) is None
    return COST[node.operator] + (COMPUTED_TARGET if computed else 0)


def _total(steps: list[Step]) -> int:
    return sum(COST[step.operator] for step in steps)


def _build(view: View, node: Node, source: Operand, steps: list[Step]) -> bool:
    if not steps:
        return view.forward(node, source)
    for step in steps[:-1]:
        source = view.insert(node, step.operator, *_arguments(source, step))
    view.replace(node, steps[-1].operator, *_arguments(source, steps[-1]))
    return True


def _arguments(source: Operand, step: Step) -> tuple[list[Operand], dict[str, Attribute]]:
    if step.operator == "Transpose":
        return [source], {"perm": step.numbers}
    return [source, np.array(step.numbers, np.int64)], {}
