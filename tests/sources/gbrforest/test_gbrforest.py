"""GBRForests that ROOT wrote in every layout, against the responses that CMSSW defines, to the bit."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest

import lading
from lading.agreement import run_engine
from lading.errors import FormatError, LadingError, UnsupportedError
from lading.evaluation import evaluator
from lading.sources import gbrforest, read
from lading.sources.gbrforest_file.streaming import Streamed

HERE = Path(__file__).parent
FORESTS = [("memberwise", "gbrForest"), ("objectwise", "gbrForest"), ("pointers", "gbrForest"),
           ("double", "barrel"), ("double", "endcap")]  # fmt: skip


@pytest.mark.parametrize("runner", [evaluator, run_engine])
@pytest.mark.parametrize(("layout", "key"), FORESTS)
def test_responses_to_the_bit(layout, key, runner):
    stored, model = np.load(HERE / f"{layout}.npz"), read(HERE / f"{layout}.root", key=key)
    got = runner(model)({model.input_list[0].name: stored["X"]})
    assert got["margin"].dtype == np.float64
    assert got["margin"].tobytes() == got["score"].tobytes() == stored[key].tobytes()


def test_gradient_is_the_formula_of_the_classifier():
    stored = np.load(HERE / "memberwise.npz")
    model = lading.convert(HERE / "memberwise.root", response="gradient")
    score = run_engine(model)({model.input_list[0].name: stored["X"]})["score"]
    np.testing.assert_allclose(score, 2 / (1 + np.exp(-2 * stored["gbrForest"])) - 1, rtol=1e-14, atol=1e-15)


def test_the_layouts_are_what_they_are_called():
    """Else one of them would be tested twice."""
    heads = {layout: (HERE / f"{layout}.root").stat().st_size for layout, _ in FORESTS}
    assert len(set(heads.values())) == 4


def test_names_of_variables():
    names = [variable.name for variable in read(HERE / "memberwise.root").input_list[0].variable_list]
    assert names[:2] == ["pt", "eta"] and len(names) == 5
    assert read(HERE / "pointers.root").input_list[0].axes == ["entry", 5]


def test_one_of_several_is_chosen():
    with pytest.raises(FormatError, match=r"2 of GBRForest in this file: choose one with key='barrel' .*, endcap"):
        read(HERE / "double.root")
    with pytest.raises(FormatError, match=r"no GBRForest under the key 'barel' .*did you mean 'barrel'"):
        read(HERE / "double.root", key="barel")


def test_other_root_files_are_told_apart():
    assert not gbrforest.recognises(HERE.parent / "mvautils" / "xgboost.root")
    with pytest.raises(FormatError, match=r"no GBRForest in this file; its keys are xgboost"):
        gbrforest.read(HERE.parent / "mvautils" / "xgboost.root")


def test_what_only_root_can_read_is_said(monkeypatch):
    def of_unknown_version(self, name):
        raise self._unread("GBRForest of version 0x1")

    monkeypatch.setattr(Streamed, "object", of_unknown_version)
    with pytest.raises(UnsupportedError, match=r"only ROOT with the classes of CMSSW reads that\. Write it again"):
        read(HERE / "memberwise.root")


@pytest.mark.parametrize("layout", ["memberwise", "pointers"])
def test_truncated_files_are_refused(tmp_path, layout):
    data, path = (HERE / f"{layout}.root").read_bytes(), tmp_path / "cut.root"
    for length in range(4, len(data) - 1, 41):
        path.write_bytes(data[:length])
        with pytest.raises(FormatError):
            gbrforest.read(path)


@pytest.mark.parametrize(("layout", "key"), FORESTS[:4])
def test_damaged_objects_are_refused_or_read(layout, key, monkeypatch):
    """The bytes behind the compression: whatever is changed, the answer is a model or a FormatError."""
    from lading.sources.gbrforest_file import forests

    original, dice, refused = forests._payload, random.Random(layout), 0

    def damaged(file, key):
        data = bytearray(original(file, key))
        for _ in range(dice.randint(1, 3)):
            data[dice.randrange(len(data))] = dice.choice((0, 1, 0x40, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        return bytes(data[: dice.choice((len(data), len(data), dice.randrange(len(data))))])

    monkeypatch.setattr(forests, "_payload", damaged)
    for _ in range(100):
        refused += is_refused(HERE / f"{layout}.root", key)
    assert refused > 20


@pytest.mark.full
@pytest.mark.parametrize("layout", ["memberwise", "objectwise", "double", "pointers"])
def test_damaged_files_for_long(layout):
    source, dice, refused = (HERE / f"{layout}.root").read_bytes(), random.Random(layout), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.root"
        for _ in range(4000):
            data = bytearray(source)
            for _ in range(dice.randint(1, 4)):
                data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
            path.write_bytes(data)
            refused += is_refused(path, "barrel" if layout == "double" else "gbrForest")
    assert refused


def is_refused(path: Path, key: str) -> bool:
    try:
        gbrforest.read(path, key=key)
    except FormatError:
        return True
    except LadingError as error:
        pytest.fail(f"{type(error).__name__}: {error}")
    return False
