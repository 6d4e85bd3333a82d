"""What is known of a tensor before the graph runs: its type, its shape, and small integers in it.

One table entry an operator, in one file a family; an operator that is in none is simply not known.
Nothing here looks at more than one node, ``infer`` is called in the order in which the nodes run.
"""

from __future__ import annotations

from ...graph import Node
from . import elementwise, layers, layout, reductions, selection, values
from .fact import NOTHING, Call, Fact, Rule

__all__ = ["NOTHING", "Call", "Fact", "infer"]

#: From operator to what it gives, given what goes in.
FAMILIES: dict[str, Rule] = {
    **elementwise.FAMILY,
    **layers.FAMILY,
    **layout.FAMILY,
    **reductions.FAMILY,
    **selection.FAMILY,
}


def infer(node: Node, facts: list[Fact]) -> list[Fact]:
    """One fact for each output of ``node``, given the facts of its inputs (``NOTHING`` where omitted)."""
    call = Call(node, facts)
    rule = FAMILIES.get(node.operator)
    found = rule(call) if rule else []
    known = [found] if isinstance(found, Fact) else list(found)
    known += [NOTHING] * (len(node.outputs) - len(known))
    value = values.evaluate(call)
    if value is not None:
        known[0] = Fact(known[0].type, value.shape, value)
    return known[: len(node.outputs)]
