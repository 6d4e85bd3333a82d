"""Folds: several trainings in one model, one of which is picked for each entry by a key of the entry."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .endpoints import ByFold, Input, Output, of_fold
from .errors import UnknownName, suggestion
from .graph import Graph, Node, Subgraph

if TYPE_CHECKING:
    from .model import Model, Samples

#: What ``requires`` says of a model with folds.
FEATURE = "folds"

HASHES = ("splitmix64",)


@dataclass
class Folds:
    """Which graph is applied to an entry: ``graphs[members[key mod modulo]]``.

    ``key`` is "input.variable", or the name of an input without variables: an int64 that is fed, one number an
    entry. ``hash`` ("" for none) is applied to it first. Without ``members`` the residue itself is the graph's place.
    """

    key: str
    modulo: int
    graphs: list[str]
    hash: str = ""
    members: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.members = self.members or list(range(self.modulo))

    def pick(self, keys: np.ndarray) -> np.ndarray:
        """The place in ``graphs`` for each key, an int64. Also for negative keys 0 <= residue < modulo."""
        members: np.ndarray = np.asarray(self.members, np.int64)[self.residues(keys)]
        return members

    def residues(self, keys: np.ndarray) -> np.ndarray:
        """The residue of each key, or of its hash: an int64 in 0 .. modulo - 1."""
        keys = np.asarray(keys, np.int64)
        if self.hash:
            return np.asarray(splitmix64(keys) % np.uint64(self.modulo)).astype(np.int64)
        return np.asarray(keys % np.int64(self.modulo))

    def __str__(self) -> str:
        hashed = f"{self.hash} of {self.key}" if self.hash else self.key
        taken = "" if self.members == list(range(self.modulo)) else f", residues to {' '.join(map(str, self.members))}"
        return f"{', '.join(self.graphs)} by {hashed} modulo {self.modulo}{taken}"

    def keys(self, picks: np.ndarray) -> np.ndarray:
        """For each place in ``graphs`` a key that picks it, an int64 from 0; those of one place are all different."""
        wanted = np.bincount(picks, minlength=len(self.graphs))
        keys = np.arange(self.modulo * (int(wanted.max(initial=0)) + 8))
        while np.any(np.bincount(self.pick(keys), minlength=len(self.graphs)) < wanted):
            keys = np.arange(2 * len(keys))
        found, picked = np.zeros(len(picks), np.int64), self.pick(keys)
        for fold, count in enumerate(wanted):
            found[picks == fold] = keys[picked == fold][:count]
        return found


def splitmix64(keys: np.ndarray) -> np.ndarray:
    """The uint64 hash of int64 keys: the first output of the generator splitmix64 with the key as its seed."""
    with np.errstate(over="ignore"):  # modulo 2**64
        z = np.asarray(keys, np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))


# ---- one fold of a model


def member(model: Model, fold: str | int, key: bool) -> Model:
    """The model that is applied in one fold, by its name or place: a plain model with one graph, ``main``.

    The rules are those of the fold, and weights that no other reads stay behind; so does, without ``key``, an input
    that holds nothing but the key, if nothing reads it. Its samples are those that picked it. Raises UnknownName.
    """
    if model.folds is None:
        raise UnknownName(f"{model.where} has no folds, and no member '{fold}'")
    at = _place(model.folds, fold, model.where)
    name = model.folds.graphs[at]
    graphs = _graphs_of(model, name)
    read = {each for graph in graphs.values() for node in graph.nodes for each in node.reads()}
    read |= {each for held in _held(graphs) for each in held.outputs}
    dropped = "" if key else _only_the_key(model, read)
    one = replace(
        model, name=f"{model.name}-{name}" if model.name else name, folds=None, graphs=graphs,
        requires=[feature for feature in model.requires if feature != FEATURE],
        input_list=[rules_of_fold(given, at) for given in model.input_list if given.name != dropped],
        output_list=[rules_of_fold(output, at) for output in model.output_list],
        axes=deepcopy(model.axes), names=deepcopy(model.names), record=deepcopy(model.record),
        extra=deepcopy(model.extra), weights={key: array for key, array in model.weights.items() if key in read},
        agreement={}, read_from=None, sample_record=None, _read_samples=None, _samples=None,
    )  # fmt: skip
    if model.has_samples:
        one.samples_later(lambda: _samples_of(model, at, dropped))
    return one


def _only_the_key(model: Model, read: set[str]) -> str:
    """The input that holds the key and nothing else, if no node reads it and no variable is taken from it, or ""."""
    name = key_of(model)[0]
    sources = {variable.source for given in model.input_list for variable in given.variable_list}
    alone = len(model.inputs[name].variable_list) <= 1 and name not in read and len(model.input_list) > 1
    return name if alone and model.folds is not None and model.folds.key not in sources else ""


def _place(folds: Folds, fold: str | int, where: str) -> int:
    if isinstance(fold, str) and fold in folds.graphs:
        return folds.graphs.index(fold)
    if isinstance(fold, (int, np.integer)) and 0 <= fold < len(folds.graphs):
        return int(fold)
    raise UnknownName(f"{where} has no fold '{fold}' {suggestion(str(fold), folds.graphs)}")


Endpoint = TypeVar("Endpoint", Input, Output)


def rules_of_fold(endpoint: Endpoint, fold: int) -> Endpoint:
    """A copy of an input or output with the rules of one fold."""
    copy = deepcopy(endpoint)
    if isinstance(copy, Output):
        copy.when_empty = {axis: of_fold(values, fold) for axis, values in copy.when_empty.items()}
        return copy
    for variable in copy.variable_list:
        variable.prepare, variable.pad = of_fold(variable.prepare, fold), of_fold(variable.pad, fold)
        if variable.missing is not None:
            variable.missing.value = of_fold(variable.missing.value, fold)
    return copy


def by_fold(rules: list[Any]) -> Any:
    """The rule of all, or a ByFold where they differ."""
    return ByFold(rules) if any(repr(rule) != repr(rules[0]) for rule in rules) else rules[0]


def _graphs_of(model: Model, name: str) -> dict[str, Graph]:
    """Copies of a graph, as ``main``, and of those that its nodes hold."""
    return {"main" if each == name else each: deepcopy(graph) for each, graph in scope(model, name).items()}


def scope(model: Model, main: str) -> dict[str, Graph]:
    """A main graph and those that its nodes hold, which see each other's values and nobody else's."""
    graphs = {main: model.graphs[main]}
    waiting = _held(graphs)
    while waiting:
        held = waiting.pop()
        graphs[held.graph] = model.graphs[held.graph]
        waiting += _held({held.graph: graphs[held.graph]})
    return {name: graphs[name] for name in (main, *(each for each in model.graphs if each in graphs and each != main))}


def _held(graphs: dict[str, Graph]) -> list[Subgraph]:
    return [held for graph in graphs.values() for node in graph.nodes for held in subgraphs(node)]


def subgraphs(node: Node) -> list[Subgraph]:
    """The graphs that a node holds."""
    return [value for value in node.attributes.values() if isinstance(value, Subgraph)]


def key_of(model: Model) -> tuple[str, str | None]:
    """The input and the variable (None: it has none) that hold the key of a model with folds."""
    assert model.folds is not None
    text = model.folds.key
    if text in model.inputs:
        return text, None
    name, _, variable = text.partition(".")
    return name, variable


def _samples_of(model: Model, fold: int, dropped: str) -> Samples:
    """The entries that pick a fold, without an input that is ``dropped``."""
    samples = model.samples
    assert model.folds is not None and samples is not None
    found = entries_of(model, samples, model.folds.pick(samples.inputs[key_of(model)].reshape(-1)) == fold)
    return replace(found, inputs={key: values for key, values in found.inputs.items() if key[0] != dropped})


def entries_of(model: Model, samples: Samples, chosen: np.ndarray) -> Samples:
    """The entries of a self-test that ``chosen`` (entries,) marks."""
    elements = {axis: np.repeat(chosen, counts) for axis, counts in samples.counts.items()}
    kept = {axis: np.repeat(chosen, _kept(model, axis, counts)) for axis, counts in samples.counts.items()}
    return replace(
        samples,
        inputs={key: values[elements.get(model.sequence_axis(model.inputs[key[0]].axes) or "", chosen)]
                for key, values in samples.inputs.items()},
        counts={axis: counts[chosen] for axis, counts in samples.counts.items()},
        outputs={name: values[kept.get(model.sequence_axis(model.outputs[name].axes) or "", chosen)]
                 for name, values in samples.outputs.items()},
    )  # fmt: skip


def _kept(model: Model, axis: str, counts: np.ndarray) -> np.ndarray:
    most = model.axes[axis].max
    return counts if most is None else np.minimum(counts, most)
