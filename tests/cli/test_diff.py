"""``lading diff``: exit codes as those of diff, one screen, one line, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import bundles
import pytest
from click.testing import CliRunner, Result

import lading
from lading.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Also other/, whose pt is divided by 100, and words/, whose eta is described."""
    monkeypatch.chdir(bundles.write(tmp_path))
    for name in ("other", "words", "renamed"):
        made = bundles.model()
        pt, eta = made.input_list[0].variable_list
        if name == "other":
            pt.prepare, made.samples = [{"divide": 100}], None
        elif name == "words":
            eta.description = "pseudorapidity"
        else:
            pt.name, made.samples = "jet_pt", None
        made.save(tmp_path / name)
    return tmp_path


def diff(*arguments: object, width: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(width)}).invoke(main, ["diff", *map(str, arguments)])


@pytest.mark.parametrize(("arguments", "code", "last"), [
    (["tau-id", "tau-id.lading"], 0, "the same bundle"),
    (["tau-id", "words"], 0, "the same function, other text"),
    (["tau-id.onnx", "tau-id"], 0, "the same function, other text"),
    (["tau-id", "other", "--no-run"], 1, "endpoints differ in 1 place; scores not compared"),
    (["tau-id", "other"], 1, "endpoints differ in 1 place; scores differ in 1000 of 1000 entries (largest "),
    (["tau-id", "other", "--data", "taus.csv"], 1, "endpoints differ in 1 place; scores differ in 2 of 2 entries (la"),
    (["tau-id", "other", "--data", "taus.csv", "--entries", 1], 1, "endpoints differ in 1 place; scores differ in 1"),
    (["tau-id", "other", "--tolerance", 2], 1, "endpoints differ in 1 place; scores agree to "),
    (["tau-id", "renamed", "--match", "pt=jet_pt"], 1, "endpoints differ in 1 place; scores are equal to the bit in"),
    (["tau-id", "renamed"], 1, "endpoints differ in 2 places; scores not compared: variable 'jet_pt' of input 'jets'"),
])  # fmt: skip
def test_exit_codes_are_those_of_diff(folder: Path, arguments: list[object], code: int, last: str) -> None:
    found = diff(*arguments, "--brief")
    assert (found.exit_code, len(found.output.splitlines())) == (code, 1)
    assert found.output.startswith(last)
    whole = diff(*arguments, width=300)
    assert whole.exit_code == code and whole.output.splitlines()[-1].startswith(last)


def test_without_a_difference_in_the_endpoints_what_cannot_be_run_is_trouble(
        folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lading.load("tau-id")
    made.graphs["main"].nodes[0].operator, made.samples = "Abs", None
    made.save("positive")
    assert diff("tau-id", "positive").exit_code == 1

    def refused(*_: object) -> None:
        raise lading.UnsupportedError("the engine lacks it")

    monkeypatch.setattr("lading.engine.Session.__init__", refused)
    found = diff("tau-id", "positive", "-q")
    assert (found.exit_code, found.output) == (2, "endpoints agree; scores not compared: the engine lacks it\n")


@pytest.mark.parametrize(("arguments", "told"), [
    (["nothing", "tau-id"], "lading: nothing: no such file or folder"),
    (["tau-id", "wrong.onnx"], "lading: wrong.onnx: "),
    (["tau-id", "taus.csv"], "lading: taus.csv: of no format that is read"),
    (["tau-id", "other", "--data", "no.csv"], "lading: no.csv: there is no such file"),
    (["tau-id", "other", "--match", "pt"], "lading: --match pt: write --match name_in_a=name_in_b"),
    (["tau-id", "other", "--match", "pT=pt"], "lading: 'pT' is no input, variable, output or label of tau-id"),
])  # fmt: skip
def test_what_cannot_be_read_is_trouble(folder: Path, arguments: list[str], told: str) -> None:
    found = diff(*arguments)
    assert found.exit_code == 2 and found.output.startswith(told) and len(found.output.splitlines()) == 1


@pytest.mark.parametrize("width", [80, 100])
def test_the_page_fits_the_terminal(folder: Path, width: int) -> None:
    lines = diff("tau-id", "other", width=width).output.splitlines()
    assert max(map(len, lines)) <= width and len(lines) < 20
    assert [line.split() for line in lines[:2]] == [["a", "tau-id", "1.0"], ["b", "other", "tau-id", "1.0"]]
    assert ["in", "jets.pt", "preparation", "/", "1000", "/", "100"] in [line.split() for line in lines]
    assert "b gives a's scores if it takes over a's preparation of jets.pt" in lines


def test_exact_wants_the_same_bits(folder: Path) -> None:
    made = lading.load("tau-id")
    made.input_list[0].variable_list[0].prepare, made.samples = [{"multiply": 0.001}], None
    made.save("near")
    assert diff("tau-id", "near", "-q").exit_code == 0
    found = diff("tau-id", "near", "--exact", "-q")
    assert found.exit_code == 1 and found.output.startswith("endpoints agree (1 in words only); scores differ in ")


def test_json_is_for_scripts(folder: Path) -> None:
    found = diff("tau-id", "other", "--json")
    facts = json.loads(found.output)
    assert found.exit_code == 1 and facts["differ"] and facts["scores"]["outputs"][0]["a"] == "out.p_pt"
    assert facts["endpoints"] == [{"kind": "in", "name": "jets", "part": "pt", "what": "preparation", "a": "/ 1000",
                                   "b": "/ 100", "words": False, "remark": ""}]
