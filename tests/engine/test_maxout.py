"""The pieces of a maxout layer are one product, with the bits of layers and a Max that stand apart."""

from __future__ import annotations

import numpy as np
import pytest
from written_network import Network, numbers

from lading.engine import Session

ROWS = (0, 1, 2, 5, 63, 64, 65, 200)


def network(inputs: int, outputs: int, pieces: int, apart: bool, biases: str = "all", twice: bool = False) -> Network:
    """A maxout layer; ``apart``: its pieces leave the graph too, so that each is a step."""
    net = Network("maxout")
    x = net.input("x", "jet", inputs)
    parts = []
    for piece in range(pieces):
        part = net.node("MatMul", x, net.weight(inputs, outputs))
        if biases == "all" or (biases == "some" and piece % 2):
            part = net.node("Add", part, net.weight(outputs))
        parts.append(part)
    net.output(net.node("Max", *parts, *parts[:twice]), "jet", outputs)
    for part in parts if apart else ():
        net.output(part, "jet", outputs)
    return net


def operators(net: Network) -> list[str]:
    return [operator for _, operator in Session(net.model).steps()]


def first(net: Network, x: np.ndarray) -> np.ndarray:
    return next(iter(Session(net.model).run_graph({"x": x}).values()))


@pytest.mark.parametrize("sizes", [(28, 25, 15), (25, 12, 5), (3, 1, 2), (130, 70, 3), (40, 16, 4)])
@pytest.mark.parametrize("biases", ["all", "some", "none"])
def test_pieces_side_by_side_give_the_bits_of_pieces_apart(sizes: tuple[int, int, int], biases: str) -> None:
    joined, single = (network(*sizes, apart, biases) for apart in (False, True))
    assert operators(joined) == ["Maxout"]
    assert operators(single) == ["Dense"] * sizes[2] + ["Max"]
    for rows in ROWS:
        x = numbers(9, rows, sizes[0], low=-2, high=2).astype(np.float32)
        np.testing.assert_array_equal(first(joined, x).view(np.uint32), first(single, x).view(np.uint32))


def test_a_number_that_is_none_spoils_its_row_alone() -> None:
    joined, single = (network(9, 7, 3, apart) for apart in (False, True))
    x = numbers(9, 70, 9, low=-2, high=2).astype(np.float32)
    x[3, 2], x[66, 8], x[12, 0] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(first(joined, x), first(single, x))
    assert np.isnan(first(joined, x)[3]).all()
    assert np.isfinite(np.delete(first(joined, x), [3, 12, 66], axis=0)).all()


def test_a_step_names_all_nodes_of_the_layer() -> None:
    net = network(9, 7, 3, apart=False)
    ((nodes, _),) = Session(net.model).steps()
    assert sorted(nodes.split(" + ")) == sorted(node.name for node in net.model.graphs["main"].nodes)


def test_a_piece_that_counts_twice_stays_apart() -> None:
    assert operators(network(9, 7, 3, apart=False, twice=True)) == ["Dense"] * 3 + ["Max"]


def test_layers_that_are_not_alike_stay_apart() -> None:
    for kind in ("width", "input", "activation", "constant"):
        net = Network(kind)
        x, other = net.input("x", "jet", 6), net.input("other", "jet", 6)
        one = net.node("MatMul", x, net.weight(6, 4))
        two = net.node("MatMul", other if kind == "input" else x, net.weight(6, 1 if kind == "width" else 4))
        two = net.node("Relu", two) if kind == "activation" else two
        net.output(net.node("Max", one, net.weight(4) if kind == "constant" else two), "jet", 4)
        assert "Max" in operators(net)
        assert "Maxout" not in operators(net)
