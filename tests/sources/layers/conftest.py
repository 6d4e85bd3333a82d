"""A graph of one input, run by the engine and by the evaluator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lading.endpoints import Axis, Input, Output
from lading.engine import Session
from lading.evaluation import evaluator
from lading.model import Model
from lading.sources.wiring import Wiring

Run = Callable[[np.ndarray, Callable[[Wiring], None]], np.ndarray]


@pytest.fixture
def run() -> Run:
    """``run(x, grow)``: what "y" is where ``grow`` puts the nodes between "x" and "y"."""

    def result(x: np.ndarray, grow: Callable[[Wiring], None]) -> np.ndarray:
        model = Model(axes={"entry": Axis("entry", "entry")})
        model.input_list = [Input("x", ["entry", *x.shape[1:]], x.dtype.name)]
        wiring = Wiring(model, model.graphs["main"].nodes, ["y"])
        grow(wiring)
        model.output_list = [Output("y", ["entry"], x.dtype.name)]
        with np.errstate(over="ignore"):
            expected = evaluator(model)({"x": x})["y"]
        given = Session(model).run_graph({"x": x})["y"]
        assert np.allclose(given, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
        return given

    return result
