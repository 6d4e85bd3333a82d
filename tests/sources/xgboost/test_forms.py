"""Which files are XGBoost's, what is read from each form, and what is refused with which words."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lading.agreement import run_engine
from lading.errors import FormatError, UnsupportedError
from lading.sources import recognise
from lading.sources import xgboost as source
from lading.sources.xgboost_file import binary, ubjson
from lading.sources.xgboost_file.objectives import OBJECTIVES, base_margins

HERE = Path(__file__).parent
CLASSES = HERE / "3.1.3" / "classes.json"


def recognised(tmp_path: Path, data: bytes | str) -> bool:
    (tmp_path / "file").write_bytes(data.encode() if isinstance(data, str) else data)
    return source.recognises(tmp_path / "file")


def changed(path: Path, **changes: Any) -> bytes:
    """A JSON file with other values; "a__b" is b in a."""
    content = json.loads(path.read_text())
    for key, value in changes.items():
        *way, last = key.split("__")
        at = content
        for each in way:
            at = at[int(each) if isinstance(at, list) else each]
        at[last] = value
    return json.dumps(content).encode()


def test_json_is_recognised_in_any_layout(tmp_path: Path) -> None:
    content = json.loads(CLASSES.read_text())
    backwards = OrderedDict(reversed(content["learner"].items()))
    assert recognised(tmp_path, json.dumps({"version": content["version"], "learner": backwards}, indent=4))
    assert recognised(tmp_path, "\n \t" + json.dumps({"learner": backwards}))
    model = source.read_bytes(json.dumps({"version": [3, 1, 3], "learner": backwards}, indent=1).encode(), "file")
    assert model.outputs["margin"].axes == ["entry", "label"]


@pytest.mark.parametrize("layout", [
    lambda it: {"format": "mine", "made": {"by": ['me, "}{'], "learner": 1}, "version": [3, 1, 3], "learner": it},
    lambda it: {"notes": "x" * 200_000, "learner": {"made": 1, **it}, "version": [3, 1, 3]},
    lambda it: {"Model": {"version": [3, 1, 3], "learner": it}, "Config": {}},
], ids=["scalars and objects before", "much before", "model before its configuration"])  # fmt: skip
def test_json_is_recognised_with_other_fields_in_any_order(layout: Callable[[Any], Any], tmp_path: Path) -> None:
    content = layout(json.loads(CLASSES.read_text())["learner"])
    for text in (json.dumps(content), "\ufeff\n  " + json.dumps(content, indent=1)):
        assert recognised(tmp_path, text)
        assert recognise(tmp_path / "file") is source
        read = source.read(tmp_path / "file")
        np.testing.assert_array_equal(read.weights["trees.leaf"], source.read(CLASSES).weights["trees.leaf"])


@pytest.mark.parametrize("text", [
    '{"made": {"learner": {"gradient_booster": {}}}}', '{"about": "learner", "gradient_booster": "\\"learner\\""',
    '{"a": "' + '\\"' * 300_000 + '"learner" "gradient_booster"', '{"a": "learner gradient_booster \\',
    '{"a": ["learner", "gradient_booster", {"learner": 1}]}', "[" * 400_000 + '"learner" "gradient_booster"',
])  # fmt: skip
def test_a_learner_elsewhere_makes_no_model(tmp_path: Path, text: str) -> None:
    assert not recognised(tmp_path, text)
    assert not recognised(tmp_path, text.replace('"learner', '\n"learner'))


def test_a_packed_file_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.json.gz").write_bytes(gzip.compress(CLASSES.read_bytes()))
    with pytest.raises(FormatError, match=r"a gzip file; unpack it first \(gunzip -k .*model\.json\.gz\)"):
        recognise(tmp_path / "model.json.gz")


@pytest.mark.parametrize("text", [
    '{"learner": 3}', '{"learner": {"rate": 0.1}}', '{"model": {"learner": {"objective": 1}}}',
    '{"gradient_booster": {}}', '{"oblivious_trees": [], "about": "learner"}', "[]", "",
    "tree\nversion=v4\n", "x" * 400, "\0" * 4000, '{"lading": 1, "name": "learner"}',
])  # fmt: skip
def test_other_files_are_left_to_others(tmp_path: Path, text: str) -> None:
    assert not recognised(tmp_path, text)


def test_every_form_is_recognised(tmp_path: Path) -> None:
    files = [path for path in HERE.glob("[0-9]*/*") if path.is_file()]
    assert len(files) > 12
    for path in files:
        assert source.recognises(path), path
    plain = (HERE / "0.90" / "logistic.bin").read_bytes()
    assert plain[:4] != binary.MAGIC
    for wrapped in (b"binf" + plain, b"bs64\t" + base64.b64encode(plain) + b"\n"):
        assert recognised(tmp_path, wrapped)
        read, expected = source.read(tmp_path / "file"), source.read(HERE / "0.90" / "logistic.bin")
        np.testing.assert_array_equal(read.weights["trees.leaf"], expected.weights["trees.leaf"])


def test_pickles_and_dumps_are_refused_with_what_to_do(tmp_path: Path) -> None:
    data = pickle.dumps({"xgboost.core": "Booster"})
    assert recognised(tmp_path, data)
    with pytest.raises(UnsupportedError, match=r"a Python pickle of an XGBoost model, which .*booster\.save_model\("):
        source.read(tmp_path / "file")
    assert not recognised(tmp_path, pickle.dumps({"sklearn": 1}))
    for dump in ('[\n  { "nodeid": 0, "depth": 0, "split": "f0"}]', "booster[0]:\n0:[f0<1] yes=1,no=2,missing=1\n"):
        assert recognised(tmp_path, dump)
        with pytest.raises(UnsupportedError, match=r"a dump of XGBoost's trees for people, without base_score"):
            source.read(tmp_path / "file")


PARAMETERS = "learner__learner_model_param__"
TREE = "learner__gradient_booster__model__trees__0__"


@pytest.mark.parametrize(("changes", "message"), [
    ({"learner__objective__name": "multi:softpro"}, r"the objective is 'multi:softpro', of .* 'multi:softprob'\?"),
    ({PARAMETERS + "base_score": "[1,2]"}, r"base_score is '\[1,2\]', it should be one finite number, or 3 of them"),
    ({PARAMETERS + "base_score": "nan"}, "it should be one finite number"),
    ({PARAMETERS + "base_score": "x"}, "could not convert string to float"),
    ({PARAMETERS + "num_class": "2", PARAMETERS + "base_score": "0.5"}, "a tree adds to output 2 of 2"),
    ({PARAMETERS + "num_class": "20000"}, "20000 outputs"),
    ({PARAMETERS + "num_feature": "-1"}, "-1 features"),
    ({PARAMETERS + "num_feature": "7"}, "4 names for 7 features"),
    ({TREE + "id": 1}, r"the numbers \('id'\) of its 9 trees are not 0 to 8"),
    ({TREE + "left_children": [1, -1]}, "its arrays have different lengths"),
    ({TREE + "left_children": [1.5, -1]}, "in place of a row of whole numbers"),
    ({TREE + "split_conditions": ["a"]}, "in place of a row of numbers"),
    ({"learner__gradient_booster__name": "gblinear"}, "those of trees are read"),
    ({"learner__gradient_booster__model__tree_info": [0]}, "1 items of 'tree_info' for 9 trees"),
    ({"learner": []}, "no XGBoost model"), ({"version": "x"}, "no XGBoost model, or a damaged one"),
])  # fmt: skip
def test_what_is_wrong_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError, match=message) as error:
        source.read_bytes(changed(CLASSES, **changes), "some.json")
    assert str(error.value).startswith("some.json: ")


def test_base_scores_become_margins_as_each_version_did() -> None:
    def margin(objective: str, text: str, *version: int) -> float:
        return float(base_margins(text, OBJECTIVES[objective], version, 1, "file")[0])

    assert margin("binary:logistic", "5E-1", 3, 2) == 0
    assert margin("binary:logistic", "[2.5E-1]", 3, 1) == np.float32(-np.log(3.0))
    assert margin("binary:logistic", "-0.75", 0, 0) == -0.75  # before 1.0 files held margins
    assert margin("count:poisson", "2", 1, 7) == np.float32(np.log(2.0))
    assert margin("binary:logistic", "0", 3, 2) == np.float32(-np.log(1 / np.float64(np.float32(1e-6)) - 1))
    with pytest.raises(FormatError, match="needs one between 0 and 1"):
        margin("binary:logistic", "1", 3, 1)
    with pytest.raises(FormatError, match="needs one above 0"):
        margin("count:poisson", "0", 3, 1)


def test_trees_stand_in_the_order_of_their_numbers() -> None:
    content = json.loads(CLASSES.read_text())
    expected = source.read_bytes(json.dumps(content).encode(), "file")
    content["learner"]["gradient_booster"]["model"]["trees"].reverse()
    np.testing.assert_array_equal(source.read_bytes(json.dumps(content).encode(), "file").weights["trees.leaf"],
                                  expected.weights["trees.leaf"])  # fmt: skip


def test_what_the_file_says_of_itself_is_recorded() -> None:
    record = source.read(HERE / "3.1.3" / "categories.ubj").record["origin"]
    assert record["producer"] == "xgboost 3.1.3" and record["encoding"] == "ubjson"
    assert record["feature types"] == ["float", "float", "float", "c"]
    assert record["categories"] == {"3": [10 * each for each in range(40)]}
    labels = source.read(HERE / "3.1.3" / "quantiles.json").outputs["score"].label_list
    assert [label.name for label in labels] == ["quantile_0.2", "quantile_0.8"]


def written(value: Any, counted: bool) -> bytes:
    """UBJSON of plain values, by another hand than the reader's."""
    if value is None or isinstance(value, bool):
        return {None: b"Z", True: b"T", False: b"F"}[value]
    if isinstance(value, int):
        return b"L" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"D" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"S" + written(len(value.encode()), counted) + value.encode()
    items = [written(each, counted) for each in value] if isinstance(value, list) else [
        written(key, counted)[1:] + written(each, counted) for key, each in value.items()]  # fmt: skip
    begin, end = (b"[", b"]") if isinstance(value, list) else (b"{", b"}")
    return begin + (b"#" + written(len(items), counted) + b"".join(items) if counted else b"N".join(items) + end)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4), max_leaves=12)


