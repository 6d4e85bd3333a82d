"""Columns of lists: what is of one event stands in one list, in tables and arrays of any library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import awkward as ak
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from mirrors import nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable

LISTS = [[1.0, 2.0], [], [3.0]]
EQUAL = [[1.0, 2.0], [3.0, 4.0]]
LISTS_OF_LISTS = [[[1.0], [2.0, 3.0]], [], [[]]]


def arrays(lists: Any) -> Any:
    return np.array(lists) if lists and not isinstance(lists[0], list) else [arrays(each) for each in lists]


TABLES: dict[str, Callable[[str, Any], Any]] = {
    "pandas": lambda name, lists: pd.DataFrame({name: lists}),
    "pandas, of arrays": lambda name, lists: pd.DataFrame({name: arrays(lists)}),
    "pandas, in Arrow": lambda name, lists: pd.DataFrame(
        {name: pd.Series(lists, dtype=pd.ArrowDtype(pa.array(lists).type))}),
    "polars": lambda name, lists: pl.DataFrame({name: lists}),
    "arrow": lambda name, lists: pa.table({name: lists}),
    "arrow, large": lambda name, lists: pa.table({name: pl.Series(lists).to_arrow()}),
    "series of pandas": lambda name, lists: {name: pd.Series(lists)},
    "series of polars": lambda name, lists: {name: pl.Series(lists)},
    "array of arrow": lambda name, lists: {name: pa.array(lists)},
    "chunks of arrow": lambda name, lists: {name: pa.chunked_array([pa.array(lists[:1]), pa.array(lists[1:])])},
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("lists", [LISTS, EQUAL, LISTS_OF_LISTS], ids=["ragged", "equal", "lists of lists"])
def test_lists_lead_where_the_model_has_no_sequence(kind: str, lists: Any) -> None:
    if kind == "chunks of arrow" and lists is LISTS_OF_LISTS:
        lists = [*LISTS_OF_LISTS[:1], [[4.0]], []]
    scores = one_input(Variable("pt"), name="muons").run(TABLES[kind]("pt", lists))
    assert ak.to_list(scores["p_pt"]) == lists


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "chunks of arrow"])
def test_the_innermost_lists_are_those_of_a_sequence(kind: str) -> None:
    model = one_sequence(Variable("d0"))
    for lists in (LISTS, EQUAL):
        assert model.run(TABLES[kind]("d0", lists)).counts("out").tolist() == [len(each) for each in lists]
    scores = model.run(TABLES[kind]("d0", LISTS_OF_LISTS))
    assert ak.to_list(scores["p_d0"]) == LISTS_OF_LISTS and scores.flat("out").ravel().tolist() == [1, 2, 3]


def test_lists_that_are_all_as_long_as_a_vector_are_vectors() -> None:
    for kind in TABLES:
        np.testing.assert_array_equal(nameless(2).run(TABLES[kind]("x", EQUAL))["out"], EQUAL)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_what_is_null_in_lists(make: Any) -> None:
    model = one_input(Variable("pt"))
    scores = model.run(make({"pt": [[1.0, None], [], [None, 2.0, 3.0]]}))
    np.testing.assert_array_equal(scores.flat("out").ravel(), [1, np.nan, np.nan, 2, 3])
    with pytest.raises(lading.ValueRefused, match=r"entry 1 is (nothing|the number nan), the others are lists"):
        model.run(make({"pt": [[1.0], None, []]}))


def test_lists_and_numbers_beside_each_other_are_refused() -> None:
    model = one_input(Variable("pt"))
    mixed = pd.DataFrame({"pt": [[[1.0], [2.0]], [3.0]]})
    with pytest.raises(lading.ValueRefused, match="some of its lists hold lists, others numbers or nothing"):
        model.run(mixed)
    with pytest.raises(lading.ValueRefused, match=r"entry 1 is the number 2\.0, the others are lists"):
        model.run(pd.DataFrame({"pt": [[1.0], 2.0]}))
    with pytest.raises(lading.ValueRefused, match="numbers are expected, not text"):
        model.run(pd.DataFrame({"pt": [["a"], ["b", "c"]]}))


def test_counts_of_columns_must_agree() -> None:
    model = one_input(Variable("pt"), Variable("eta"))
    with pytest.raises(lading.ValueRefused, match="'eta'"):
        model.run(pl.DataFrame({"pt": LISTS, "eta": [[1.0], [2.0], [3.0]]}))


def test_lists_of_python_have_to_say_that_they_lead() -> None:
    with pytest.raises(lading.ValueRefused, match=r"rows differ in length, .*feed an awkward array, \("):
        one_input(Variable("pt")).run({"pt": LISTS})
