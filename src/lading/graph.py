"""What a model computes: nodes of ONNX operators, connected by names."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: The version of ``ai.onnx`` whose operators format 1 means, and of the operators of ``lading``.
OPSET = 24
LADING_OPERATORS = 1

#: Tensor types by name.
TYPES = ("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64",
         "uint8", "uint16", "uint32", "uint64", "bool")

#: bfloat16 has no NumPy type: arrays of it hold the bits in one field, so that nobody takes them for uint16.
BFLOAT16 = np.dtype([("bfloat16", np.uint16)])


def free_name(wish: str, taken: set[str]) -> str:
    """``wish``, or where that is taken the first free one of ``wish_2``, ``wish_3``; taken from then on."""
    free, number = wish, 1
    while free in taken:
        number += 1
        free = f"{wish}_{number}"
    taken.add(free)
    return free


def type_name(array: np.ndarray) -> str:
    """The tensor type of an array: "float32", "bfloat16" ... Raises TypeError for what no tensor holds."""
    if array.dtype == BFLOAT16:
        return "bfloat16"
    name = str(array.dtype.name)
    if name not in TYPES:
        raise TypeError(f"no tensor type for arrays of {array.dtype}")
    return name


def dtype_of(type_name: str) -> np.dtype:
    """The NumPy type that holds tensors of this type."""
    return BFLOAT16 if type_name == "bfloat16" else np.dtype(type_name)


@dataclass
class Subgraph:
    """A graph that a node holds (``If``): its name in ``Model.graphs`` and what it gives.

    Names of the outer graph are visible inside. ``inputs`` stays empty but for ``Loop`` and ``Scan``.
    """

    graph: str
    outputs: list[str]
    inputs: list[str] = field(default_factory=list)


#: What an attribute may be. Type-valued ones (``to``, ``dtype``) are names: "float32".
Attribute = int | float | str | list[int] | list[float] | list[str] | np.ndarray | Subgraph


@dataclass
class Node:
    """One operator, what it reads and what it gives.

    An input is a name (of a model input, another node's output or a weight), ``""`` for an omitted
    one, or a small array written in place (a scalar or a list of at most 64 numbers).
    """

    name: str
    operator: str
    inputs: list[str | np.ndarray]
    outputs: list[str]
    attributes: dict[str, Attribute] = field(default_factory=dict)

    def reads(self) -> list[str]:
        """The names this node reads, omitted and in-place ones left out."""
        return [name for name in self.inputs if isinstance(name, str) and name]


@dataclass
class Graph:
    """Nodes in an order in which they can run."""

    nodes: list[Node] = field(default_factory=list)


def rename(nodes: list[Node], old: str, new: str) -> None:
    """Lets all nodes read, and give, ``new`` in the place of ``old``."""
    for node in nodes:
        node.inputs = [new if isinstance(each, str) and each == old else each for each in node.inputs]
        node.outputs = [new if each == old else each for each in node.outputs]


def states_of(scan: Node) -> int:
    """How many inputs of a ``Scan``, the first ones, are handed on from turn to turn; the rest are scanned."""
    scanned = scan.attributes.get("num_scan_inputs")
    return max(0, len(scan.inputs) - (scanned if isinstance(scanned, int) else 0))


def axis_of(scan: Node, name: str, at: int, rank: int) -> int:
    """Along which axis of ``rank`` a ``Scan`` takes or stacks the input or result ``at``, by its attribute ``name``."""
    axes = scan.attributes.get(name)
    axis = axes[at] if isinstance(axes, list) and at < len(axes) else 0
    return axis % max(rank, 1) if isinstance(axis, int) else 0
