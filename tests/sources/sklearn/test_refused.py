"""What is no forest is refused with what to do; files that were cut, changed or made up give a FormatError."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
import table_models
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    GradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import KNNImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.manifold import SpectralEmbedding
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, RobustScaler, StandardScaler
from sklearn.svm import SVC, NuSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn_models import FOUR, TARGET, TWO, X, fitted

import lading
from lading.bundle import to_buffers
from lading.sources import recognise
from lading.sources import sklearn as source
from lading.sources.sklearn_file import skops as members


def doubled(x: np.ndarray) -> np.ndarray:
    return 2 * x


@pytest.mark.parametrize("estimator, reason", [
    (KMeans(2, n_init=1).fit(X), "a KMeans is not read: a clustering gives the number of a group"),
    (KNeighborsRegressor().fit(X, TARGET), "whole training data"),
    (SpectralEmbedding().fit(X[:40]), r"a SpectralEmbedding is not read \(has: .* more\)"),
    (make_pipeline(KNNImputer(), Ridge()).fit(X, TARGET), "the step KNNImputer is not read .* do this step before"),
    (make_pipeline(FunctionTransformer(doubled), Ridge()).fit(X, TARGET), "calls 'doubled', which is a program"),
    (make_pipeline(OneHotEncoder(), Ridge()).fit([["a"], ["b"]], [1, 2]), "'a' is a category in column 0 .* numbers"),
    (make_pipeline(OneHotEncoder(min_frequency=2), Ridge()).fit(np.round(X), TARGET), "puts rare categories together"),
    (make_pipeline(OneHotEncoder(), Ridge()).fit([[0.5], [1.5]], [1, 2]), "not whole numbers"),
    (make_pipeline(StandardScaler(), OneHotEncoder()).fit(np.round(X)), "or that earlier steps computed"),
    (SVC().fit(X, FOUR), "of 4 classes, which votes between pairs"),
    (SVC(kernel="precomputed").fit(X @ X.T, TWO), "has the kernel"),
    (VotingClassifier([("a", LogisticRegression())]).fit(X, TWO), "counts votes"),
    (OneVsRestClassifier(LogisticRegression()).fit(X, np.stack([TWO, FOUR > 1], 1)), "several labels at once"),
    (TransformedTargetRegressor(Ridge(), transformer=RobustScaler()).fit(X, TARGET), "goes through a RobustScaler"),
    (AdaBoostClassifier(LogisticRegression(), n_estimators=2).fit(X, TWO), "a AdaBoostClassifier of Logistic"),
    (BaggingRegressor(LinearRegression(), n_estimators=2).fit(X, TARGET), "if it is one of trees"),
    (GradientBoostingClassifier(init=LogisticRegression(), n_estimators=2).fit(X, TWO), "starts from a LogisticRegr"),
    (GradientBoostingClassifier(init=DummyClassifier(strategy="stratified"), n_estimators=2).fit(X, TWO), "random"),
    (DecisionTreeClassifier(max_depth=2).fit(X, np.stack([TWO, FOUR], 1)), "2 targets at once"),
    (RandomForestClassifier(2).fit(X, np.stack([TWO, FOUR], 1)), "2 targets at once"),
], ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20])  # fmt: skip
def test_what_is_not_read_is_refused_with_its_reason(estimator: Any, reason: str) -> None:
    with pytest.raises(lading.UnsupportedError, match=reason):
        lading.convert(estimator)


def test_an_unfitted_estimator_says_so() -> None:
    with pytest.raises(lading.FormatError, match="not fitted"):
        lading.convert(RandomForestClassifier())


def test_pickles_are_recognised_and_never_loaded(tmp_path: Path) -> None:
    estimator, path = fitted("DecisionTreeClassifier two"), tmp_path / "model.pkl"
    for write in (lambda: path.write_bytes(pickle.dumps(estimator)), lambda: joblib.dump(estimator, path),
                  lambda: joblib.dump(estimator, path, compress=3),
                  lambda: path.write_bytes(gzip.compress(pickle.dumps(estimator)))):  # fmt: skip
        write()
        assert recognise(path) is source
        with pytest.raises(lading.UnsupportedError, match=r"lading\.convert\(object\).*skops\.io\.dump"):
            lading.convert(path)
    path.write_bytes(gzip.compress(b"nothing"))
    with pytest.raises(lading.FormatError, match="a gzip file; unpack it first"):
        lading.convert(path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Small files of several kinds."""
    path, files = tmp_path_factory.mktemp("saved") / "x.skops", []
    for name in ("DecisionTreeClassifier two", "Hist two categories", "AdaBoostRegressor", "Bagging four 0.5"):
        skops.io.dump(fitted(name), path)
        files.append(path.read_bytes())
    for name in ("columns", "calibrated LinearSVC isotonic four", "steps normal", "MLP relu four", "Voting two"):
        skops.io.dump(table_models.fitted(name)[0], path)
        files.append(path.read_bytes())
    return files


def read(data: bytes, path: Path) -> None:
    """The file is read or gives a FormatError; anything else fails the test."""
    path.write_bytes(data)
    try:
        to_buffers(source.read(path))
    except lading.FormatError as error:
        assert str(path) in str(error)


