"""A network of lwtnn, checked: inputs, nodes with their layers in an order in which they can run, outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...errors import FormatError, UnsupportedError
from .layers import Convolution, Embedding, Layer, is_sequential
from .parsing import member, number, objects

__all__ = ["Given", "Network", "Node", "Result", "Slot", "inputs_of"]


@dataclass
class Slot:
    """A variable: what enters is ``(raw + offset) * scale``; ``default`` stands in for NaN and infinities."""

    name: str
    offset: float
    scale: float
    default: float | None = None


@dataclass
class Given:
    """What is fed together: a vector, or the steps of a sequence."""

    name: str
    slots: list[Slot]


@dataclass
class Node:
    """``kind`` as lwtnn has it. ``sources``: numbers of nodes; of inputs for "input" and "input_sequence".

    ``width``: values, of a sequence at each step. ``sequence``: number of the input sequence whose steps it has.
    ``columns``: for a sequence, which slot each value is as it was fed; None for one that was computed.
    """

    kind: str
    sources: list[int]
    layer: Layer | None = None
    width: int = 0
    sequence: int | None = None
    lost: int = 0
    columns: list[int | None] = field(default_factory=list)

    @property
    def is_sequence(self) -> bool:
        return self.kind in ("input_sequence", "sequence", "time_distributed")

    @property
    def is_vector(self) -> bool:
        """Whether it can be used as a vector: a layer on a sequence gives its last step."""
        return self.kind not in ("input_sequence", "time_distributed")


@dataclass
class Result:
    """An output: the first values of node ``node``, by ``labels``."""

    name: str
    labels: list[str]
    node: int


@dataclass
class Network:
    """``nodes`` by their number in the file; those that an output needs, in ``order``."""

    kind: str  # "sequential", "recurrent" or "graph", as lwtnn's classes have it
    vectors: list[Given]
    sequences: list[Given]
    nodes: dict[int, Node]
    outputs: list[Result]
    order: list[int] = field(default_factory=list)
    miscellaneous: dict[str, str] = field(default_factory=dict)

    def settle(self, number: int, node: Node, where: str) -> None:
        """Says what node ``number`` gives, all before it being known, and that it may stand there.

        Raises FormatError.
        """
        before = [self.nodes[each] for each in node.sources] if not node.kind.startswith("input") else []
        _check_sources(node, before, where)
        if node.kind.startswith("input"):
            given = (self.sequences if node.kind == "input_sequence" else self.vectors)[node.sources[0]]
            node.width, node.columns = len(given.slots), list(range(len(given.slots)))
            node.sequence = node.sources[0] if node.kind == "input_sequence" else None
        elif node.layer is not None:
            _check_layer(node, where)
            node.width = node.layer.outputs
            if node.is_sequence:
                node.sequence, node.lost = before[0].sequence, before[0].lost
                node.columns = [None] * node.width
            if isinstance(node.layer, Convolution):
                node.lost += node.layer.lost
            if isinstance(node.layer, Embedding):
                node.columns = _embedded(node.layer, before[0].columns, where)
        elif node.kind == "concatenate":
            node.width = sum(each.width for each in before)
        else:
            node.width = before[0].width
        self.nodes[number] = node
        self.order.append(number)


def inputs_of(content: Any, key: str, where: str) -> list[Slot]:
    """The variables of a list of objects with name, offset and scale."""
    slots = []
    for each, place in objects(content, key, where):
        name = str(member(each, "name", place))
        place = f"{place} ('{name}')"
        offset, scale = (number(member(each, part, place), f"{place}: {part}") for part in ("offset", "scale"))
        default = number(each["default"], f"{place}: default") if "default" in each else None
        slots.append(Slot(name, offset, scale, default))
    if not slots:
        raise FormatError(f"{where}: {key} is empty; a network takes at least one variable")
    return slots


def _check_sources(node: Node, before: list[Node], where: str) -> None:
    if node.kind in ("sequence", "time_distributed", "sum") and not before[0].is_sequence:
        raise FormatError(f"{where}: node {node.sources[0]}, its source, is of type {before[0].kind}, without steps")
    if node.kind in ("feed_forward", "concatenate", "add"):
        for number_, each in zip(node.sources, before, strict=True):
            if not each.is_vector:
                raise FormatError(f"{where}: node {number_}, its source, is of type {each.kind}, which is no "
                                  "vector; a sum or sequence node makes one of it")  # fmt: skip
    if node.kind == "add" and len({each.width for each in before}) > 1:
        sizes = ", ".join(str(each.width) for each in before)
        raise FormatError(f"{where}: adds nodes of {sizes} values; they must be as many")


def _check_layer(node: Node, where: str) -> None:
    assert node.layer is not None
    wants = node.kind == "sequence"
    if is_sequential(node.layer) != wants:
        works, needs = ("a vector", "the steps of a sequence") if wants else ("the steps of a sequence", "a vector")
        raise FormatError(f"{where}: its layer works on {works}; such a node has one for {needs}")


def _embedded(layer: Embedding, columns: list[int | None], where: str) -> list[int | None]:
    """The columns behind an embedding. Categories must be as they were fed, so that others can be refused."""
    for piece in layer.pieces:
        if columns[piece.index] is None:
            raise UnsupportedError(f"{where}: the embedding takes value {piece.index} for a category, which a layer "
                                   "before it computes; only variables as they are fed are read so")  # fmt: skip
        columns = [*columns[: piece.index], *[None] * len(piece.weights), *columns[piece.index + 1 :]]
    return columns
