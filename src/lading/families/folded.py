"""The graphs, weights and rules of several models in one, a graph for each fold."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from ..bundle.encode import plain
from ..endpoints import Input, Missing, Output, Variable
from ..folds import FEATURE, Folds, by_fold
from ..graph import Graph
from .graphs import Weights, graphs_of

if TYPE_CHECKING:
    from ..model import Model
    from .members import Member


def folded(members: list[Member], folds: Folds) -> Model:
    """A model with a graph for each member, called after it; nodes have its name in front, equal weights are one."""
    models = [member.model for member in members]
    first = models[0]
    weights = Weights(members, [name for model in models for name in _values(model)])
    graphs: dict[str, Graph] = {}
    for member in members:
        found = graphs_of(member, weights.names(member))
        graphs |= {member.name if name == "main" else name: graph for name, graph in found.items()}
    ordered = {name: graphs[name] for name in [*folds.graphs, *(each for each in graphs if each not in folds.graphs)]}
    return replace(
        first, axes=deepcopy(first.axes), folds=folds, graphs=ordered, weights=weights.kept,
        input_list=[_input(each) for each in zip(*(model.input_list for model in models), strict=True)],
        output_list=[_output(each) for each in zip(*(model.output_list for model in models), strict=True)],
        requires=sorted({FEATURE}.union(*(model.requires for model in models))), agreement={},
        origin="", exported=False, read_from=None, sample_record=None, _samples=None, _read_samples=None,
    )  # fmt: skip


def _values(model: Model) -> list[str]:
    """Names of what goes in and of what nodes give."""
    nodes = [node for graph in model.graphs.values() for node in graph.nodes]
    return [*model.inputs, *(name for node in nodes for name in node.outputs)]


def _input(same: tuple[Input, ...]) -> Input:
    made = deepcopy(same[0])
    made.variable_list = [_variable(each) for each in zip(*(given.variable_list for given in same), strict=True)]
    return made


def _variable(same: tuple[Variable, ...]) -> Variable:
    made = deepcopy(same[0])
    made.prepare = by_fold([plain(each.prepare) for each in same])
    made.pad = by_fold([plain(each.pad) for each in same])
    if made.missing is not None:
        made.missing = Missing(made.missing.when, by_fold([plain(each.missing.value) for each in same if each.missing]))
    return made


def _output(same: tuple[Output, ...]) -> Output:
    made = deepcopy(same[0])
    made.when_empty = {axis: by_fold([plain(each.when_empty[axis]) for each in same]) for axis in same[0].when_empty}
    return made
