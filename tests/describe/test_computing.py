"""Formulas in papers: outputs computed of those that the papers describe, under the names that they give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lading.bundle import to_buffers
from lading.describe import apply, apply_all, template
from lading.endpoints import Axis, Input, Output
from lading.errors import FormatError, LadingError, UnknownName
from lading.evaluation import evaluator
from lading.graph import Graph, Node
from lading.model import Model

GROUP = {"name": "flavour", "labels": [{"label": "p_b", "of": "GN_pb"}, {"label": "p_c", "of": "GN_pc"}]}
RATIO = {"name": "ratio", "from": "p_b / (k * p_c + 1)", "constants": {"k": 0.5}}


def tagger() -> Model:
    """The sum of three numbers, and its square, for one jet at a time."""
    nodes = [Node("sum", "ReduceSum", ["jet", np.array([0, 1])], ["GN_pb"], {"keepdims": 0}),
             Node("square", "Mul", ["GN_pb", "GN_pb"], ["GN_pc"])]
    found = Model(name="gn", graphs={"main": Graph(nodes)}, origin="gn.onnx", names={"from source": {}})
    found.axes = {"entry": Axis("entry", "entry")}
    found.input_list = [Input("jet", [1, 3])]
    found.output_list = [Output("GN_pb", []), Output("GN_pc", [])]
    found.record = {"origin": {"format": "onnx"}}
    return found


def described(*papers: dict[str, Any]) -> Model:
    found = apply_all(tagger(), list(papers))
    to_buffers(found)
    return found


def value(model: Model, name: str) -> float:
    return float(evaluator(model)({"jet": np.float32([[1, 2, 3]])})[name])


def test_a_formula_has_the_names_that_the_same_papers_give() -> None:
    more = {"description": "b over c", "unit": "1", "range": [0, "inf"]}
    found = described({"outputs": [{**RATIO, **more}, GROUP]})  # whatever the order in the list
    assert list(found.outputs) == ["flavour", "ratio"] and found.outputs["ratio"].description == "b over c"
    assert found.outputs["ratio"].range == [0, np.inf]
    assert value(found, "ratio") == np.float32(6) / np.float32(19)
    assert found.record["computed"] == {"ratio": {"expression": RATIO["from"], "constants": {"k": 0.5}}}


def test_formulas_are_computed_in_turn() -> None:
    found = described({"outputs": [GROUP, RATIO, {"name": "twice", "from": "2 * ratio"}]})
    assert value(found, "twice") == 2 * value(found, "ratio")
    found = described({"outputs": [GROUP]}, {"outputs": [RATIO]}, {"outputs": [{"name": "flavour", "unit": "1"}]})
    assert value(found, "ratio") == np.float32(6) / np.float32(19)


def test_an_output_can_be_called_as_what_it_is_made_of_was() -> None:
    found = described({"outputs": [GROUP, {"name": "GN_pb", "from": "p_b + 1"}]})
    assert value(found, "GN_pb") == 7


def test_a_computed_output_is_described_and_renamed_like_any_other() -> None:
    again = described({"outputs": [GROUP, RATIO]}, {"outputs": [{**RATIO, "description": "later"}]})
    assert again.outputs["ratio"].description == "later" and len(again.output_list) == 2
    renamed = described({"outputs": [GROUP, RATIO]}, {"outputs": [{"of": "ratio", "name": "b_to_c"}]})
    assert list(renamed.record["computed"]) == ["b_to_c"] and value(renamed, "b_to_c") == value(again, "ratio")


def test_the_template_keeps_the_formula() -> None:
    papers = template(described({"outputs": [GROUP, {**RATIO, "unit": "1", "range": [0, 2]}]}))
    assert papers["outputs"][1] == {**RATIO, "description": "", "unit": "1", "range": [0, 2]}
    assert to_buffers(described({"outputs": [GROUP]}, {"outputs": papers["outputs"][1:]}))


@pytest.mark.parametrize(("item", "told"), [
    ({"name": "ratio", "from": "p_x / p_c"}, "papers: outputs[1].from: output 'ratio': 'p_x' is no output or label"),
    ({"name": "ratio", "from": "p_b if p_c else 1"}, "papers: outputs[1].from: output 'ratio': \"p_b if p"),
    ({"name": "ratio", "from": 3}, "papers: outputs[1].from: should be text, is an integer"),
    ({"from": "p_b"}, "papers: outputs[1]: lacks 'name'"),
    ({"name": 4, "from": "p_b"}, "papers: outputs[1].name: should be text"),
    ({**RATIO, "constants": {"k": "0.5"}}, "papers: outputs[1].constants.k: should be a number, is text"),
    ({**RATIO, "constants": [0.5]}, "papers: outputs[1].constants: should be an object, is a list"),
    ({**RATIO, "labels": ["a"]}, "papers: outputs[1]: has the unknown key 'labels'"),
    ({**RATIO, "range": [0]}, "papers: outputs[1].range: should be the lowest and the highest value"),
    ({**RATIO, "name": "flavour"}, "output 'flavour': gn.onnx has an output of that name already"),
    ({"name": "ratio", "constants": {"k": 1}}, "papers: outputs[1].name: no output 'ratio' in gn.onnx"),
    ({"name": "GN_pb", "constants": {}}, "papers: outputs[1].name: no output 'GN_pb'"),
    ("p_b", "papers: outputs[1]: should be an object, is text"),
])  # fmt: skip
def test_the_place_in_the_papers_is_told(item: Any, told: str) -> None:
    with pytest.raises(LadingError) as error:
        apply(tagger(), {"outputs": [GROUP, item]})
    assert told in str(error.value) and isinstance(error.value, (FormatError, UnknownName))


def test_constants_without_a_formula_are_refused() -> None:
    with pytest.raises(FormatError, match=r"outputs\[0\].constants: belong to a formula"):
        described({"outputs": [{**GROUP, "constants": {"k": 1}}]})


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(FormatError, match="the lowest value should not be above the highest"):
        described({"outputs": [GROUP, {**RATIO, "range": [1, 0]}]})
