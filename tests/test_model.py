"""The model as users hold it: what it says about itself, by name."""

from __future__ import annotations

import pytest

import lading
from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.model import Model


@pytest.fixture
def model() -> Model:
    made = Model("tau-id", "1.2.0")
    made.axes = {
        "jet": Axis("jet", "entry"),
        "track": Axis("track", "sequence", of="jet"),
        "bin": Axis("bin", "fixed", 5),
    }
    made.input_list = [
        Input("jets", ["jet", "variable"], variable_list=[Variable("pt", "MeV"), Variable("phi", "rad")]),
        Input(
            "tracks",
            ["jet", "track", "variable"],
            variable_list=[Variable("d0", "mm"), Variable("phi", "rad")],
        ),
        Input("image", ["jet", "bin", 3]),
    ]
    made.output_list = [
        Output("flavour", ["jet", "label"], label_list=[Label("p_u"), Label("p_b")]),
        Output("per_track", ["jet", "track", "label"], label_list=[Label("p_b")]),
    ]
    return made


def test_endpoints_and_variables_by_name(model: Model) -> None:
    assert model.inputs["tracks"].variables["d0"].unit == "mm"
    assert list(model.outputs["flavour"].labels) == ["p_u", "p_b"]
    assert repr(model.inputs) == "['jets', 'tracks', 'image']"


def test_variables_and_labels_of_all_where_their_names_are_unique(model: Model) -> None:
    assert list(model.variables) == ["pt", "d0"]
    assert list(model.labels) == ["p_u"]


def test_a_wrong_name_is_refused_with_the_nearest(model: Model) -> None:
    with pytest.raises(lading.UnknownName) as caught:
        model.inputs["track"]
    assert (
        str(caught.value)
        == "input 'track' is not in model 'tau-id' (has: 'tracks', 'image', 'jets'); did you mean 'tracks'?"
    )
    with pytest.raises(KeyError, match="variable 'd1' is not in input 'tracks'"):
        model.inputs["tracks"].variables["d1"]


def test_axes_of_a_tensor(model: Model) -> None:
    assert model.entry_axis == "jet" and model.batched
    assert model.sequence_axis(model.inputs["tracks"].axes) == "track"
    assert model.sequence_axis(model.inputs["image"].axes) is None
    assert [model.is_fixed(axis) for axis in (3, "bin", "jet", "track", "variable")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert model.fixed_shape(model.inputs["image"]) == (5, 3)
    assert model.fixed_shape(model.outputs["per_track"]) == (1,)


def test_without_an_entry_axis_the_graph_knows_one_entry() -> None:
    made = Model(input_list=[Input("jets", [1, "variable"], variable_list=[Variable("pt")])])
    assert made.entry_axis == "entry" and not made.batched


def test_its_repr_is_one_line(model: Model) -> None:
    assert repr(model) == "<Model 'tau-id' 1.2.0: jets, tracks, image -> flavour, per_track, 0 numbers>"


def test_where_it_came_from() -> None:
    assert (
        Model().where == "model"
        and Model("tau-id").where == "tau-id"
        and Model("a", origin="tau-id/").where == "tau-id/"
    )


def test_a_name_that_is_taken_gets_the_first_free_number() -> None:
    from lading.graph import free_name

    taken = {"pt", "pt_3"}
    assert [free_name("pt", taken) for _ in range(3)] == ["pt_2", "pt_4", "pt_5"]
    assert free_name("eta", taken) == "eta" and "eta" in taken
