"""The tagger of examples/tagger: the main job of the README, and what happens when its papers are wrong."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

import lading
from lading.cli import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "tagger"
FILES = ("tagger.onnx", "tagger_batched.onnx", "papers.json", "papers_batched.json", "jets.h5", "toy_jets.py",
         "network.py", "make.py")  # fmt: skip
LABELS = ("p_b", "p_c", "p_u", "p_tau")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the example to work in."""
    for name in FILES:
        shutil.copy(EXAMPLE / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def model():
    return converted(json.loads((EXAMPLE / "papers.json").read_text()))


def converted(papers, data=EXAMPLE / "jets.h5"):
    return lading.convert(EXAMPLE / "tagger.onnx", describe=papers, data=(data, "scores"), compare=False)


def call(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def read(name, path=EXAMPLE / "jets.h5"):
    with h5py.File(path) as file:
        return file[name][()]


def greatest_difference(got, wanted):
    return max(np.abs(got[label] - wanted[label]).max() / np.abs(wanted[label]).max() for label in LABELS)


# ---- the main job


@pytest.mark.parametrize("kind", ["", "_batched"])
def test_the_main_job(folder, kind):
    said = call("convert", f"tagger{kind}.onnx", "--describe", f"papers{kind}.json", "--data", "jets.h5",
                "--scores", "scores", "-o", "tagger/")
    assert "agrees with ONNX Runtime" in said and "names proven on 500 entries" in said
    shown = " ".join(call("show", "tagger/").split())
    for fact in ("toy-tagger 1.0.0", "sv_mass MeV -999 -> 1200", "/ 3000, log, / 0.8", "d0 mm clip to -1 .. 1",
                 "0 .. 40 per jet", "|d0_significance| descending", "p_tau (hadronic tau decay)",
                 "proven on 500 entries", "onnx by pytorch", "BSD-3-Clause"):
        assert fact in shown
    call("run", "tagger/", "jets.h5", "-o", "scores.h5")
    assert greatest_difference(read("flavour", "scores.h5"), read("scores")) < 1e-6
    origin, tracks = read("origin", "scores.h5"), read("tracks")
    assert np.array_equal(origin["valid"].sum(axis=1), tracks["valid"].sum(axis=1))
    checked = call("check", "tagger/")
    assert "pass  flavour" in checked and "the same bits" in checked and "note" not in checked


def test_show_fits_a_narrow_terminal(folder, monkeypatch, model):
    model.save("tagger")
    monkeypatch.setenv("COLUMNS", "80")
    lines = call("show", "tagger/").splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) <= 50


def test_both_exports_give_the_same_scores(model):
    batched = lading.convert(EXAMPLE / "tagger_batched.onnx", describe=EXAMPLE / "papers_batched.json", compare=False)
    one, other = model.run(EXAMPLE / "jets.h5"), batched.run(EXAMPLE / "jets.h5")
    assert greatest_difference(one, other) < 1e-6
    assert np.allclose(one.flat("origin"), other.flat("origin"), rtol=0, atol=1e-6)


def test_jets_without_tracks_and_with_all_of_them_are_proven(model):
    counts = read("tracks")["valid"].sum(axis=1)
    assert counts.min() == 0 and counts.max() == 40
    kept = model.samples.counts["track"]
    assert kept.min() == 0 and kept.max() == 40
    assert -999 in model.samples.inputs["jets", "sv_mass"]


def test_jets_in_other_forms_and_units(model):
    jets, tracks, wanted = read("jets"), read("tracks"), read("scores")
    valid = tracks["valid"]
    by_name = {name: (tracks[name][valid], valid.sum(axis=1)) for name in model.inputs["tracks"].variables}
    scores = model.run({"jets": jets, "tracks": by_name})
    assert greatest_difference(scores, wanted) < 1e-6
    in_gev = {name: jets[name] for name in model.inputs["jets"].variables} | {"pt": jets["pt"] / np.float32(1000)}
    scores = model.run({"jets": in_gev, "tracks": by_name}, units={"pt": "GeV"})
    assert greatest_difference(scores, wanted) < 2e-6  # some jets' pT moved by its last bit


# ---- wrong papers, wrong data


def variable(papers, name):
    return next(v for given in papers["inputs"] for v in given["variables"] if v["name"] == name)


def exchange_names(one, other):
    def change(papers):
        first, second = variable(papers, one), variable(papers, other)
        first["name"], second["name"] = other, one

    return change


def exchange_places(one, other):
    def change(papers):
        for given in papers["inputs"]:
            names = [v["name"] for v in given["variables"]]
            if one in names:
                i, j = names.index(one), names.index(other)
                given["variables"][i], given["variables"][j] = given["variables"][j], given["variables"][i]

    return change


def exchange_labels(papers):
    b, c, *_ = papers["outputs"][0]["labels"]
    b["of"], c["of"] = c["of"], b["of"]


def turn_labels(papers):
    b, c, u, _ = papers["outputs"][0]["labels"]
    b["of"], c["of"], u["of"] = c["of"], u["of"], b["of"]


WRONG = {
    "names of two jet variables": (
        exchange_names("pt", "mass"), r"They agree if 'mass' and 'pt' of input 'jets' exchange their names"),
    "names of two track variables": (
        exchange_names("d0", "z0_sin_theta"), r"'z0_sin_theta' and 'd0' of input 'tracks' exchange their names"),
    "places of two jet variables": (
        exchange_places("pt", "sv_mass"), r"'sv_mass' and 'pt' of input 'jets' exchange their places"),
    "places of two track variables": (
        exchange_places("pixel_hits", "innermost_hits"),
        r"'innermost_hits' and 'pixel_hits' of input 'tracks' exchange their places"),
    "two labels": (exchange_labels, r"They agree if the labels 'p_b' and 'p_c' are exchanged"),
    "three labels": (turn_labels, r"what the papers call 'p_u' is 'p_b', what the papers call 'p_b' is 'p_c', what"),
    "no missing rule": (
        lambda papers: variable(papers, "sv_mass").pop("missing"),
        r"Those that differ are those in which 'sv_mass' of input 'jets' is -999: check its 'missing'"),
    "a wrong length": (
        lambda papers: papers["axes"]["track"].update(max=20),
        r"Those that differ are those with more than \d\d of 'track': check its 'max', 'keep'"),
    "a wrong preparation": (
        lambda papers: variable(papers, "dr").update(prepare=[{"multiply": 0.15}]),
        r"Those that differ are those with any 'track': look at the variables of each 'track'"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_in_the_papers_is_named(what):
    change, message = WRONG[what]
    papers = copy.deepcopy(json.loads((EXAMPLE / "papers.json").read_text()))
    change(papers)
    with pytest.raises(lading.AgreementError, match=message):
        converted(papers)


def rescale(path, dataset, field, factor):
    with h5py.File(path, "r+") as file:
        rows = file[dataset][()]
        rows[field] *= factor
        file[dataset][...] = rows


@pytest.mark.parametrize(("dataset", "field", "factor", "message"), [
    ("jets", "pt", 1e-3, "'pt' of input 'jets' is 1000 times larger: the data seem to be in GeV, the papers say MeV"),
    ("jets", "eta", 10, "'eta' of input 'jets' is 10 times smaller: check the unit of the data, the papers say '1'"),
    ("tracks", "d0", -1, "'d0' of input 'tracks' has the other sign"),
])  # fmt: skip
def test_what_is_wrong_in_the_data_is_named(folder, dataset, field, factor, message):
    rescale("jets.h5", dataset, field, factor)
    with pytest.raises(lading.AgreementError, match=message):
        converted("papers.json", "jets.h5")


def test_the_shell_says_it_too(folder):
    papers = json.loads(Path("papers.json").read_text())
    exchange_names("d0", "z0_sin_theta")(papers)
    Path("papers.json").write_text(json.dumps(papers))
    result = CliRunner().invoke(main, ["convert", "tagger.onnx", "--describe", "papers.json", "--data", "jets.h5",
                                       "-o", "tagger/"])  # fmt: skip
    assert result.exit_code == 1 and not Path("tagger").exists()
    assert "'z0_sin_theta' and 'd0' of input 'tracks' exchange their names: swap them in the papers" in result.output


def test_a_forgotten_variable_is_refused(model):
    papers = json.loads((EXAMPLE / "papers.json").read_text())
    papers["inputs"][1]["variables"].pop(2)
    with pytest.raises(lading.FormatError, match=r"inputs\[1\].variables: 7 variables, .*: 1 more must be described"):
        converted(papers)
    jets, tracks = read("jets"), read("tracks")
    without = {name: jets[name] for name in ("pt", "mass", "sv_mass")}
    with pytest.raises(lading.ValueRefused, match="variable 'eta' of input 'jets' was not given"):
        model.run({"jets": without, "tracks": {}})
    with pytest.raises(lading.UnknownName, match=r"variable 'd_0' is not in input 'tracks' .*'d0'"):
        given = {"d_0": tracks["d0"], **{name: tracks[name] for name in model.inputs["tracks"].variables}}
        model.run({"jets": without | {"eta": jets["eta"]}, "tracks": given})


def test_a_wrong_unit_or_name_is_refused(folder, model):
    model.save("tagger")
    for wrong, message in (("pt=mm", "'mm' (length) cannot be converted into 'MeV'"),
                           ("ptt=GeV", "'ptt' is no variable")):  # fmt: skip
        result = CliRunner().invoke(main, ["run", "tagger", "jets.h5", "-o", "scores.h5", "--units", wrong])
        assert result.exit_code == 2 and message in result.output and not Path("scores.h5").exists()


# ---- the files


def test_the_files_are_small():
    assert sum((EXAMPLE / name).stat().st_size for name in FILES) < 1e6


def test_the_toy_jets_are_those_of_the_file(folder):
    """NumPy alone makes them. Mathematical functions differ in their last bit between machines."""
    script = ("import sys; sys.modules |= dict.fromkeys(['torch', 'h5py', 'onnx']); import numpy; "
              "from toy_jets import UNSEEN, toy_jets; jets, tracks = toy_jets(*UNSEEN); "
              "numpy.savez('made.npz', jets=jets, tracks=tracks)")  # fmt: skip
    subprocess.run([sys.executable, "-c", script], check=True, cwd=folder)
    made = np.load("made.npz")
    for name in ("jets", "tracks"):
        kept = read(name)
        assert kept.dtype == made[name].dtype
        for field in kept.dtype.names:
            np.testing.assert_allclose(made[name][field], kept[field], rtol=2e-3, atol=1e-3, err_msg=field)
    assert {"event_number", "truth_label"} <= set(read("jets").dtype.names) - {"pt", "eta", "mass", "sv_mass"}
