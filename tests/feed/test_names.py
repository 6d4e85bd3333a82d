"""Names decide what goes where: a wrong, missing or doubled one is refused with the nearest."""

from __future__ import annotations

import awkward as ak
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from mirrors import jets_and_tracks, nameless, one_input

import lading
from lading.endpoints import Input, Mask, Output, Variable
from lading.graph import Node

JETS = {"pt": [1.0, 2.0], "eta": [3.0, 4.0]}
TRACKS = {"d0": ([5.0], [1, 0]), "z0": ([6.0], [1, 0])}
MODEL = jets_and_tracks()


def refusal(kind: type[Exception], events, **how) -> str:
    with pytest.raises(kind) as caught:
        MODEL.run(events, **how)
    return str(caught.value)


def test_a_wrong_variable() -> None:
    wrong = {"jets": {"pT": [1.0], "eta": [1.0]}, "tracks": TRACKS}
    assert refusal(lading.UnknownName, wrong) == (
        "variable 'pT' is not in input 'jets' (has: 'pt', 'eta'); did you mean 'pt'?"
    )


def test_a_wrong_input() -> None:
    assert refusal(lading.UnknownName, {"jet": JETS, "tracks": TRACKS}) == (
        "input 'jet' is not in model 'mirror' (has: 'jets', 'tracks'); did you mean 'jets'?"
    )


def test_a_missing_variable() -> None:
    assert refusal(lading.ValueRefused, {"jets": {"pt": [1.0]}, "tracks": TRACKS}) == (
        "variable 'eta' of input 'jets' was not given (has: 'pt'); did you mean 'pt'?"
    )
    table = pd.DataFrame({"jet_pt": [1.0], "jet_eta": [1.0]})
    assert refusal(lading.ValueRefused, {"jets": table, "tracks": TRACKS}) == (
        "variable 'pt' of input 'jets' was not given (has: 'jet_pt', 'jet_eta')"
    )


def test_a_missing_input() -> None:
    assert (
        refusal(lading.ValueRefused, {"jets": JETS}) == "input 'tracks' of model 'mirror' was not given (has: 'jets')"
    )


def test_a_wrong_name_in_a_flat_mapping() -> None:
    assert refusal(lading.UnknownName, JETS | TRACKS | {"dO": [1.0, 1.0]}) == (
        "variable 'dO' is in no input of model 'mirror' (has: 'd0', 'pt', 'z0', 'eta'); did you mean 'd0'?"
    )
    assert refusal(lading.ValueRefused, JETS | {"d0": TRACKS["d0"]}).startswith(
        "variable 'z0' of input 'tracks' was not"
    )


def test_only_wrong_names_in_a_flat_mapping() -> None:
    with pytest.raises(lading.UnknownName, match=r"variable 'pT' is not in input 'jets' .*did you mean 'pt'"):
        one_input(Variable("pt")).run({"pT": [1.0]})


def test_a_mask_is_made_by_the_engine() -> None:
    model = jets_and_tracks(min=2)
    model.input_list.append(Input("track_mask", ["jet", "track"], "float32", mask=Mask("track", 1, -1)))
    model.output_list.append(Output("mask", ["jet", 1], "float32"))
    model.graphs["main"].nodes.append(
        Node("sum", "ReduceSum", ["track_mask", np.array([1])], ["mask"], {"keepdims": 1})
    )
    assert model.run({"jets": JETS, "tracks": TRACKS})["mask"].tolist() == [[0], [-2]]
    with pytest.raises(lading.UnknownName) as caught:
        model.run({"jets": JETS, "tracks": TRACKS, "track_mask": [[1.0]]})
    assert str(caught.value) == "input 'track_mask' of model 'mirror' is made by the engine: do not feed it"


def test_a_variable_taken_from_another_is_not_fed() -> None:
    model = jets_and_tracks()
    model.input_list[1].variable_list[1] = Variable("jet_pt", source="jets.pt")
    scores = model.run({"jets": JETS, "tracks": {"d0": ak.Array([[5.0, 6.0], [7.0]])}})
    assert scores["out_tracks"].tolist() == [[[5, 1], [6, 1]], [[7, 2]]]
    with pytest.raises(lading.UnknownName) as caught:
        model.run({"jets": JETS, "tracks": {"d0": ([5.0], [1, 0]), "jet_pt": ([5.0], [1, 0])}})
    assert str(caught.value) == "variable 'jet_pt' of input 'tracks' is taken from 'jets.pt': do not feed it"


# ---- columns=


def test_columns_name_what_a_variable_is_read_from() -> None:
    table = pd.DataFrame({"Jet_pt": [1.0], "eta": [2.0], "pt": [3.0]})
    model = one_input(Variable("pt"), Variable("eta"))
    assert model.run(table, columns={"pt": "Jet_pt"})["p_pt"] == 1
    assert model.run(table, columns={"jets.pt": "Jet_pt"})["p_pt"] == 1
    assert model.run({"Jet_pt": [1.0], "eta": [2.0]}, columns={"pt": "Jet_pt"})["p_pt"] == 1
    assert model.run({"a": [1.0], "b": [2.0]}, columns={"pt": "a", "eta": "b"})["p_eta"] == 2


def test_columns_of_unknown_variables_are_refused() -> None:
    assert refusal(lading.UnknownName, {"jets": JETS, "tracks": TRACKS}, columns={"Pt": "Jet_pt"}) == (
        "columns: 'Pt' is no variable of model 'mirror' (has: 'pt', 'd0', 'eta', 'z0', 'jets.pt', 'jets.eta', "
        "'tracks.d0', 'tracks.z0'); did you mean 'pt'?"
    )
    assert refusal(
        lading.ValueRefused, {"jets": JETS, "tracks": TRACKS} | {"jets": pd.DataFrame(JETS)}, columns={"pt": "Jet_pt"}
    ) == ("column 'Jet_pt', from which variable 'pt' of input 'jets' is read, is not there (has: 'pt', 'eta')")


