"""What the models of a family have inside, under names that differ: nodes, graphs and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..copying import copy_of
from ..folds import subgraphs
from ..graph import Graph, free_name, type_name
from ..sources.naming import rename_values

if TYPE_CHECKING:
    from ..model import Model
    from .members import Member


def graphs_of(member: Member, values: Mapping[str, str]) -> dict[str, Graph]:
    """Copies of a member's graphs: nodes, and graphs that they hold, have its name in front, values other names."""
    model, place = copy_of(member.model), f"{member.name}."
    rename_values(model.graphs.values(), values)
    for node in (node for graph in model.graphs.values() for node in graph.nodes):
        node.name = place + node.name
        for held in subgraphs(node):
            held.graph = place + held.graph
    return {name if name in model.main_graphs else place + name: graph for name, graph in model.graphs.items()}


class Weights:
    """The weights of all members: those that are equal to the bit are stored once.

    A name that means the same in several members, and nothing else in another, stays; else the member's stands in
    front of it. ``taken``: names of other values.
    """

    def __init__(self, members: list[Member], taken: Iterable[str]) -> None:
        self.kept: dict[str, np.ndarray] = {}
        self._by_content: dict[str, str] = {}
        self._common = _common([member.model for member in members])
        self._taken = set(taken) | self._common

    def names(self, member: Member) -> dict[str, str]:
        """New names by a member's own."""
        return {name: self._name(member, name, array) for name, array in member.model.weights.items()}

    def _name(self, member: Member, name: str, array: np.ndarray) -> str:
        content = _content(array)
        if content not in self._by_content:
            new = name if name in self._common else free_name(f"{member.name}.{name}", self._taken)
            self._by_content[content], self.kept[new] = new, array
        return self._by_content[content]


def _common(models: list[Model]) -> set[str]:
    """Names of weights that at least two models have, and all that have them alike."""
    contents: dict[str, list[str]] = {}
    for model in models:
        for name, array in model.weights.items():
            contents.setdefault(name, []).append(_content(array))
    return {name for name, found in contents.items() if len(found) > 1 and len(set(found)) == 1}


def _content(array: np.ndarray) -> str:
    """Type, shape and a digest of the bytes."""
    return f"{type_name(array)} {array.shape} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"