@given(VALUES, st.booleans())
def test_ubjson_is_read_as_it_was_written(value: Any, counted: bool) -> None:
    assert ubjson.parse(written(value, counted), "file") == value


@pytest.mark.parametrize("kind", ["i i1", "U u1", "I i2", "l i4", "L i8", "d f4", "D f8"])
def test_typed_arrays_are_numpys(kind: str) -> None:
    letter, type_ = kind.split()
    array = np.arange(5).astype(type_)
    data = f"[${letter}#i\5".encode() + array.astype(">" + type_).tobytes()
    got = ubjson.parse(data, "file")
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)


@pytest.mark.parametrize(("data", "message"), [
    (b"[" * 1000, "containers nest deeper than 64"), (b"[$d#L\x7f" + b"\xff" * 7, "items are announced"),
    (b"[#L\xff" + b"\xff" * 7, "a length is -1"), (b"Q", "there is no type 'Q'"),
    (b"Si\2a", "2 bytes are needed, 1 are left"), (b"[$Z#i\5", "its items no bytes"),
    (b"[#d\0\0\0\0", "a length has the type 'd'"), (b"", "1 bytes are needed, 0 are left"),
    (b"Si\1\xff", "a text is no UTF-8"),
])  # fmt: skip
def test_damaged_ubjson_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        ubjson.parse(data, "file")


def test_quantiles_are_sorted_since_xgboost_sorts_them() -> None:
    rows = np.load(HERE / "3.1.3.npz")["rows"]
    path = HERE / "3.1.3" / "quantiles.json"
    crossed = changed(path, learner__learner_model_param__base_score="[9,0]")
    before, since = (source.read_bytes(crossed.replace(b"[3, 1, 3]", version), "file")
                     for version in (b"[3, 3, 0]", b"[3, 4, 0]"))  # fmt: skip
    before, since = (run_engine(model)({"features": rows}) for model in (before, since))
    np.testing.assert_array_equal(since["margin"], before["margin"])
    assert (before["score"] == before["margin"]).all() and (before["score"][:, 0] > before["score"][:, 1]).any()
    np.testing.assert_array_equal(since["score"], np.sort(before["score"], axis=1))
