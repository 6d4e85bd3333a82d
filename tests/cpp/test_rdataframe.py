"""Scores in an RDataFrame of ROOT: the bits of Model.run, from Python and from C++, and texts for what does not fit.

ROOT's wheel takes 570 MB, so these run with the long checks.
"""

from __future__ import annotations

import re
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from building import ROOT as HERE

import lading
from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.graph import Graph, Node
from lading.model import Model

sys.path.insert(0, str(HERE / "tests" / "docs"))
from blocks import Page, blocks_of

PAGE = HERE / "docs" / "rdataframe.md"

pytestmark = pytest.mark.full

ENTRIES = 300


@pytest.fixture(scope="module")
def root() -> Any:
    import lading.rdataframe

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the wheel is young
        import ROOT

    ROOT.EnableImplicitMT(4)
    lading.rdataframe._declare(ROOT)
    return ROOT


def small(dtype: str = "float32") -> Model:
    """A variable of the jet and one of its tracks; scores of the jet, and a number of each track."""
    made = Model("small", "1")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=5)}
    made.input_list = [Input("jets", ["jet", "variable"], dtype, [Variable("pt", "MeV", prepare=[{"divide": 1000}])]),
                       Input("tracks", ["jet", "track", "variable"], dtype, [Variable("d0", "mm")])]  # fmt: skip
    made.output_list = [Output("flavour", ["jet", "label"], dtype, [Label("p_b"), Label("p_c")]),
                        Output("pull", ["jet", "track", "label"], dtype, [Label("of_track")])]  # fmt: skip
    made.weights = {"w": np.array([[0.3, -0.7], [0.01, 0.02]], dtype), "v": np.array([[1.25]], dtype)}
    made.weights["axis"] = np.int64([1])
    made.graphs["main"] = Graph([
        Node("pool", "ReduceSum", ["tracks", "axis"], ["s"], {"keepdims": 0}),
        Node("join", "Concat", ["s", "jets"], ["j"], {"axis": 1}), Node("layer", "MatMul", ["j", "w"], ["y"]),
        Node("score", "Softmax", ["y"], ["flavour"]), Node("each", "MatMul", ["tracks", "v"], ["pull"]),
    ])  # fmt: skip
    return made


