"""A message about a node that was fused with others names the operator that stands in the file."""

from __future__ import annotations

import numpy as np
import pytest
from written_network import Network

from lading.engine import Session
from lading.errors import LadingError


def layers(*depths: int) -> Network:
    """Layers over vectors of any length, the first of which takes three numbers."""
    net = Network("layers")
    net.sequence("track")
    x = net.input("x", "jet", "track")
    for inputs, outputs in zip((3, *depths), depths, strict=False):
        x = net.dense(x, inputs, outputs)
    net.output(x, "jet", depths[-1])
    return net


@pytest.mark.parametrize(("depths", "step"), [((4,), "Dense"), ((4, 5, 6), "DenseChain")])
def test_what_does_not_fit_a_layer(depths: tuple[int, ...], step: str) -> None:
    session = Session(layers(*depths).model)
    assert [operator for _, operator in session.steps()] == [step]
    with pytest.raises(LadingError, match=r"node 'main_0_MatMul' \(MatMul\): ") as told:
        session.run_graph({"x": np.zeros((2, 5), np.float32)})
    assert step not in str(told.value)


def test_what_a_layer_cannot_hold() -> None:
    session = Session(layers(4).model, memory_limit=100_000)
    with pytest.raises(LadingError, match=r"node 'main_0_MatMul' \(MatMul\)"):
        session.run_graph({"x": np.zeros((100_000, 3), np.float32)})
