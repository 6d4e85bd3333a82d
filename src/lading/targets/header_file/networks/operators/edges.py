"""An EdgeConv as the engine computes it: the first layer once for each point, the others edge by edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..lengths import Length, product
from ..literals import quoted

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]


Layer = tuple[np.ndarray, np.ndarray]


def _edge_convolution(writer: Writer, node: Node) -> None:
    """internal.EdgeConvolution of the passes: x [.., n, F], places [.., n, k], and w and bias of each layer."""
    x, places = writer.operand(0), writer.operand(1)
    first, *further = (_layer(writer, place) for place in range(2, len(node.inputs), 2))
    relus = [bool(each) for each in writer.integers("relu")]
    k, n = places.shape[-1], places.shape[-2]
    points, width = _points(writer, x, first), first[0].shape[1] // 2
    widest = Length.of(max([width, *(w.shape[1] for w, _ in further)]))
    edges, other = (writer.scratch("float32", k * widest) for _ in range(2))
    result = writer.result()
    writer.use("edges")
    missing = quoted(f"node '{node.name}' picks an element that is not there")
    with writer.loops([("r0", product(places.shape[:-2])), ("r1", n)]), writer.block(""):
        writer.line(f"const int set = {_set(writer, places, n)};")
        writer.line(f"const int point = set + {writer.variable('r1', n)};")
        rows = f"{points.text} + point * {2 * width}, {points.text} + set * {2 * width}"
        at = f"{writer.pointer(places)} + point * {writer.text(k)}, {writer.text(n)}, {writer.text(k)}"
        writer.line(f"if (!detail::edges<{width}, {_flag(relus[0])}>({rows}, {at}, {edges.text}))")
        writer.line(f"  return {missing};")
        for layer, relu in zip(further, relus[1:], strict=True):
            _dense(writer, layer, relu, writer.text(k), edges.text, other.text)
            edges, other = other, edges
        _pool(writer, edges, f"{result.text} + point * {writer.text(result.shape[-1])}", k, result.shape[-1])


def _layer(writer: Writer, place: int) -> Layer:
    w, bias = writer.constant(place), writer.constant(place + 1)
    assert w is not None
    assert bias is not None
    return w, bias


def _dense(writer: Writer, layer: Layer, relu: bool, rows: str, x: str, y: str) -> None:
    w, bias = layer
    writer.use("products")
    types = f"{w.shape[0]}, {w.shape[1]}, {_flag(relu)}, float"
    writer.line(f"detail::dense<{types}>({rows}, {x}, {writer.table(w).text}, {writer.table(bias).text}, {y});")


def _points(writer: Writer, x: Value, layer: Layer) -> Value:
    """What each point keeps and what it gives to others."""
    rows = product(x.shape[:-1])
    points = writer.scratch("float32", rows * Length.of(layer[0].shape[1]))
    _dense(writer, layer, False, writer.text(rows), writer.pointer(x), points.text)
    return points


def _set(writer: Writer, places: Value, n: Length) -> str:
    """The first of the points that are neighbours of each other."""
    return "0" if product(places.shape[:-2]).number == 1 else f"r0 * {n.factor(writer.axes)}"


def _pool(writer: Writer, edges: Value, to: str, k: Length, outputs: Length) -> None:
    largest = writer.attribute("pool") == "max"
    writer.use("rows")
    writer.line(f"float* y = {to};")
    rows, width = writer.text(k), writer.text(outputs)
    kind = "Largest" if largest else "Sum"
    writer.line(f"detail::reduce_columns<detail::{kind}>({edges.text}, y, 1, {rows}, {width});")
    if not largest:
        writer.line(f"for (int i = 0; i < {width}; ++i) y[i] = y[i] / static_cast<float>({rows});")


def _flag(value: bool) -> str:
    return "true" if value else "false"


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {"internal.EdgeConvolution": _edge_convolution}