def test_columns_that_are_no_mapping_of_texts() -> None:
    assert one_input(Variable("pt")).run(pd.DataFrame({0: [1.0]}), columns={"pt": 0})["p_pt"] == 1
    with pytest.raises(lading.ValueRefused, match="columns is 'pt'; expected is a mapping by variable"):
        one_input(Variable("pt")).run({"pt": [1.0]}, columns="pt")
    with pytest.raises(lading.UnitError, match="'None' cannot be converted"):
        one_input(Variable("pt", "GeV")).run({"pt": [1.0]}, units={"pt": None})


def test_a_column_that_is_not_there_is_named() -> None:
    for events in ({"pt": [1.0]}, pd.DataFrame({"pt": [1.0]}), JETS | TRACKS):
        model = MODEL if len(events) > 1 else one_input(Variable("pt"))
        with pytest.raises(lading.ValueRefused, match=r"column 'pT', from which .*'pt' .*is not there .*mean 'pt'\?"):
            model.run(events, columns={"pt": "pT"})


# ---- names as converters write them


def test_a_column_whose_name_a_converter_changes_is_found() -> None:
    model = one_input(Variable("d0_sigma"), Variable("jet_eta"))
    table = {"d0/sigma": [1.0, 2.0], "jet eta": [3.0, 4.0]}
    for events in (table, {"jets": table}, pd.DataFrame(table), pd.DataFrame(table | {"other": 0})):
        assert model.run(events)["out"].tolist() == [[1, 3], [2, 4]]
    array = lading.positional([[1.0, 3.0]], order=["d0/sigma", "jet eta"])
    assert model.run(array)["out"].tolist() == [[1, 3]]


def test_the_very_name_comes_first_and_two_others_are_refused() -> None:
    model = one_input(Variable("d0_sigma"))
    assert model.run(pd.DataFrame({"d0/sigma": [1.0], "d0_sigma": [2.0]}))["p_d0_sigma"] == 2
    with pytest.raises(lading.ValueRefused, match="variable 'd0_sigma' of input 'jets' was not given"):
        model.run(pd.DataFrame({"d0/sigma": [1.0], "d0 sigma": [2.0]}))
    with pytest.raises(lading.ValueRefused, match="column 'd0_sigma', from which"):
        model.run(pd.DataFrame({"d0/sigma": [1.0]}), columns={"d0_sigma": "d0_sigma"})


def test_the_table_of_the_training_runs_in_the_model_of_it() -> None:
    random = np.random.default_rng(5)
    table = pd.DataFrame(random.normal(size=(50, 2)), columns=["d0/sigma", "jet eta"])
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(table, table["d0/sigma"]), 2)
    assert lading.convert(booster).run(table).entries == 50
    data = lightgbm.Dataset(table.rename(columns={"d0/sigma": "d0 sigma"}), table["d0/sigma"])
    booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 5}, data, 2)
    assert lading.convert(booster).run(table.rename(columns={"d0/sigma": "d0 sigma"})).entries == 50


# ---- positional


def test_an_array_whose_order_is_said() -> None:
    array = np.array([[1.0, 10.0], [2.0, 20.0]])
    scores = one_input(Variable("pt"), Variable("eta")).run(lading.positional(array, order=["eta", "pt"]))
    np.testing.assert_array_equal(scores["p_pt"], [10, 20])
    tracks = lading.positional(np.arange(8.0).reshape(2, 2, 2), order=["z0", "d0"])
    np.testing.assert_array_equal(MODEL.run({"jets": JETS, "tracks": tracks})["p_d0"], [[1, 3], [5, 7]])
    jagged = lading.positional(ak.Array([[[1.0, 2.0]], []]), order=["d0", "z0"])
    assert MODEL.run({"jets": JETS, "tracks": jagged})["p_z0"].tolist() == [[2], []]


@pytest.mark.parametrize(("order", "kind", "told"), [
    (None, lading.ValueRefused, "positional: order is None; expected are the names of the columns: ['pt', 'eta']"),
    ("pt", lading.ValueRefused, "positional: order is 'pt'; expected are the names"),
    ([0, 1], lading.ValueRefused, "positional: order is [0, 1]; expected are the names"),
    (["pt"], lading.ValueRefused, "positional: order has 1 names, the array's shape is (2, 2)"),
    (["pt", "pt"], lading.ValueRefused, "positional: 'pt' comes twice in order"),
    (["pt", "phi"], lading.UnknownName, "variable 'phi' is not in input 'jets' (has: 'pt', 'eta')"),
])  # fmt: skip
def test_an_order_that_does_not_fit(order, kind, told: str) -> None:
    with pytest.raises(kind) as caught:
        one_input(Variable("pt"), Variable("eta")).run(lading.positional(np.zeros((2, 2)), order=order))
    assert str(caught.value).startswith(told)


def test_an_order_that_lacks_a_variable() -> None:
    with pytest.raises(lading.ValueRefused, match="variable 'eta' of input 'jets' was not given"):
        one_input(Variable("pt"), Variable("eta")).run(lading.positional(np.zeros((2, 1)), order=["pt"]))


def test_an_order_where_no_names_are() -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        nameless(2).run(lading.positional(np.zeros((3, 2)), order=["a", "b"]))
    assert str(caught.value) == "input 'x' has no named variables: feed the array as it is, without an order"
