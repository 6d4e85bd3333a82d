"""Scaling that a network does first, moved into the preparation of its variables: the same bits, or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lading
from lading.endpoints import Axis, Input, Output, Variable
from lading.graph import Graph, Node
from lading.simplify.scaling import scaling_to_preparation

NAMES = ["pt", "eta", "phi"]
X = np.random.default_rng(5).normal(3, 40, (200, 3)).astype(np.float32)
SPREAD = np.array([[0.1, 3.7, 1.0]], np.float32)


def model_of(*nodes: tuple[str, Any, Any], type_: str = "float32", **of_first: Any) -> lading.Model:
    """Nodes one behind the other; None stands for what comes in."""
    model = lading.Model(name="m", graphs={"main": Graph()})
    model.axes["entry"] = Axis("entry", "entry")
    variables = [Variable(name) for name in NAMES]
    for key, value in of_first.items():
        setattr(variables[0], key, value)
    model.input_list = [Input("x", ["entry", "variable"], type_, variables)]
    model.output_list = [Output("y", ["entry", 3], type_)]
    value = "x"
    for at, (operator, *operands) in enumerate([*nodes, ("Relu", None)]):
        gives = "y" if at == len(nodes) else f"v{at}"
        inputs = [value if each is None else each for each in operands]
        for i, each in enumerate(inputs):
            if isinstance(each, np.ndarray) and each.ndim > 1:
                model.weights[f"w{at}.{i}"], inputs[i] = each, f"w{at}.{i}"
        model.graphs["main"].nodes.append(Node(f"n{at}", operator, inputs, [gives]))
        value = gives
    return model


def fed(model: lading.Model) -> Any:
    given = model.input_list[0]
    named = {name: X[:, at].astype(given.type) for at, name in enumerate(NAMES)}
    return model.run({"x": named})["y"]


def number(value: float) -> np.ndarray:
    return np.asarray(value, np.float32)


@pytest.mark.parametrize(("nodes", "steps"), [
    ([("Sub", None, SPREAD), ("Div", None, SPREAD[0])], [{"subtract": 0.1}, {"divide": 0.1}]),
    ([("Mul", number(0.3), None), ("Add", None, number(-1.7)), ("Add", SPREAD, None)],
     [{"multiply": 0.3}, {"add": -1.7}, {"add": 0.1}]),
    ([("Sub", None, number(0.0)), ("Div", None, SPREAD)], [{"divide": 0.1}]),
])  # fmt: skip
def test_the_first_steps_become_preparation_with_every_bit(nodes: Any, steps: Any) -> None:
    model = model_of(*nodes)
    wanted = fed(model)
    assert scaling_to_preparation(model) == ["x"]
    assert [node.operator for node in model.graphs["main"].nodes] == ["Relu"]
    assert model.input_list[0].variable_list[0].prepare == steps
    np.testing.assert_array_equal(fed(model), wanted)


def test_steps_follow_those_of_papers_and_what_changes_nothing_is_left_out() -> None:
    model = model_of(("Div", None, SPREAD), prepare=[{"add": 2.5}])
    wanted = fed(model)
    scaling_to_preparation(model)
    assert [each.prepare for each in model.input_list[0].variable_list] == [
        [{"add": 2.5}, {"divide": 0.1}], [{"divide": 3.7}], []]  # fmt: skip
    np.testing.assert_array_equal(fed(model), wanted)


@pytest.mark.parametrize(("nodes", "more"), [
    ([("Sub", SPREAD, None)], {}),  # the number minus the variable
    ([("Div", None, np.array([1.0, 0.0, 2.0], np.float32))], {}),  # a step divides by no zero
    ([("Mul", None, number(np.nan))], {}),
    ([("Add", None, np.zeros((200, 1), np.float32))], {}),  # by entry
    ([("Mul", None, None)], {}),
    ([("Neg", None), ("Mul", None, SPREAD)], {}),
    ([("Mul", None, SPREAD)], {"raw": "float64"}),  # prepared in another precision
    ([("Sub", None, SPREAD), ("Add", None, "x")], {}),  # somebody else sees the input
    ([("Mul", None, np.full((1, 1, 3), 2, np.float32))], {}),  # gains an axis
])  # fmt: skip
def test_what_is_no_step_of_each_variable_stays(nodes: Any, more: Any) -> None:
    model = model_of(*nodes, **more)
    assert scaling_to_preparation(model) == []
    assert len(model.graphs["main"].nodes) == len(nodes) + 1


def test_padded_sequences_and_inputs_without_names_stay() -> None:
    model = model_of(("Sub", None, SPREAD))
    model.axes["t"] = Axis("t", "sequence", of="entry", min=2)
    model.input_list[0].axes = ["entry", "t", "variable"]
    assert scaling_to_preparation(model) == []
    model.axes["t"].min = 0
    assert scaling_to_preparation(model) == ["x"]
    bare = model_of(("Sub", None, SPREAD))
    bare.input_list[0].axes, bare.input_list[0].variable_list = ["entry", 3], []
    assert scaling_to_preparation(bare) == []
