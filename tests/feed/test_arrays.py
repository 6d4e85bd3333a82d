"""Arrays by name: any number type, layout and leading axes; what they hold reaches the engine unchanged."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from mirrors import jets_and_tracks, nameless, one_input, one_sequence

import lading
from lading.endpoints import Variable
from lading.graph import Node

PT, ETA = np.array([1.5, -2.25, 3.0], np.float32), np.array([0.5, 0.0, -7.0], np.float32)
PAIR = [Variable("pt", "MeV"), Variable("eta", "1")]


def test_a_mapping_by_input_and_variable() -> None:
    scores = one_input(*PAIR).run({"jets": {"eta": ETA, "pt": PT}})
    np.testing.assert_array_equal(scores["out"], np.stack([PT, ETA], axis=1))
    np.testing.assert_array_equal(scores["p_eta"], ETA)


def test_a_flat_mapping_for_one_input_or_for_several() -> None:
    np.testing.assert_array_equal(one_input(*PAIR).run({"pt": PT, "eta": ETA})["p_pt"], PT)
    flat = {"pt": PT, "eta": ETA, "d0": (np.ones(2), [2, 0, 0]), "z0": (np.zeros(2), [2, 0, 0])}
    scores = jets_and_tracks().run(flat)
    np.testing.assert_array_equal(scores["p_eta"], ETA)
    np.testing.assert_array_equal(scores["p_d0"][0], [1, 1])


@pytest.mark.parametrize(
    "dtype", ["f2", "f4", "f8", ">f4", ">f8", "g", "i1", "i2", "i4", "i8", ">i4", "u1", "u2", "u4", "u8", "?"]
)
def test_every_number_type(dtype: str) -> None:
    values = np.array([0, 1, 1]).astype(dtype)
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": values})["p_pt"], [0, 1, 1])
    many = np.array([[0, 1], [1, 1]]).astype(dtype)
    np.testing.assert_array_equal(nameless(2).run({"x": many})["out"], [[0, 1], [1, 1]])


def test_float16_holds_its_numbers_exactly() -> None:
    values = np.array([0.1, -65504, 6e-8, np.inf, np.nan], np.float16)
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": values})["p_pt"], values.astype(np.float32))
    half = nameless(1, type="float16")  # the engine stores half precision and casts it
    half.output_list[0].type = "float32"
    half.graphs["main"].nodes = [Node("a", "Cast", ["x"], ["out"], {"to": "float32"})]
    np.testing.assert_array_equal(half.run({"x": values[:, None]})["out"], values[:, None].astype(np.float32))


def strided(values: np.ndarray) -> dict[str, np.ndarray]:
    """The same numbers in memory of many layouts."""
    read_only = values.copy()
    read_only.setflags(write=False)
    packed = np.zeros(values.shape, [("a", "i1"), ("x", values.dtype), ("b", "i2")])
    packed["x"] = values
    wide = np.zeros((*values.shape, 3), values.dtype)
    wide[..., 1] = values
    return {
        "read-only": read_only,
        "every third": wide[..., 1],
        "reversed": values[::-1].copy()[::-1],
        "packed": packed["x"],
        "Fortran order": np.asfortranarray(values),
        "transposed": np.ascontiguousarray(values.T).T,
    }


@pytest.mark.parametrize("layout", strided(PT))
def test_memory_of_any_layout(layout: str) -> None:
    one_number = strided(PT)[layout]
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": one_number})["p_pt"], PT)
    values = np.random.default_rng(5).normal(size=(4, 2, 3))
    np.testing.assert_array_equal(nameless(2, 3).run({"x": strided(values)[layout]})["out"], values.astype(np.float32))
    rows = {"d0": strided(values[:, :, 0])[layout], "z0": values[:, :, 1]}
    np.testing.assert_array_equal(
        one_sequence(Variable("d0"), Variable("z0")).run({"tracks": rows})["out"], values[:, :, :2].astype(np.float32)
    )


def test_one_number_for_all_entries_by_broadcasting() -> None:
    same = np.broadcast_to(np.float32(4), (3,))
    np.testing.assert_array_equal(one_input(*PAIR).run({"pt": same, "eta": ETA})["p_pt"], [4, 4, 4])


def test_plain_numbers_are_one_entry_without_leading_axes() -> None:
    scores = jets_and_tracks().run({"jets": {"pt": 4, "eta": 0.5}, "tracks": {"d0": [1.0, 2.0], "z0": [3.0, 4.0]}})
    np.testing.assert_array_equal(scores["out_jets"], [4, 0.5])
    assert scores["p_pt"].shape == ()
    np.testing.assert_array_equal(scores["out_tracks"], [[1, 3], [2, 4]])


def test_lists_of_numbers_of_python() -> None:
    np.testing.assert_array_equal(one_input(*PAIR).run({"pt": [1, 2], "eta": [0.5, True]})["out"], [[1, 0.5], [2, 1]])


def test_no_entries() -> None:
    none = np.zeros(0)
    scores = jets_and_tracks().run({"jets": {"pt": none, "eta": []}, "tracks": {"d0": [], "z0": none}})
    assert scores["out_jets"].shape == (0, 2) and scores.entries == 0
    assert len(scores["out_tracks"]) == 0
    assert nameless(2, 3).run({"x": np.zeros((0, 2, 3))})["out"].shape == (0, 2, 3)
    counted = jets_and_tracks().run({"pt": none, "eta": none, "d0": (none, []), "z0": (none, [])})
    assert counted["out_tracks"][0].shape == (0, 2) and counted["out_tracks"][1].shape == (0,)


def test_a_bare_array_where_the_slots_have_no_names() -> None:
    values = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(nameless(3).run(values)["out"], values)
    np.testing.assert_array_equal(nameless(3).run({"x": values})["out"], values)


def test_a_bare_array_is_refused_where_they_have() -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        one_input(*PAIR).run(np.zeros((3, 2)))
    assert str(caught.value) == (
        "input 'jets' has named variables: feed them by name, or say their order with "
        "lading.positional(array, order=['pt', 'eta'])"
    )
    with pytest.raises(lading.ValueRefused, match=r"has 2 inputs .jets, tracks.: feed a mapping by input"):
        jets_and_tracks().run(np.zeros((3, 2)))


def test_an_order_is_shown_whole_up_to_eight_names() -> None:
    for number, shown in ((8, ", ".join(f"'f{i}'" for i in range(8))), (9, "'f0', 'f1', 'f2', ...")):
        with pytest.raises(lading.ValueRefused) as caught:
            one_input(*(Variable(f"f{i}") for i in range(number))).run(np.zeros((3, number)))
        assert str(caught.value).endswith(f"lading.positional(array, order=[{shown}])")


def test_a_single_number_beside_arrays_is_told_as_such() -> None:
    for events in ({"pt": [1], "eta": 2}, {"eta": 2, "pt": [1]}):
        with pytest.raises(lading.ValueRefused) as caught:
            one_input(*PAIR).run(events)
        assert "variable 'eta' of input 'jets' is a single number, not one per entry" in str(caught.value)
        assert "variable 'pt' of input 'jets' has 1 entry" in str(caught.value)


def test_what_holds_no_events_is_refused() -> None:
    for model in (one_input(*PAIR), nameless(3), jets_and_tracks()):
        with pytest.raises(lading.ValueRefused, match="no events for model 'mirror': None was given; feed a mapping"):
            model.run(None)
    with pytest.raises(lading.ValueRefused, match=r"a LazyFrame holds no numbers yet: call collect\(\) first"):
        one_input(*PAIR).run(pl.LazyFrame({"pt": [1.0], "eta": [2.0]}))


def test_absent_numbers_become_nan() -> None:
    masked = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": masked})["p_pt"], [1, np.nan, 3])
    whole = np.ma.masked_array([1, 2, 3], [False, True, False])
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": whole})["p_pt"], [1, np.nan, 3])
    np.testing.assert_array_equal(one_input(Variable("pt")).run({"pt": [1, None, 2.5]})["p_pt"], [1, np.nan, 2.5])
    full = np.ma.masked_array([1, 2], [False, False])
    np.testing.assert_array_equal(one_input(Variable("pt", raw="int64")).run({"pt": full})["p_pt"], [1, 2])


def test_what_a_mask_on_elements_means_must_be_said() -> None:
    masked = np.ma.masked_array([[1.0, 2.0]], [[False, True]])
    with pytest.raises(lading.ValueRefused, match="elements are masked; mark the real ones by a boolean array 'valid'"):
        one_sequence(Variable("d0")).run({"d0": masked})


@pytest.mark.parametrize(("values", "told"), [
    (["a", "b"], "numbers are expected, not text"),
    (np.array(["1", "2"]), "numbers are expected, not text"),
    (np.array([1.0, "2"], object), "numbers are expected, not text ('2')"),
    (np.array([1 + 2j]), "numbers are expected, not complex128"),
    (np.array(["2020-01-01"], "M8[D]"), "numbers are expected, not datetime64[D]"),
    ([[1.0], 2.0], "rows differ in length, but it is no sequence|entry 1 is the number 2.0, the others are lists"),
    ([1 << 70], "is beyond any 64-bit integer"),
    (np.zeros((3, 2, 2)), None),
    ([{"a": 1}], "numbers are expected, not dict"),
    (np.ma.masked_array([1 << 60, 2], [False, True]), "is too large to stand beside NaN"),
    (np.array([np.longdouble("1e400")]), "is beyond float64"),
])  # fmt: skip
def test_what_is_no_number_is_refused_by_name(values, told: str | None) -> None:
    model = one_input(Variable("pt"))
    if told is None:
        assert model.run({"pt": values})["p_pt"].shape == (3, 2, 2)  # leading axes
        return
    with pytest.raises(lading.ValueRefused) as caught:
        model.run({"pt": values})
    assert str(caught.value).startswith("variable 'pt' of input 'jets': ")
    assert any(text in str(caught.value) for text in told.split("|"))


@pytest.mark.parametrize(("raw", "values", "told"), [
    (None, [1e39], "1e+39"), ("float32", [-3.5e38], "-3.5e+38"), ("int64", [1.5], "1.5"), ("int64", [np.nan], "nan"),
    ("int64", [1e19], "1e+19"), ("int64", np.array([1 << 63], np.uint64), "9223372036854775808"),
])  # fmt: skip
def test_a_number_that_the_slot_cannot_hold_is_refused(raw: str | None, values, told: str) -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        one_input(Variable("pt", raw=raw)).run({"pt": np.asarray(values)})
    assert "variable 'pt' of input 'jets'" in str(caught.value) and told in str(caught.value)


def test_infinity_and_the_largest_numbers_pass() -> None:
    largest = np.finfo(np.float32).max
    np.testing.assert_array_equal(
        one_input(Variable("pt")).run({"pt": np.array([np.inf, -np.inf, largest], np.float64)})["p_pt"],
        [np.inf, -np.inf, largest],
    )
    whole = np.array([-(1 << 63), (1 << 63) - 1])
    model = one_input(Variable("n", raw="int64"), type="int64")
    np.testing.assert_array_equal(model.run({"n": whole})["p_n"], whole)


@pytest.mark.parametrize(("feed", "told"), [
    ({"x": np.zeros((2, 4))}, "input 'x': the shape is (2, 4), expected (n, 3)"),
    ({"x": np.zeros(4)}, "input 'x': the shape is (4,), expected (n, 3)"),
    ({"x": 1.0}, "input 'x': the shape is (), expected (n, 3)"),
])  # fmt: skip
def test_a_wrong_shape_is_refused(feed, told: str) -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        nameless(3).run(feed)
    assert str(caught.value) == told


def test_differing_numbers_of_entries_are_refused() -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        one_input(*PAIR).run({"pt": PT, "eta": ETA[:2]})
    assert (
        str(caught.value) == "variable 'eta' of input 'jets' has 2 entries, variable 'pt' of input 'jets' has 3 entries"
    )
    with pytest.raises(lading.ValueRefused, match=r"has 1 entry, .* has 6 entries \(2 x 3\)"):
        one_input(*PAIR).run({"pt": np.zeros((2, 3)), "eta": [1.0]})