@pytest.fixture
def jets(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A TTree, and the same events as Model.run takes them; some jets have no tracks, some more than are kept."""
    import awkward as ak
    import uproot

    random = np.random.default_rng(3)
    pt, counts = random.uniform(20e3, 90e3, ENTRIES), random.integers(0, 9, ENTRIES)
    d0 = random.normal(size=counts.sum()).astype(np.float32)
    with uproot.recreate(path := tmp_path / "jets.root") as file:
        file["jets"] = {"number": np.arange(ENTRIES), "jet_pt": pt, "track_d0": ak.unflatten(d0, counts)}
    return path, {"jets": {"pt": pt}, "tracks": {"d0": (d0, counts)}}


COLUMNS = {"pt": "jet_pt", "d0": "track_d0"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_give_the_bits_of_run(root: Any, jets: tuple[Path, dict[str, Any]], dtype: str) -> None:
    path, events = jets
    frame = lading.rdataframe.define(root.RDataFrame("jets", str(path)), small(dtype), columns=COLUMNS)
    found, expected = frame.AsNumpy(["number", "p_b", "p_c", "of_track"]), small(dtype).run(events)
    order = np.argsort(found["number"])
    for label in ("p_b", "p_c"):
        assert found[label].dtype == dtype
        np.testing.assert_array_equal(found[label][order], expected[label])
    values, counts = expected["of_track"]
    each = [np.asarray(found["of_track"][i]) for i in order]
    assert [len(numbers) for numbers in each] == list(counts)
    np.testing.assert_array_equal(np.concatenate(each), values)


def test_units_and_names_are_given(root: Any, jets: tuple[Path, dict[str, Any]]) -> None:
    path, events = jets
    frame = root.RDataFrame("jets", str(path)).Define("pt", "jet_pt / 1000").Alias("d0", "track_d0")
    frame = lading.rdataframe.define(frame, small(), units={"jets.pt": "GeV"}, outputs=["flavour"], prefix="new_")
    found = frame.AsNumpy(["number", "new_p_b"])
    gev = {**events, "jets": {"pt": events["jets"]["pt"] / 1000}}
    expected = small().run(gev, units={"pt": "GeV"})["p_b"]
    np.testing.assert_array_equal(found["new_p_b"][np.argsort(found["number"])], expected)
    assert not frame.HasColumn("of_track")


def test_a_row_may_hold_many_entries(root: Any) -> None:
    root.gInterpreter.Declare("""
      ROOT::RVecD some_pt(unsigned long long n) { ROOT::RVecD pt(n % 4, 3e4 + n);
        for (std::size_t i = 0; i < pt.size(); ++i) pt[i] += i;
        return pt; }
      ROOT::RVec<ROOT::RVecF> some_d0(const ROOT::RVecD& pt) { ROOT::RVec<ROOT::RVecF> d0;
        for (std::size_t i = 0; i < pt.size(); ++i) d0.emplace_back(i, 0.25f * float(pt.size())); return d0; }""")
    frame = root.RDataFrame(50).Define("n", "rdfentry_").Define("pt", "some_pt(n)").Define("d0", "some_d0(pt)")
    found = lading.rdataframe.define(frame, small(), outputs=["flavour"]).AsNumpy(["n", "p_c"])
    for n, scores in zip(found["n"], found["p_c"], strict=True):
        size = int(n) % 4
        pt, counts = 3e4 + int(n) + np.arange(size, dtype=float), np.arange(size)
        d0 = np.full(counts.sum(), 0.25 * size, np.float32)
        assert len(scores) == size
        if size:
            expected = small().run({"jets": {"pt": pt}, "tracks": {"d0": (d0, counts)}})["p_c"]
            np.testing.assert_array_equal(np.asarray(scores), expected)


@pytest.mark.parametrize(("how", "error", "text"), [
    ({"columns": {"pt": "jet_p", "d0": "track_d0"}}, lading.UnknownName,
     "variable 'pt' of input 'jets': the frame has no column 'jet_p' (has: 'jet_pt', 'number', 'track_d0'); did you "
     "mean 'jet_pt'?; columns= says where it is"),
    ({"columns": {**COLUMNS, "p": "jet_pt"}}, lading.UnknownName, "columns: no variable 'p' (has: 'pt', 'd0',"),
    ({"columns": COLUMNS, "units": {"eta": "1"}}, lading.UnknownName, "units: no variable 'eta'"),
    ({"columns": COLUMNS, "outputs": ["flavor"]}, lading.UnknownName, "did you mean 'flavour'?"),
    ({"columns": {"pt": "track_d0", "d0": "track_d0"}}, lading.ValueRefused,
     "column 'track_d0' has lists 1 deep for variable 'd0' of input 'tracks', column 'track_d0' 1 deep for variable "
     "'pt' of input 'jets': a row is either one entry (numbers, and lists for sequences) or holds many (lists, and "
     "lists of lists)"),
])  # fmt: skip
def test_what_does_not_fit_is_said_when_it_is_defined(root: Any, jets: tuple[Path, dict[str, Any]], how: dict[str, Any],
                                                      error: type[Exception], text: str) -> None:  # fmt: skip
    with pytest.raises(error, match=re.escape(text)):
        lading.rdataframe.define(root.RDataFrame("jets", str(jets[0])), small(), **how)


def test_a_name_that_the_frame_has_is_refused(root: Any, jets: tuple[Path, dict[str, Any]]) -> None:
    frame = root.RDataFrame("jets", str(jets[0])).Define("p_c", "1")
    with pytest.raises(lading.ValueRefused, match="the frame has a column 'p_c' already: prefix= gives"):
        lading.rdataframe.define(frame, small(), columns=COLUMNS)


def test_numbers_for_each_element_of_many_entries_are_refused(root: Any) -> None:
    frame = root.RDataFrame(1).Define("pt", "ROOT::RVecD{1.}").Define("d0", "ROOT::RVec<ROOT::RVecF>{{1.f}}")
    with pytest.raises(lading.ValueRefused, match="output 'pull' has a number for each element"):
        lading.rdataframe.define(frame, small())


def test_the_page_runs(root: Any, tmp_path: Path) -> None:
    shutil.copytree(HERE / "examples" / "tagger", tmp_path / "tagger", ignore=shutil.ignore_patterns("tagger"))
    running = Page(tmp_path / "tagger")
    for block in blocks_of(PAGE):
        running.run(block)


def test_the_macro_of_the_page_gives_the_bits_of_run(root: Any, jets: tuple[Path, dict[str, Any]], tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    import uproot

    monkeypatch.chdir(tmp_path)
    small().save(tmp_path / "small")
    macro = next(block.text for block in blocks_of(PAGE) if block.language == "cpp")
    assert root.gInterpreter.Declare(re.sub(r"^R__.*$", "", macro, flags=re.M))
    root.score()
    with uproot.open(tmp_path / "scored.root") as file:
        pt, p_b = file["jets"].arrays(["jet_pt", "p_b"], library="np").values()
    expected = small().run(jets[1])
    order = np.argsort(jets[1]["jets"]["pt"])
    np.testing.assert_array_equal(p_b[np.argsort(pt)], expected["p_b"][order])
