"""Every command: help with an example, 80 columns, a row in the docs, errors in one line, exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import awkward as ak
import bundles
import numpy as np
import pytest
import uproot
from click.testing import CliRunner, Result

import lading
from lading.cli import COMMANDS, main

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(bundles.write(tmp_path))
    return tmp_path


def lading_(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=stdin, prog_name="lading")


# ---- every command


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_its_help_has_an_example_and_fits_80_columns(command: str) -> None:
    found = lading_(*filter(None, [command]), "--help")
    assert found.exit_code == 0
    assert re.search(rf"^  (\S+ .*)?lading {command or 'convert'}\b", found.output, re.M)
    assert max(map(len, found.output.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_the_docs_have_a_row_for_it(command: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", DOCS.read_text(encoding="utf-8"), re.M)
    assert command in [row[0] for row in rows]


def test_the_docs_have_no_other_rows() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(COMMANDS)


def test_help_is_quick_to_come() -> None:
    code = "import sys; from lading.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"rich", "onnx", "h5py", "lading.engine"} & set(loaded)


def test_a_wrong_command_is_told_the_nearest() -> None:
    found = lading_("shw")
    assert found.exit_code == 2 and "did you mean 'show'?" in found.output and "Traceback" not in found.output


def test_the_version_names_numerics_and_instruction_set() -> None:
    assert re.fullmatch(r"lading \S+ \(numerics \d+, \w+\)\n", lading_("--version").output)


def test_the_shell_completes_commands() -> None:
    words = {"_LADING_COMPLETE": "bash_complete", "COMP_WORDS": "lading sh", "COMP_CWORD": "1"}
    found = subprocess.run(
        [sys.executable, "-c", "from lading.cli import main; main(prog_name='lading')"],
        check=True,
        env=words,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == ["plain,show"]


# ---- errors


WRONG = [
    (["show", "nothing"], "lading: nothing: no such file or folder"),
    (["show", "taus.csv"], "lading: taus.csv: of no format that is read (these are: onnx, "),
    (["show", "wrong.onnx"], "lading: wrong.onnx: "),
    (["check", "nothing"], "lading: nothing: no such file"),
    (["template", "nothing.onnx"], "lading: nothing.onnx: no such file"),
    (["convert", "nothing.onnx", "-o", "x"], "lading: nothing.onnx: no such file"),
    (["export", "tau-id", "-o", "tau.pb"], "lading: tau.pb: models are exported to files ending in .onnx"),
    (["run", "tau-id", "no.csv", "-o", "x.csv"], "lading: no.csv: there is no such file"),
    (["run", "tau-id", "taus.csv", "-o", "x.txt"], "lading: x.txt: scores are written to files ending in"),
    (["run", "tau-id", "taus.csv", "-o", "no/x.csv"], "lading: no/x.csv: the folder no is not there"),
    (["run", "tau-id", "taus.csv", "-o", "taus.csv"], "lading: taus.csv: the scores would overwrite the events"),
    (["run", "tau-id", "taus.csv", "-o", "x.csv", "--units", "pt"], "lading: --units pt: write --units variable=value"),
    (["run", "tau-id", "taus.csv", "-o", "x.csv", "--units", "pt=mm"], "lading: variable 'pt' of input 'jets': 'mm'"),
    (["run", "tau-id", "taus.csv", "-o", "x.csv", "--columns", "pT=a"], "lading: columns: 'pT' is no variable of"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_wrong_use_is_told_in_one_line(folder: Path, arguments: list[str], told: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = lading_(*arguments)
    assert found.exit_code == 2
    assert found.output.startswith(told) and len(found.output.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_unforeseen_fault_says_how_to_see_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lading.examine.show.facts", lambda *_: 1 / 0)  # first: it imports the other one's
    monkeypatch.setattr("lading.examine.facts.facts", lambda *_: 1 / 0)
    found = lading_("show", "tau-id")
    assert found.exit_code == 2 and found.output.startswith("lading: a fault of lading itself: ZeroDivisionError: ")
    assert isinstance(lading_("--traceback", "show", "tau-id").exception, ZeroDivisionError)


def test_traceback_shows_where(folder: Path) -> None:
    assert isinstance(lading_("--traceback", "show", "nothing").exception, lading.MissingFile)


# ---- the answer is no: 1


def test_a_self_test_that_fails_is_1(folder: Path) -> None:
    assert lading_("check", "tau-id").exit_code == 0
    broken = lading.load("tau-id")
    broken.samples.outputs["out"] = broken.samples.outputs["out"] + 1
    broken.save("broken")
    found = lading_("check", "broken")
    assert found.exit_code == 1 and "FAIL" in found.output
    assert json.loads(lading_("check", "broken", "--json").output)["passed"] is False


def test_scores_that_disagree_are_1(folder: Path) -> None:
    (folder / "events.csv").write_text("pt,eta,p_pt,p_eta\n1500,0.5,1.5,0.5\n250,-7,9.0,-7\n")
    arguments = ["convert", "tau-id.onnx", "-o", "new", "--data", "events.csv", "--scores", "p_pt,p_eta"]
    found = lading_(*arguments)
    assert found.exit_code == 1 and not (folder / "new").exists()
    assert "disagree: 'p_pt' differs" in found.output


# ---- what they do


def test_run_reads_and_writes_files_and_streams(folder: Path) -> None:
    found = lading_("run", "tau-id", "taus.csv", "-o", "scores.csv", "--threads", "2")
    assert found.exit_code == 0 and found.output.startswith("wrote out of 2 entries to scores.csv")
    wanted = "p_pt,p_eta\n1.5,0.5\n0.25,-7.0\n"
    assert (folder / "scores.csv").read_text() == wanted
    assert lading_("run", "tau-id.onnx", "taus.csv", "-o", "-", "-q").output == wanted
    assert (
        lading_("run", "tau-id.lading", "-", "-o", "-", "-q", stdin="eta,pt\n1,2000\n").output
        == "p_pt,p_eta\n2.0,1.0\n"
    )
    found = lading_(
        "run", "tau-id", "-", "-o", "-", "-q", "--columns", "pt=a", "--units", "pt=GeV", stdin="a,eta\n1,2\n"
    )
    assert found.output == "p_pt,p_eta\n1.0,2.0\n"


@pytest.mark.parametrize(("events", "told"), [
    (b"pt,eta\n1,2\n1,x\n", "lading: standard input: line 3, column 'eta': 'x' is no number"),
    (b"pt,eta\n1,2\n\xff,2\n", "lading: standard input: cannot be read as .csv: byte 12 is no UTF-8 (0xff)"),
    (b"pt;eta\n1;2\n", "lading: standard input: it seems to be separated by ';'"),
])  # fmt: skip
def test_what_is_wrong_on_standard_input_is_told_of_it(folder: Path, events: bytes, told: str) -> None:
    found = lading_("run", "tau-id", "-", "-o", "-", "-q", stdin=events)
    assert found.exit_code == 2 and found.output.startswith(told) and len(found.output.splitlines()) == 1


def test_run_says_that_entries_stand_in_lists(folder: Path) -> None:
    with uproot.recreate("events.root") as file:
        file["events"] = {name: ak.Array([[1.0, 2.0], [], [3.0]]) for name in ("pt", "eta")}
    for ending in (".root", ".parquet", ".h5", ".csv", ".npz"):
        found = lading_("run", "tau-id", "events.root", "-o", f"scores{ending}")
        assert found.exit_code == 0
        assert found.output.startswith(f"wrote out of 3 entries (in 3 lists) to scores{ending}")
    assert lading_("run", "tau-id", "events.root", "-o", "-", "-q").output.splitlines()[0] == "event,p_pt,p_eta"


def test_export_and_convert_bring_back_the_same_model(folder: Path) -> None:
    assert lading_("export", "tau-id", "-o", "again.onnx").exit_code == 0
    assert lading_("convert", "again.onnx", "-o", "again", "-q").exit_code == 0
    assert lading.load("again").function_digest == lading.load("tau-id").function_digest


def test_template_writes_papers_to_a_file_or_the_stream(folder: Path) -> None:
    papers = json.loads(lading_("template", "tau-id.onnx").output)
    assert [given["of"] for given in papers["inputs"]] == ["jets"]
    assert json.loads(lading_("template", "tau-id.onnx", "-o", "-").output) == papers
    assert lading_("template", "tau-id.onnx", "-o", "papers.json").output == ""
    assert json.loads((folder / "papers.json").read_text()) == papers


def test_config_is_for_compilers_and_scripts() -> None:
    facts = json.loads(lading_("config", "--json").output)
    assert lading_("config", "--cflags", "--libs").output.strip() == f"{facts['cflags']} {facts['libs']}"
    assert Path(facts["cmake"], "ladingConfig.cmake").exists() or list(Path(facts["cmake"]).glob("*.cmake"))


def test_many_entries_at_once_give_what_few_give(folder: Path) -> None:
    """A bar divides the run into parts; the numbers are those of one run."""
    made = bundles.model()
    pt = np.random.default_rng(3).uniform(1, 1e5, 3000)
    batch = lading.feed.batch_of(made, {"pt": pt, "eta": pt})
    told: list[int] = []
    parts = made.session(threads=2).run_batch(batch, told.append)
    assert told == sorted(told) and told[-1] == 3000 and len(told) > 5
    assert parts["out"].tobytes() == made.run({"pt": pt, "eta": pt})["out"].tobytes()
