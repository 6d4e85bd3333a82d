"""An activation that is part of a dense layer gives the bits of one that stands apart, alone and in a chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from written_network import Network, numbers

from lading.engine import Session

ROWS = (0, 1, 3, 63, 64, 65, 130)

ACTIVATIONS: list[tuple[str, dict[str, Any]]] = [
    ("LeakyRelu", {}), ("LeakyRelu", {"alpha": 0.3}), ("ThresholdedRelu", {"alpha": 0.2}), ("Elu", {"alpha": 1.5}),
    ("Celu", {"alpha": 0.7}), ("Selu", {}), ("Selu", {"alpha": 1.1, "gamma": 0.9}), ("Sigmoid", {}),
    ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}), ("HardSwish", {}), ("Swish", {"alpha": 1.5}), ("Mish", {}),
    ("Softplus", {}), ("Softsign", {}), ("Tanh", {}), ("Erf", {}), ("Gelu", {}), ("Gelu", {"approximate": "tanh"}),
]  # fmt: skip


def network(activations: list[tuple[str, dict[str, Any]]], apart: bool) -> Network:
    """A layer of 9 numbers for each; ``apart``: what lies between steps leaves the graph too."""
    net = Network("layers")
    x = net.input("x", "jet", 9)
    for name, attributes in activations:
        summed = net.node("Add", net.node("MatMul", x, net.weight(9, 9)), net.weight(9))
        x = net.node(name, summed, **attributes)
        for value in (summed, x) if apart else ():
            net.output(value, "jet", 9)
    if not apart:
        net.output(x, "jet", 9)
    return net


def operators(net: Network) -> list[str]:
    return [operator for _, operator in Session(net.model).steps()]


def last(net: Network, x: np.ndarray) -> np.ndarray:
    return list(Session(net.model).run_graph({"x": x}).values())[-1]


def compare(activations: list[tuple[str, dict[str, Any]]]) -> None:
    joined, single = (network(activations, apart) for apart in (False, True))
    assert operators(joined) == ["Dense" if len(activations) == 1 else "DenseChain"]
    assert operators(single) == [each for name, _ in activations for each in ("Dense", name)]
    for rows in ROWS:
        x = numbers(9, rows, 9, low=-3, high=3).astype(np.float32)
        np.testing.assert_array_equal(last(joined, x).view(np.uint32), last(single, x).view(np.uint32))


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda each: f"{each[0]}_{'_'.join(each[1])}")
def test_a_layer_with_its_activation(activation: tuple[str, dict[str, Any]]) -> None:
    compare([activation])


def test_each_layer_of_a_chain_has_its_own() -> None:
    compare(ACTIVATIONS)
    compare([("LeakyRelu", {"alpha": 0.3}), ("LeakyRelu", {"alpha": 0.01}), ("Tanh", {}), ("LeakyRelu", {})])


def test_a_sum_that_others_read_too_keeps_its_activation_apart() -> None:
    net = Network("shared")
    x = net.input("x", "jet", 4)
    summed = net.node("MatMul", x, net.weight(4, 3))
    net.output(net.node("Mul", net.node("Sigmoid", summed), summed), "jet", 3)
    assert operators(net) == ["Dense", "Sigmoid", "Mul"]
