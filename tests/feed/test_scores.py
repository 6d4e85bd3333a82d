"""Scores by output, by label, by both; a wrong name is told the nearest."""

from __future__ import annotations

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless

import lading
from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.graph import Node
from lading.model import Model

EVENTS = {"pt": [1.0, 2.0], "eta": [3.0, 4.0], "d0": ([5.0, 6.0, 7.0], [1, 2]), "z0": ([8.0, 9.0, 0.0], [1, 2])}


def scores():
    return jets_and_tracks().run(EVENTS)


def test_by_output_by_label_and_by_both() -> None:
    found = scores()
    np.testing.assert_array_equal(found["out_jets"], [[1, 3], [2, 4]])
    np.testing.assert_array_equal(found["p_eta"], [3, 4])
    np.testing.assert_array_equal(found["out_jets", "p_eta"], [3, 4])
    np.testing.assert_array_equal(found["out_tracks", "p_z0"][0], [8, 9, 0])


def test_it_is_a_mapping_of_outputs() -> None:
    found = scores()
    assert list(found) == ["out_jets", "out_tracks"] and len(found) == 2 and found.entries == 2
    assert "out_jets" in found and "nothing" not in found
    assert repr(found) == "<scores of 2 entries: out_jets, out_tracks>"
    assert found._ipython_key_completions_() == ["out_jets", "out_tracks", "p_pt", "p_eta", "p_d0", "p_z0"]


@pytest.mark.parametrize(("name", "told"), [
    ("p_etta", "'p_etta' is no output or label of model 'mirror' (has: 'p_eta', 'p_pt', "),
    (3, "scores[3]: expected is an output, a label, or a pair of both: 'out_jets', 'out_tracks', 'p_pt', "),
    (("out_jets",), "scores[('out_jets',)]: expected is an output, a label, or a pair of both"),
    (("out_jets", 0), "scores[('out_jets', 0)]: expected is an output, a label, or a pair of both"),
    (("out_jets", "p_d0"), "label 'p_d0' is not in output 'out_jets' (has: "),
    (("out_jet", "p_pt"), "output 'out_jet' is not in model 'mirror' (has: 'out_jets', 'out_tracks'); did you mean"),
])  # fmt: skip
def test_a_wrong_name(name, told: str) -> None:
    with pytest.raises(lading.UnknownName) as caught:
        scores()[name]
    assert str(caught.value).startswith(told)


def test_a_wrong_name_of_plain_scores() -> None:
    found = nameless(2).run(np.zeros((1, 2)))
    with pytest.raises(lading.UnknownName, match=r"scores\[3\]: expected is an output, a label, or a pair of both"):
        found[3]


def test_a_label_of_two_outputs_must_say_which() -> None:
    model = jets_and_tracks()
    model.output_list[1].label_list[0].name = "p_pt"
    found = model.run(EVENTS)
    with pytest.raises(lading.UnknownName) as caught:
        found["p_pt"]
    assert str(caught.value) == (
        "label 'p_pt' is in several outputs: say which of ('out_jets', 'p_pt'), ('out_tracks', 'p_pt')")
    np.testing.assert_array_equal(found["out_jets", "p_pt"], [1, 2])


def test_an_output_comes_before_a_label_of_the_same_name() -> None:
    model = jets_and_tracks()
    model.output_list[0].label_list[1].name = "out_tracks"
    assert isinstance(model.run(EVENTS)["out_tracks"], tuple)


@pytest.mark.parametrize("batched", [True, False])
def test_labels_that_are_not_the_last_axis(batched: bool) -> None:
    """An output [label, 3]; without an entry axis in the graph it gains one in front."""
    model = Model("turned", axes={"jet": Axis("jet", "entry")})
    entry = ["jet"] if batched else []
    model.input_list = [Input("x", [*entry, 2, 3], "float32")]
    model.output_list = [Output("out", [*entry, "label", 3], "float32", [Label("a"), Label("b")])]
    model.graphs["main"].nodes = [Node("1", "Identity", ["x"], ["out"])]
    values = np.arange(24.0).reshape(4, 2, 3)
    np.testing.assert_array_equal(model.run(values)["b"], values[:, 1])


def test_a_leading_one_gives_way_to_the_entries() -> None:
    model = Model("atlas", axes={"jet": Axis("jet", "entry")})
    model.input_list = [Input("jets", [1, "variable"], "float32", [Variable("pt"), Variable("eta")])]
    model.output_list = [Output("out", [1, "label"], "float32", [Label("a"), Label("b")])]
    model.graphs["main"].nodes = [Node("1", "Identity", ["jets"], ["out"])]
    found = model.run({"pt": [1.0, 2.0, 3.0], "eta": [4.0, 5.0, 6.0]})
    assert found["out"].shape == (3, 2) and found["b"].tolist() == [4, 5, 6]
