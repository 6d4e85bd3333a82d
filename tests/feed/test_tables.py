"""Tables of any library: columns by name, extra ones ignored."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from mirrors import jets_and_tracks, nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable

PT, ETA = [1.5, -2.25, 3.0], [0.5, 0.0, -7.0]
LISTS = [[1.0, 2.0], [], [3.0]]
COLUMNS = {"weight": [9.0, 9.0, 9.0], "eta": ETA, "pt": PT, "sample": ["a", "b", "c"]}


def record_array() -> np.ndarray:
    return np.rec.fromarrays([np.array(PT), np.array(ETA)], names="pt,eta")


TABLES = {
    "pandas": pd.DataFrame(COLUMNS),
    "polars": pl.DataFrame(COLUMNS),
    "arrow": pa.table(COLUMNS),
    "structured": np.array(list(zip(PT, ETA, strict=True)), [("pt", "f4"), ("eta", "f8")]),
    "record": record_array(),
    "awkward": ak.Array({"pt": PT, "eta": ETA, "other": LISTS}),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_for_one_input(kind: str) -> None:
    model = one_input(Variable("pt", "MeV"), Variable("eta", "1"))
    for events in (TABLES[kind], {"jets": TABLES[kind]}):
        scores = model.run(events)
        np.testing.assert_array_equal(scores["p_pt"], np.float32(PT))
        np.testing.assert_array_equal(scores["p_eta"], np.float32(ETA))


JAGGED = {"pt": PT, "eta": ETA, "d0": LISTS, "z0": LISTS, "other": ["a", "b", "c"]}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, ak.Array])
def test_one_table_with_lists_for_all_inputs(make) -> None:
    scores = jets_and_tracks().run(make({k: v for k, v in JAGGED.items() if make is not ak.Array or k != "other"}))
    np.testing.assert_array_equal(scores["p_pt"], np.float32(PT))
    found = scores["p_d0"]
    if isinstance(found, tuple):  # Arrow's lists are values and counts
        found = ak.unflatten(*found)
    assert [list(row) for row in found] == LISTS


def test_what_is_null_becomes_nan() -> None:
    model = one_input(Variable("pt"))
    for table in (
        pd.DataFrame({"pt": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame({"pt": [1.0, None]}),
        pd.DataFrame({"pt": pd.Series([1.0, pd.NA], dtype=object)}),
        pl.DataFrame({"pt": [1, None]}),
        pa.table({"pt": [1, None]}),
    ):
        np.testing.assert_array_equal(model.run(table)["p_pt"], [1, np.nan])


@pytest.mark.parametrize("make", [pl.DataFrame, pa.table, pd.DataFrame])
def test_a_list_that_is_null_is_refused(make) -> None:
    with pytest.raises(lading.ValueRefused, match=r"entry 1 is (nothing|the number nan), the others are lists"):
        one_sequence(Variable("d0")).run(make({"d0": [[1.0], None, []]}))


def test_a_column_that_is_there_twice_is_refused() -> None:
    table = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["pt", "pt", "eta"])
    with pytest.raises(lading.ValueRefused) as caught:
        one_input(Variable("pt"), Variable("eta")).run(table)
    assert str(caught.value) == "column 'pt' is there 2 times; which is meant?"
    assert one_input(Variable("eta")).run(table)["p_eta"] == 3


def test_columns_that_are_no_text() -> None:
    table = pd.DataFrame({0: PT, 1: ETA})
    scores = one_input(Variable("pt"), Variable("eta")).run(table, columns={"pt": "0", "eta": "1"})
    np.testing.assert_array_equal(scores["p_eta"], np.float32(ETA))


def test_series_inside_a_mapping() -> None:
    model = one_input(Variable("pt"), Variable("eta"))
    for series in (pd.Series, pl.Series):
        np.testing.assert_array_equal(model.run({"pt": series(PT), "eta": series(ETA)})["p_pt"], np.float32(PT))


def test_text_in_a_column_is_refused() -> None:
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        with pytest.raises(
            lading.ValueRefused, match="variable 'sample' of input 'jets': numbers are expected, not text"
        ):
            one_input(Variable("sample")).run(make(COLUMNS))


def test_an_input_without_names_takes_the_column_of_its_name() -> None:
    table = np.zeros(2, [("x", "f4", (3,)), ("y", "i4")])
    table["x"] = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(nameless(3).run(table)["out"], np.arange(6).reshape(2, 3))
    with pytest.raises(lading.ValueRefused) as caught:
        nameless(3).run(np.zeros(2, [("z", "f4", (3,))]))
    assert str(caught.value) == (
        "input 'x' was not given (has: 'z'); did you mean 'z'?; its variables have no names, so that columns cannot "
        "find theirs: feed an array (of a DataFrame df.to_numpy()), or convert the model with papers that name them"
    )
    assert nameless().run(pd.DataFrame({"z": PT}), columns={"x": "z"})["out"].tolist() == PT


def test_an_empty_table() -> None:
    model = one_input(Variable("pt"))
    for table in (pd.DataFrame({"pt": []}), pl.DataFrame({"pt": []}), np.zeros(0, [("pt", "f4")])):
        assert model.run(table)["p_pt"].shape == (0,)
