"""The graphs, weights and rules of several models in one."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..bundle.encode import plain
from ..endpoints import Input, Missing, Output, Variable
from ..folds import FEATURE, Folds, by_fold, subgraphs
from ..graph import Graph, Node
from ..sources.naming import rename_values

if TYPE_CHECKING:
    from ..model import Model


def joined(parts: dict[str, Model], folds: Folds) -> Model:
    """A model with the graphs of all: nodes and weights have the fold's name in front, equal weights are one."""
    first, models = next(iter(parts.values())), list(parts.values())
    weights = _Weights(models)
    taken, nodes = set(folds.graphs), set[str]()
    graphs: dict[str, Graph] = {}
    for fold, model in parts.items():
        graphs |= _graphs(fold, model, weights.names(fold, model), taken, nodes)
    ordered = {name: graphs[name] for name in [*folds.graphs, *(each for each in graphs if each not in folds.graphs)]}
    return replace(
        first, axes=deepcopy(first.axes), folds=folds, graphs=ordered, weights=weights.kept,
        input_list=[_input(each) for each in zip(*(model.input_list for model in models), strict=True)],
        output_list=[_output(each) for each in zip(*(model.output_list for model in models), strict=True)],
        requires=sorted({FEATURE}.union(*(model.requires for model in models))),
        tolerance=tuple(map(max, zip(*(model.tolerance for model in models), strict=True))), agreement={}, extra={},
        origin="", exported=False, read_from=None, sample_record=None, _samples=None, _read_samples=None,
    )  # fmt: skip


# ---- graphs and weights


def _graphs(fold: str, model: Model, weights: dict[str, str], taken: set[str], nodes: set[str]) -> dict[str, Graph]:
    """Copies of a model's graphs, ``main`` under the name of the fold."""
    new = {name: fold if name == "main" else _free(f"{fold}.{name}", taken) for name in model.graphs}
    graphs = {new[name]: deepcopy(graph) for name, graph in model.graphs.items()}
    rename_values(graphs.values(), weights)
    for node in (node for graph in graphs.values() for node in graph.nodes):
        node.name = _free(f"{fold}.{node.name}", nodes)
        for held in subgraphs(node):
            held.graph = new[held.graph]
    return graphs


class _Weights:
    """The weights of all models under one set of names."""

    def __init__(self, models: list[Model]) -> None:
        self.kept: dict[str, np.ndarray] = {}
        self._by_content: dict[str, str] = {}
        self._taken = {name for model in models for name in _values(model)}
        self._common = {
            name for name, array in models[0].weights.items()
            if all(name in model.weights and _content(model.weights[name]) == _content(array) for model in models[1:])
        }  # fmt: skip

    def names(self, fold: str, model: Model) -> dict[str, str]:
        """New names by old ones. What all have alike keeps its name."""
        return {name: self._name(fold, name, array) for name, array in model.weights.items()}

    def _name(self, fold: str, name: str, array: np.ndarray) -> str:
        content = _content(array)
        if content not in self._by_content:
            new = name if name in self._common else _free(f"{fold}.{name}", self._taken)
            self._by_content[content], self.kept[new] = new, array
        return self._by_content[content]


def _content(array: np.ndarray) -> str:
    """Type, shape and a digest of the bytes."""
    return f"{array.dtype} {array.shape} {hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}"


def _values(model: Model) -> list[str]:
    """Names of all values of a model."""
    nodes: list[Node] = [node for graph in model.graphs.values() for node in graph.nodes]
    return [*model.inputs, *model.weights, *(name for node in nodes for name in node.outputs)]


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number behind it where that is taken; taken from then on."""
    fresh, number = name, 1
    while fresh in taken:
        number += 1
        fresh = f"{name}_{number}"
    taken.add(fresh)
    return fresh


# ---- rules


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
