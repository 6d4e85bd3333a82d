"""CatBoost's JSON against numbers that CatBoost gave (make.py): margins to the bit, scores to a few last places.

CatBoost's softmax and exponential are its own approximations, a few units in the last place off.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lading
from lading.agreement import run_engine
from lading.agreement.forests import units_apart
from lading.bundle import to_buffers
from lading.errors import FormatError, UnsupportedError
from lading.evaluation import evaluator
from lading.model import Model
from lading.sources import catboost as source
from lading.sources import recognise, recognise_object
from lading.trees import Forest, forests_of

HERE = Path(__file__).parent
NUMBERS = np.load(HERE / "numbers.npz")
ONE_HOT = ("one_hot", "one_hot_lossguide")
NAMES = sorted(path.stem for path in HERE.glob("*.json") if path.stem not in ONE_HOT)
LAST_PLACES = 8


def content(name: str = "binary") -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text())


def read_content(what: Any) -> Model:
    return source.read_bytes(json.dumps(what).encode(), "forest.json")


def forest_of(model: Model) -> Forest:
    return next(forest for _, forest in forests_of(model))


@pytest.mark.parametrize("name", NAMES)
def test_gives_the_numbers_of_catboost(name: str) -> None:
    path = HERE / f"{name}.json"
    assert recognise(path) is source
    model = source.read(path)
    for run in (evaluator(model), run_engine(model)):
        got = run({"features": NUMBERS["x"]})
        np.testing.assert_array_equal(got["margin"], NUMBERS[f"{name}.margin"], strict=True)
        assert units_apart(got["score"], NUMBERS[f"{name}.score"]).max() <= LAST_PLACES


def test_a_file_is_recognised_whatever_stands_before_the_trees(tmp_path: Path) -> None:
    for text in (json.dumps({"about": "x" * 100_000, "made": 1, **content()}), "\ufeff" + json.dumps(content())):
        (tmp_path / "m.json").write_text(text, encoding="utf-8")
        assert recognise(tmp_path / "m.json") is source
        assert source.read(tmp_path / "m.json").weights.keys() == source.read(HERE / "binary.json").weights.keys()
    (tmp_path / "m.json").write_text('{"about": {"trees": 1, "features_info": 2}}')
    assert not source.recognises(tmp_path / "m.json")


def test_there_is_a_file_for_every_way_that_missing_values_go() -> None:
    seen = {each["nan_value_treatment"] for name in NAMES for each in content(name)["features_info"]["float_features"]}
    assert seen == {"AsIs", "AsFalse", "AsTrue"}
    assert np.isnan(NUMBERS["x"]).any(axis=0).all()


def test_all_nodes_of_a_level_of_a_symmetric_tree_are_equal() -> None:
    forest = forest_of(source.read(HERE / "classes.json"))
    for tree, written in zip(forest.trees(), content("classes")["oblivious_trees"], strict=True):
        splits = [split["border"] for split in reversed(written["splits"])]
        level = [0]
        for border in splits:
            assert {tree.threshold[at] for at in level} == {np.float32(border)}
            assert len({(int(tree.feature[at]), int(np.asarray(tree.missing)[at])) for at in level}) == 1
            level = [int(side[at]) for at in level for side in (tree.left, tree.right)]
        np.testing.assert_array_equal(tree.value[level].ravel(), written["leaf_values"])
    first = int(forest.roots[1]) if len(forest.roots) > 1 else 0
    np.testing.assert_array_equal(forest.left[first : first + 3], [first + 1, first + 3, first + 5])


def test_classes_name_the_outputs() -> None:
    model = source.read(HERE / "classes.json")
    assert list(model.outputs["score"].labels) == ["jet", "muon", "tau"]
    assert model.record["origin"]["objective"] == "MultiClass"


def test_features_have_names_where_the_file_has() -> None:
    named = content()
    for each, name in zip(named["features_info"]["float_features"], ("pt", "eta", "", "pt"), strict=True):
        each["feature_id"] = name
    assert list(read_content(named).inputs["features"].variables) == ["pt", "eta", "feature_2", "pt_2"]
    assert read_content(content()).inputs["features"].axes == ["entry", 4]


def test_scale_and_bias_come_last() -> None:
    scaled = content("regression")
    plain = {**scaled, "scale_and_bias": [1, [0]]}
    scaled["scale_and_bias"] = [0.3, 0.7]  # older files write one number
    x = {"features": NUMBERS["x"]}
    expected = 0.3 * run_engine(read_content(plain))(x)["margin"] + 0.7
    np.testing.assert_array_equal(run_engine(read_content(scaled))(x)["margin"], expected)


def test_trees_without_splits_are_read() -> None:
    for key, tree in (("oblivious_trees", {"leaf_values": [0.25], "splits": None}), ("trees", {"value": 0.25})):
        changed = content("regression")
        del changed["oblivious_trees"]
        changed |= {key: [tree], "scale_and_bias": [1, [1]]}
        assert (run_engine(read_content(changed))({"features": NUMBERS["x"]})["margin"] == 1.25).all()


class StandIn:
    """What CatBoost offers of a trained model, without CatBoost."""

    def save_model(self, path: str, format: str) -> None:
        assert format == "json"
        Path(path).write_bytes((HERE / "depthwise.json").read_bytes())


def test_a_model_in_memory_is_read_through_its_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StandIn, "__module__", "catboost.core")
    assert recognise_object(StandIn()) is source
    model = source.from_object(StandIn())
    assert model.name == "catboost StandIn"
    np.testing.assert_array_equal(run_engine(model)({"features": NUMBERS["x"]})["margin"], NUMBERS["depthwise.margin"])


def test_the_binary_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "m.cbm").write_bytes(b"CBM1\x00\x01")
    with pytest.raises(UnsupportedError, match=r'binary format.*save_model\("model.json", format="json"\)'):
        lading.convert(tmp_path / "m.cbm")


@pytest.mark.parametrize("name", ONE_HOT)
def test_categories_that_are_asked_for_one_by_one(name: str) -> None:
    """A text is fed as its place in the list of those that the trees ask for, -1 for any other."""
    numbers, model = np.load(HERE / "one_hot.npz"), source.read(HERE / f"{name}.json")
    assert list(model.inputs["features"].variables) == ["pt", "kind", "eta", "region"]
    listed = model.record["training"]["categories"]
    assert list(listed) == ["region"] and set(listed["region"]) <= {"barrel", "endcap", "forward"}
    x = numbers["x"].copy()
    place = [listed["region"].index(text) if text in listed["region"] else -1
             for text in ("barrel", "endcap", "forward", "beyond")]  # fmt: skip
    x[:, 3] = np.array(place)[x[:, 3].astype(int)]
    assert len(set(x[:, 3])) > 1 and (np.diff(numbers[name]) != 0).any()
    for run in (evaluator(model), run_engine(model)):
        np.testing.assert_array_equal(run({"features": x})["margin"], numbers[name], strict=True)
        no_category = x.copy()
        no_category[:, [1, 3]] = -1
        of_nan = np.where(no_category == -1, np.nan, no_category)
        np.testing.assert_array_equal(*(run({"features": each.astype(np.float32)})["margin"]
                                        for each in (no_category, of_nan)))  # fmt: skip


def test_categories_without_their_texts_are_refused_with_what_to_do() -> None:
    changed = content("one_hot")
    del changed["features_info"]["cat_features_hash"]
    with pytest.raises(UnsupportedError, match=r"asks? for categories of '(kind|region)' by hashes.*pool=pool"):
        read_content(changed)


def test_what_catboost_counts_of_categories_is_refused_by_name() -> None:
    changed = content()
    kind_of_jet = {"feature_id": "kind", "feature_index": 0, "flat_feature_index": 4}
    changed["features_info"]["categorical_features"] = [kind_of_jet]
    assert read_content(changed).inputs["features"].variables["kind"]  # no tree looks at it
    changed["oblivious_trees"][1]["splits"][0] = {"split_type": "OnlineCtr"}
    with pytest.raises(UnsupportedError, match=r"forest\.json: its trees split on OnlineCtr, which is made of kind"):
        read_content(changed)


def put(what: Any, value: Any, *path: Any) -> Any:
    """``what`` with another value at a path."""
    what = copy.deepcopy(what)
    at = what
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return what


SPLIT = ("oblivious_trees", 0, "splits", 0)
FEATURE = ("features_info", "float_features", 0)
DAMAGES = [
    ((*SPLIT, "float_feature_index"), 9, "looks at float feature 9"),
    ((*SPLIT, "border"), float("nan"), "threshold NaN"),
    (("oblivious_trees", 0, "leaf_values"), [1.0, 2.0], "2 values for 8 leaves"),
    (("oblivious_trees", 0, "leaf_values", 0), float("nan"), "is a leaf whose value is NaN"),
    (("oblivious_trees", 0, "splits"), [{}] * 40, "has 40 levels"),
    ((*FEATURE, "flat_feature_index"), 7, "the columns of the features are 1, 2, 3, 7"),
    ((*FEATURE, "nan_value_treatment"), "Sideways", "'Sideways'; there are AsIs, AsFalse, AsTrue"),
    ((*SPLIT, "split_type"), "OneHotFeature", "KeyError 'cat_feature_index'"),
    (SPLIT, {"split_type": "OneHotFeature", "cat_feature_index": 0, "value": 3}, "looks at category feature 0"),
    (("scale_and_bias",), [1, [0, 0]], "for 1 outputs"),
    (("model_info", "params", "loss_function", "type"), "Cox", "the loss is 'Cox'"),
    (("model_info", "params", "loss_function", "type"), "MultiClass", "the loss is 'MultiClass'"),
    (("oblivious_trees",), [], "a model without trees"),
    (("oblivious_trees",), 3, "damaged"),
]


@pytest.mark.parametrize(("path", "value", "message"), DAMAGES, ids=[str(path[-1]) for path, _, _ in DAMAGES])
def test_damages_are_named(path: Any, value: Any, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_content(put(content(), value, *path))
    assert str(caught.value).startswith("forest.json")


def test_a_file_that_is_cut_off_is_refused() -> None:
    data = (HERE / "depthwise.json").read_bytes().rstrip()
    for end in range(0, len(data), 97):
        with pytest.raises(FormatError, match=r"forest\.json"):
            source.read_bytes(data[:end], "forest.json")


def test_deep_trees_are_read_or_refused() -> None:
    tree: dict[str, Any] = {"value": 1}
    for _ in range(300):
        tree = {"split": {"float_feature_index": 0, "border": 0.5}, "left": tree, "right": {"value": 2}}
    changed = content("lossguide")
    changed["trees"] = [tree]
    assert len(forest_of(read_content(changed)).leaf) == 301
    nested = b'{"features_info":' + b"[" * 200_000
    with pytest.raises(FormatError, match=r"forest\.json"):
        source.read_bytes(nested, "forest.json")


def places(what: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything in a JSON value."""
    found = [path] if path else []
    items = what.items() if isinstance(what, dict) else enumerate(what) if isinstance(what, list) else ()
    return found + [each for key, value in items for each in places(value, (*path, key))]


FILES = {name: content(name) for name in ("binary", "classes_depthwise", *ONE_HOT)}
PLACES = {name: places(each) for name, each in FILES.items()}
NUMBERS_ODD = [None, True, -1, 1 << 70, 1e300, float("nan"), float("inf")]
ODD = st.sampled_from([*NUMBERS_ODD, "", "x", [], [1], [[1]], {}, {"value": 1}])


@given(st.data())
def test_any_other_content_is_a_format_error_or_another_forest(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    changed = FILES[name]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(PLACES[name]))
        try:
            changed = put(changed, data.draw(ODD), *path)
        except (KeyError, IndexError, TypeError):
            return  # the place is gone
    try:
        to_buffers(read_content(changed))
    except FormatError as error:
        assert str(error).startswith("forest.json")