#: Places are numbers, taken modulo how many there are: what is drawn then depends on nothing that a test looks at.
PLACE = st.integers(0, (1 << 24) - 1)
CHANGES = st.lists(st.tuples(PLACE, st.integers(0, 255)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(number=PLACE, changes=CHANGES, end=PLACE)
def test_cut_and_changed_files_give_format_errors(
    number: int, changes: list[tuple[int, int]], end: int, saved: list[bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    file = bytearray(saved[number % len(saved)])
    for at, byte in changes:
        file[at % len(file)] = byte
    read(bytes(file[: end % (len(file) + 1)]), tmp_path_factory.getbasetemp() / "changed.skops")


VALUES = (None, -1, 10**18, -(10**30), float("nan"), "", [], {}, True,
          {"__loader__": "JsonNode", "content": "-3"}, {"__loader__": "JsonNode", "content": "1e999"},
          {"__loader__": "JsonNode", "content": "x"},
          {"__loader__": "NdArrayNode", "type": "numpy", "file": "-"})  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(number=PLACE, member=PLACE, changes=CHANGES.filter(len))
def test_changed_schemas_and_arrays_give_format_errors(
    number: int, member: int, changes: list[tuple[int, int]], saved: list[bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    contents = unpacked(saved[number % len(saved)])
    names = [members.SCHEMA] * len(contents) + list(contents)
    name = names[member % len(names)]
    if name == members.SCHEMA:
        schema = json.loads(contents[name])
        places = list(walk(schema))
        for at, value in changes[:3]:
            holder, key = places[at % len(places)]
            holder[key] = VALUES[value % len(VALUES)]
        contents[name] = json.dumps(schema).encode()
    else:
        array = bytearray(contents[name])
        for at, value in changes:
            array[at % len(array)] = value
        contents[name] = bytes(array)
    read(packed(contents), tmp_path_factory.getbasetemp() / "mutated.skops")


def walk(node: Any) -> Any:
    """Every place in a JSON tree: (what holds it, its key)."""
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, key
        yield from walk(node[key])


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def array_of(contents: dict[str, bytes]) -> str:
    """The member that holds the nodes of a tree."""
    return max((name for name in contents if name.endswith(".npy")), key=lambda name: len(contents[name]))


def test_packed_files_are_read_and_bombs_are_not(saved: list[bytes], tmp_path: Path) -> None:
    path, contents = tmp_path / "x.skops", unpacked(saved[0])
    path.write_bytes(packed(contents, zipfile.ZIP_DEFLATED))
    source.read(path)
    contents[members.SCHEMA] += b" " * (1 << 24)
    path.write_bytes(packed(contents, zipfile.ZIP_DEFLATED))
    with pytest.raises(lading.FormatError, match="would grow from"):
        source.read(path)
    path.write_bytes(packed(unpacked(saved[0]), zipfile.ZIP_LZMA))
    with pytest.raises(lading.FormatError, match="packed by method 14"):
        source.read(path)


def test_declared_sizes_are_not_believed(saved: list[bytes], tmp_path: Path) -> None:
    path, contents = tmp_path / "x.skops", unpacked(saved[0])
    name = array_of(contents)
    file = bytearray(packed(contents))
    at = file.rindex(name.encode()) - 46  # its record in the central directory
    file[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    path.write_bytes(file)
    with pytest.raises(lading.FormatError, match="when unpacked"):
        source.read(path)
    head = contents[name].replace(b"'shape': (", b"'shape': (9999999999")[: len(contents[name])]
    path.write_bytes(packed(contents | {name: head}))
    with pytest.raises(lading.FormatError, match=f"'{name}' is no array of numbers"):
        source.read(path)


def test_one_array_used_again_and_again_is_counted(
    saved: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.skops"
    path.write_bytes(saved[0])
    monkeypatch.setattr(members, "LARGEST", sum(map(len, unpacked(saved[0]).values())) - 1)
    with pytest.raises(lading.FormatError, match="at most"):
        source.read(path)


def test_arrays_of_objects_are_not_unpickled(saved: list[bytes], tmp_path: Path) -> None:
    path, contents, file = tmp_path / "x.skops", unpacked(saved[0]), io.BytesIO()
    np.save(file, np.array([{}], object), allow_pickle=True)
    path.write_bytes(packed(contents | {array_of(contents): file.getvalue()}))
    with pytest.raises(lading.FormatError, match="its type is object"):
        source.read(path)


def test_other_archives_are_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"a.txt": b"1"}))
    assert not source.recognises(path)
    path.write_bytes(b"PK\x03\x04")
    assert not source.recognises(path)


@pytest.mark.filterwarnings("ignore:The `probability` parameter")
@pytest.mark.parametrize("probability", [True, False])
@pytest.mark.parametrize("kind", [SVC, NuSVC])
def test_probabilities_that_are_not_given_are_told(kind: type, probability: bool) -> None:
    said: list[str] = []
    model = lading.convert(kind(probability=probability).fit(X, TWO), progress=lambda *text: said.append(text[0]))
    assert list(model.outputs) == ["margin"]
    told = [text for text in said if text.startswith(f"the probabilities of {kind.__name__}(probability=True) are")]
    assert len(told) == probability
