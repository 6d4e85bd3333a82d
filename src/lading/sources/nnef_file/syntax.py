"""What stands in graph.nnef: fragments and a graph of assignments; ``at`` is where in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Literal:
    value: Any
    at: int


@dataclass(frozen=True)
class Name:
    name: str
    at: int


@dataclass(frozen=True)
class Items:
    """``[a, b]`` or ``(a, b)``."""

    items: list[Any]
    is_list: bool
    at: int


@dataclass(frozen=True)
class Operation:
    """``a + b`` of two, ``-a`` of one."""

    sign: str
    items: list[Any]
    at: int


@dataclass(frozen=True)
class Choice:
    """``a if condition else b``."""

    condition: Any
    yes: Any
    no: Any
    at: int


@dataclass(frozen=True)
class Pick:
    """``values[2]``."""

    values: Any
    index: Any
    at: int


@dataclass(frozen=True)
class Call:
    """``conv<scalar>(x, w, stride = [2])``: arguments by place come first."""

    name: str
    kind: str
    places: list[Any]
    names: dict[str, Any]
    at: int


@dataclass(frozen=True)
class Assignment:
    target: Any
    value: Any
    at: int


@dataclass
class Fragment:
    """A graph, or an operation that the file defines: parameters with their defaults, results, body."""

    name: str
    parameters: dict[str, Any]
    results: list[str]
    body: list[Assignment] = field(default_factory=list)
    at: int = 0


@dataclass
class Document:
    fragments: dict[str, Fragment]
    graph: Fragment
    extensions: list[str]
