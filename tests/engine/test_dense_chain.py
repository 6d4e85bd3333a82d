"""Dense layers that run as one step give the bits that they give one by one, for any number of rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from written_network import Network, numbers

from lading.engine import Session

ROWS = (0, 1, 5, 16, 17, 31, 48, 63, 64, 65, 128, 200)


def network(widths: tuple[int, ...], apart: bool, bias: bool = True, axes: tuple[int, ...] = (), end: str = "",
            **attributes: Any) -> Network:  # fmt: skip
    """Layers with relu but the last, then perhaps an operator ``end``; ``apart``: what is between them leaves the graph
    too, so that each is a step."""
    net = Network("layers")
    x = net.input("x", "jet", *axes, widths[0])
    for i, (inputs, outputs) in enumerate(pairwise(widths)):
        x = net.node("MatMul", x, net.weight(inputs, outputs))
        x = net.node("Add", x, net.weight(outputs)) if bias else x
        last = i == len(widths) - 2
        x = x if last else net.node("Relu", x)
        if apart or (last and not end):
            net.output(x, "jet", *axes, outputs)
    if end:
        net.output(net.node(end, x, **attributes), "jet", *axes, widths[-1])
    return net


@pytest.mark.parametrize("widths", [(3, 5, 2), (57, 72, 57, 60, 48, 36, 24, 12, 4), (16, 64, 32, 32, 16, 4), (1, 1, 1),
                                    (130, 128, 17), (40, 129, 300, 7), (128, 128, 128)])  # fmt: skip
@pytest.mark.parametrize("bias", [True, False])
def test_a_chain_gives_the_bits_of_its_layers(widths: tuple[int, ...], bias: bool) -> None:
    joined, single = (Session(network(widths, apart, bias).model) for apart in (False, True))
    assert [operator for _, operator in joined.steps()] == ["DenseChain"]
    assert [operator for _, operator in single.steps()] == ["Dense"] * (len(widths) - 1)
    for rows in ROWS:
        x = numbers(9, rows, widths[0], low=-2, high=2).astype(np.float32)
        found, expected = list(joined.run_graph({"x": x}).values()), list(single.run_graph({"x": x}).values())
        np.testing.assert_array_equal(found[0].view(np.uint32), expected[-1].view(np.uint32))


@pytest.mark.parametrize("outputs", [1, 3, 16, 40])
@pytest.mark.parametrize("end", ["Softmax", "LogSoftmax"])
def test_a_softmax_ends_a_chain(end: str, outputs: int) -> None:
    joined, single = (Session(network((7, 20, outputs), apart, end=end).model) for apart in (False, True))
    assert [operator for _, operator in joined.steps()] == ["DenseChain"]
    assert [operator for _, operator in single.steps()] == ["Dense", "Dense", end]
    for rows in ROWS:
        x = numbers(9, rows, 7, low=-2, high=2).astype(np.float32)
        found, expected = list(joined.run_graph({"x": x}).values()), list(single.run_graph({"x": x}).values())
        np.testing.assert_array_equal(found[0].view(np.uint32), expected[-1].view(np.uint32))


def test_a_softmax_along_another_axis_is_a_step_of_its_own() -> None:
    session = Session(network((7, 20, 9), apart=False, axes=(5,), end="Softmax", axis=1).model)
    assert [operator for _, operator in session.steps()] == ["DenseChain", "Softmax"]


def test_rows_along_several_axes_are_rows() -> None:
    joined, single = (Session(network((7, 20, 9), apart, axes=(6, 5)).model) for apart in (False, True))
    x = numbers(9, 11, 6, 5, 7, low=-2, high=2).astype(np.float32)
    found, expected = joined.run_graph({"x": x}), single.run_graph({"x": x})
    np.testing.assert_array_equal(next(iter(found.values())), list(expected.values())[-1])


def test_a_step_names_all_nodes_of_the_chain() -> None:
    net = network((3, 5, 2), apart=False)
    (nodes, operator), = Session(net.model).steps()
    assert operator == "DenseChain"
    assert nodes.split(" + ") == [node.name for node in net.model.graphs["main"].nodes]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bad_number_stays_in_its_row(bad: float) -> None:
    session = Session(network((9, 12, 4), apart=False).model)
    x = numbers(9, 64, 9, low=-2, high=2).astype(np.float32)
    clean = next(iter(session.run_graph({"x": x}).values()))
    x[17, 3] = bad
    found = next(iter(session.run_graph({"x": x}).values()))
    assert not np.isfinite(found[17]).all()
    np.testing.assert_array_equal(np.delete(found, 17, axis=0), np.delete(clean, 17, axis=0))
