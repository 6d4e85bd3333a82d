"""Sequences in any form come back, element for element, in the form that went in."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable

LISTS = [[1.0, 2.0], [], [3.0]]
ONE = [Variable("d0")]


def test_awkward_arrays() -> None:
    scores = one_sequence(*ONE).run({"tracks": {"d0": ak.Array(LISTS)}})
    assert isinstance(scores["p_d0"], ak.Array) and scores["p_d0"].tolist() == LISTS
    assert scores["out"].tolist() == [[[1], [2]], [], [[3]]]


def test_values_and_counts() -> None:
    values, counts = one_sequence(*ONE).run({"tracks": {"d0": (np.array([1.0, 2, 3]), np.array([2, 0, 1]))}})["p_d0"]
    np.testing.assert_array_equal(values, [1, 2, 3])
    np.testing.assert_array_equal(counts, [2, 0, 1])


def test_counts_with_leading_axes() -> None:
    given = (np.arange(3.0), np.array([[1, 0], [0, 2]]))
    scores = jets_and_tracks().run({"pt": np.ones((2, 2)), "eta": np.ones((2, 2)), "d0": given, "z0": given})
    assert scores["p_pt"].shape == (2, 2)
    np.testing.assert_array_equal(scores["p_d0"][1], [[1, 0], [0, 2]])


@pytest.mark.parametrize("rows", [LISTS, [[1.0], [2.0]], [[], []], [np.array([1.0, 2]), np.zeros(0)]])
def test_lists_of_lists_come_back_as_a_list(rows) -> None:
    found = one_sequence(*ONE).run({"d0": rows})["p_d0"]
    assert isinstance(found, list) and [list(row) for row in found] == [list(row) for row in rows]


def test_object_arrays_of_arrays() -> None:
    rows = np.empty(3, object)
    rows[:] = [np.array(row, np.float32) for row in LISTS]
    assert [list(row) for row in one_sequence(*ONE).run({"d0": rows})["p_d0"]] == LISTS


def test_rows_of_one_length_stay_an_array() -> None:
    rows = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(one_sequence(*ONE).run({"d0": rows})["p_d0"], rows)
    assert one_sequence(*ONE).run({"d0": np.zeros((2, 0))})["p_d0"].shape == (2, 0)


VALID = np.array([[True, False, True], [False, False, False], [True, True, True]])
ROWS = np.arange(9.0).reshape(3, 3)


def structured(valid: np.ndarray = VALID) -> np.ndarray:
    made = np.zeros(valid.shape, [("d0", "f4"), ("charge", "i1"), ("valid", "?")])
    made["d0"], made["valid"] = ROWS.reshape(valid.shape), valid
    return made


@pytest.mark.parametrize("tracks", [structured(), {"d0": ROWS, "valid": VALID}])
def test_padded_rows_with_valid_come_back_padded(tracks) -> None:
    found = one_sequence(*ONE).run({"tracks": tracks})["p_d0"]
    np.testing.assert_array_equal(found, np.where(VALID, ROWS, np.nan))


def test_padded_rows_have_their_elements_only() -> None:
    batch = lading.feed.batch_of(one_sequence(*ONE), {"tracks": structured()})
    np.testing.assert_array_equal(batch.counts["track"], [2, 0, 3])
    np.testing.assert_array_equal(batch.columns["tracks", "d0"].values, [0, 2, 6, 7, 8])


def test_padded_rows_with_leading_axes() -> None:
    found = one_sequence(*ONE).run({"tracks": structured(VALID.reshape(1, 3, 3))})["p_d0"]
    np.testing.assert_array_equal(found, np.where(VALID, ROWS, np.nan)[None])


@pytest.mark.parametrize(("keep", "kept"), [("first", [[0, np.nan, 2], [np.nan] * 3, [6, 7, np.nan]]),
                                            ("last", [[0, np.nan, 2], [np.nan] * 3, [np.nan, 7, 8]])])
def test_what_is_cut_stands_where_it_stood(keep: str, kept) -> None:
    found = one_sequence(*ONE, max=2, keep=keep).run({"tracks": structured()})["p_d0"]
    np.testing.assert_array_equal(found, kept)
    lists = one_sequence(*ONE, max=1, keep=keep).run({"d0": ak.Array(LISTS)})["p_d0"]
    assert lists.tolist() == ([[1], [], [3]] if keep == "first" else [[2], [], [3]])
    rows = one_sequence(*ONE, max=2, keep=keep).run({"d0": ROWS})["p_d0"]
    np.testing.assert_array_equal(rows, ROWS[:, :2] if keep == "first" else ROWS[:, 1:])


def test_integers_are_padded_with_zero() -> None:
    model = one_sequence(Variable("d0"), type="int64")
    np.testing.assert_array_equal(model.run({"d0": ROWS.astype(int), "valid": VALID})["p_d0"], np.where(VALID, ROWS, 0))


def test_records_of_awkward_by_field() -> None:
    events = ak.Array([{"pt": 1, "eta": 2, "tracks": [{"d0": 5, "z0": 6, "charge": 1}]},
                       {"pt": 3, "eta": 4, "tracks": []}])
    scores = jets_and_tracks().run({"jets": events, "tracks": events.tracks})
    np.testing.assert_array_equal(scores["p_pt"], [1, 3])
    assert scores["out_tracks"].tolist() == [[[5, 6]], []]
    nested = jets_and_tracks().run(events)  # tracks are the field of that name, jets the events themselves
    assert nested["out_tracks"].tolist() == [[[5, 6]], []]


# ---- leading axes: NanoAOD's collision -> photon


def test_collisions_of_photons_come_back_as_collisions_of_photons() -> None:
    photons = ak.Array([[{"pt": 10.0, "eta": 0.5}, {"pt": 20.0, "eta": -1.0}], [], [{"pt": 30.0, "eta": 2.0}]])
    model = one_input(Variable("pt"), Variable("eta"), name="photons")
    for events in (photons, {"photons": photons}, {"pt": photons.pt, "eta": photons.eta}):
        scores = model.run(events)
        assert scores["p_pt"].tolist() == [[10, 20], [], [30]] and scores.entries == 3
        assert scores["out"].tolist() == [[[10, 0.5], [20, -1]], [], [[30, 2]]]
    flat = model.run(ak.Array({"Photon_pt": photons.pt, "Photon_eta": photons.eta, "nPhoton": [2, 0, 1]}),
                     columns={"pt": "Photon_pt", "eta": "Photon_eta"})
    assert flat["p_eta"].tolist() == [[0.5, -1], [], [2]]


def test_collisions_of_jets_of_tracks() -> None:
    d0 = [[[1.0], [2.0, 3.0]], [], [[]]]
    jets = {"pt": ak.Array([[1.0, 2.0], [], [3.0]]), "eta": ak.Array([[0.0, 0.0], [], [0.0]])}
    scores = jets_and_tracks().run({"jets": jets, "tracks": {"d0": ak.Array(d0), "z0": ak.Array(d0)}})
    assert scores["p_pt"].tolist() == [[1, 2], [], [3]]
    assert scores["p_d0"].tolist() == d0


@pytest.mark.parametrize("dtype", [np.int64, np.uint64, np.int32])
def test_counts_above_the_entry_lead_as_lists_of_awkward_do(dtype) -> None:
    counts = np.array([2, 0, 3], dtype)
    pt, eta = np.arange(5.0), np.arange(5.0) + 10
    model = one_input(Variable("pt"), Variable("eta"))
    pairs = model.run({"pt": (pt, counts), "eta": (eta, counts)})
    lists = model.run({"pt": ak.unflatten(pt, counts), "eta": ak.unflatten(eta, counts)})
    assert pairs["p_eta"].tolist() == lists["p_eta"].tolist() == [[10, 11], [], [12, 13, 14]]
    assert pairs["out"].type == lists["out"].type and pairs.entries == 5
    mixed = model.run({"pt": (pt, counts), "eta": ak.unflatten(eta, counts)})
    assert mixed["out"].tolist() == lists["out"].tolist()


def test_pairs_of_pairs_are_lists_of_lists() -> None:
    pt, d0 = [[1.0, 2.0], [], [3.0]], [[[1.0], [2.0, 3.0]], [], [[]]]
    pair = (np.arange(1.0, 4.0), [2, 0, 1])
    tracks = ((np.arange(1.0, 4.0), [1, 2, 0]), [2, 0, 1])
    scores = jets_and_tracks().run({"pt": pair, "eta": pair, "d0": tracks, "z0": tracks})
    assert scores["p_pt"].tolist() == pt and scores["p_d0"].tolist() == d0
    assert one_input(Variable("pt")).run({"pt": tracks})["p_pt"].tolist() == d0
    square = one_input(Variable("pt")).run({"pt": (np.arange(3.0), [[1, 0], [0, 2]])})
    assert square["p_pt"].tolist() == [[[0], []], [[], [1, 2]]]
    with pytest.raises(lading.ValueRefused, match=r"the counts add up to 3 elements, the values have shape \(2,\)"):
        one_input(Variable("pt")).run({"pt": ((np.arange(3.0), [1, 2]), [2, 1])})


def test_pairs_whose_lists_are_all_as_long_are_the_axes_of_an_item() -> None:
    assert nameless(2).run({"x": (np.arange(6.0), [2, 2, 2])})["out"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert nameless(2).run({"x": (np.zeros(0), [])})["out"].shape == (0, 2)
    with pytest.raises(lading.ValueRefused, match=r"each item has shape \(\), expected \(2,\)"):
        nameless(2).run({"x": (np.arange(3.0), [2, 1])})


def test_a_tuple_of_two_numbers_is_two_entries() -> None:
    assert one_input(Variable("pt")).run({"pt": (1.0, 2.0)})["p_pt"].tolist() == [1, 2]
    with pytest.raises(lading.ValueRefused, match=r"not negative; a tuple of two is \(values, counts\)"):
        one_input(Variable("pt")).run({"pt": ([1.0, 2.0], [3.5, 4.0])})


def test_two_levels_above_the_entry() -> None:
    values = [[[1.0, 2.0], []], [], [[3.0]]]
    assert one_input(Variable("pt")).run({"pt": ak.Array(values)})["p_pt"].tolist() == values


def test_regular_leading_axes() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(one_sequence(*ONE).run({"d0": values})["p_d0"], values)
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": values})["p_pt"], values)
    assert one_input(Variable("pt")).run({"pt": values})["out"].shape == (2, 3, 4, 1)


# ---- absent numbers and empty arrays


def test_absent_elements_become_nan_and_absent_lists_are_refused() -> None:
    found = one_sequence(*ONE).run({"d0": ak.Array([[1.0, None], []])})["p_d0"]
    np.testing.assert_array_equal(ak.flatten(found), [1, np.nan])
    with pytest.raises(lading.ValueRefused) as caught:
        one_sequence(*ONE).run({"d0": ak.Array([[1.0], None])})
    told = "variable 'd0' of input 'tracks': entry 1 is {}, the others are lists; an empty list is []"
    assert str(caught.value) == told.format("None")
    with pytest.raises(lading.ValueRefused) as caught:
        one_sequence(*ONE).run({"d0": [[1.0], None]})
    assert str(caught.value) == told.format("nothing")


@pytest.mark.parametrize("empty", [ak.Array([]), ak.Array([[], []])[:0], [], (np.zeros(0), np.zeros(0, int)),
                                   np.zeros((0, 4))])
def test_no_entries(empty) -> None:
    scores = jets_and_tracks().run({"pt": np.zeros(0), "eta": np.zeros(0), "d0": empty, "z0": empty})
    assert scores.entries == 0 and scores["out_jets"].shape == (0, 2)


def test_only_empty_sequences() -> None:
    assert one_sequence(*ONE).run({"d0": ak.Array([[], []])})["p_d0"].tolist() == [[], []]


# ---- what is refused


@pytest.mark.parametrize(("values", "told"), [
    (np.zeros(3), "has 1 entry, variable 'pt' of input 'jets' has 2 entries"),
    (ak.Array([1.0, 2.0]), "is a sequence: expected one list per entry, got 2 numbers"),
    ((np.zeros(3), [1, 1]), "the counts add up to 2 elements, the values have shape (3,)"),
    ((np.zeros(0), [1, -1]), "counts must be integers that are not negative"),
    ((np.zeros(2), [0.5, 1.5]), "counts must be integers that are not negative"),
    ([["a"], ["b", "c"]], "numbers are expected, not text"),
    (ak.Array([["a"], ["b", "c"]]), "numbers are expected, not text"),
    (ak.Array([[{"x": 1}], []]), "numbers are expected, not records with the fields x"),
    (ak.Array([[[1.0], [2.0]], []]), "entries (in 2 lists), variable 'pt' of input 'jets' has 2 entries"),
    ([[[1.0, 2.0]], [[1.0]]], "cannot be made an array"),
])  # fmt: skip
def test_what_is_no_sequence_of_numbers_is_refused_by_name(values, told: str) -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        jets_and_tracks().run({"pt": [1, 2], "eta": [1, 2], "d0": values, "z0": [[0.0], [1.0]]})
    assert str(caught.value).startswith("variable 'd0' of input 'tracks'")
    assert any(text in str(caught.value) for text in told.split("|"))


def test_sequences_that_differ_in_length_are_refused() -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        jets_and_tracks().run({"pt": [1, 2], "eta": [1, 2], "d0": ak.Array([[1], [2]]), "z0": ak.Array([[1], [2, 3]])})
    assert str(caught.value) == (
        "variable 'z0' of input 'tracks' and variable 'd0' of input 'tracks' share axis 'track' but differ in length: "
        "2 and 1 elements in entry 1"
    )


@pytest.mark.parametrize(("valid", "told"), [
    (VALID[:, :2], "'valid' is bool of shape (3, 2), expected bool of shape (3, 3)"),
    (VALID[:2], "'valid' is bool of shape (2, 3), expected bool of shape (3, 3)"),
])
def test_valid_of_another_shape_is_refused(valid, told: str) -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        one_sequence(*ONE).run({"d0": ROWS, "valid": valid})
    assert str(caught.value) == f"variable 'd0' of input 'tracks': {told}"


def test_valid_without_padded_rows_is_refused() -> None:
    with pytest.raises(lading.ValueRefused, match="'valid' marks the elements of padded rows, these are awkward"):
        one_sequence(*ONE).run({"d0": ak.Array(LISTS), "valid": np.array([True, True, False])})
