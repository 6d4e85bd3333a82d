"""Turns an imported graph into what a careful person would have written by hand.

    >>> changes = simplify(model)                                                    # doctest: +SKIP
    >>> print(len(changes), changes[0])                                              # doctest: +SKIP
    412 fold_constants: Transpose_8: Transpose of constants

A rule is a file with ``apply(view, node)``: it looks at one node and what is around it, changes the graph
where that is safe, and says in a few words what it did, or gives None. The rules of ``RULES`` are applied
to all nodes until none finds anything more; then names are made readable.

What must stay true of every rule: the outputs are the same for every length of every axis for which the
graph gave any, empty ones included; no length that is open in the file is written into the graph; each
operation that remains works on the same numbers in the same order. Where a rule recovers a function
(LayerNormalization, Gelu, Attention …) that equals its parts but for the order of rounding, its docstring
says so, and whoever converts compares the numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UnsupportedError
from ..graph import Node
from ..model import drop_unread_weights
from . import (
    activations,
    attention,
    attention_heads,
    broadcast,
    copies,
    defaults,
    duplicates,
    fold_constants,
    fold_shapes,
    gelu,
    gemm,
    in_place,
    inline_if,
    layout,
    normalization,
    pick,
    recurrent_state,
    shape_vectors,
    split,
    unused,
)
from .view import View

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["RULES", "Change", "simplify"]


@dataclass(frozen=True)
class Change:
    """One thing a rule did: its name, the node it looked at, and a line of text."""

    rule: str
    nodes: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {', '.join(self.nodes)}: {self.text}"


Rule = Callable[[View, Node], "str | None"]

#: The rules by name, in the order in which they are tried in each round.
RULES: dict[str, Rule] = {
    "unused": unused.apply,
    "copies": copies.apply,
    "defaults": defaults.apply,
    "in_place": in_place.apply,
    "inline_if": inline_if.apply,
    "fold_constants": fold_constants.apply,
    "fold_shapes": fold_shapes.apply,
    "broadcast": broadcast.apply,
    "recurrent_state": recurrent_state.apply,
    "layout": layout.apply,
    "pick": pick.apply,
    "duplicates": duplicates.apply,
    "shape_vectors": shape_vectors.apply,
    "normalization": normalization.apply,
    "gelu": gelu.apply,
    "activations": activations.apply,
    "gemm": gemm.apply,
    "attention": attention.apply,
    "attention_heads": attention_heads.apply,
    "split": split.apply,
}

#: A graph that still changes after so many rounds has met two rules that undo each other.
ROUNDS = 100


def simplify(model: Model) -> list[Change]:
    """Simplifies the graphs of ``model`` in place and says what was done. Raises UnsupportedError for folds."""
    if model.folds is not None:
        raise UnsupportedError(f"{model.where}: has folds; simplify its members and fold them again")
    view = View(model)
    changes: list[Change] = []
    for _ in range(ROUNDS):
        found = _round(view)
        changes += found
        if not found:
            break
    return changes


def _round(view: View) -> list[Change]:
    """Every rule once on every node, after the weights are tidied up."""
    changes = [Change("duplicates", (name,), "weight that is there already") for name in duplicates.merge_weights(view)]
    changes += [Change("unused", (name,), "weight that nobody reads") for name in drop_unread_weights(view.model)]
    for name, rule in RULES.items():
        view.facts.clear()
        for node in view.nodes():
            label = node.name
            if view.holds(node) and (text := rule(view, node)):
                changes.append(Change(name, (label,), text))
    return changes
