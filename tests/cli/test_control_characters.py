"""Control characters in a file reach no terminal: they are written out, wherever a text of the file is printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bundles
import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.text import Text

from lading.cli import main
from lading.endpoints import Label
from lading.examine.terminal import print_page, visible
from lading.model import Model

EVIL = "\x1b]0;pwned\x07\x1b[31m\x7f\x9b2J"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def evil_model() -> Model:
    made = bundles.model()
    made.name, made.version, made.description = f"tau{EVIL}", f"1{EVIL}", f"what it is {EVIL}\nin two lines"
    made.record = {"licence": f"MIT{EVIL}", f"key{EVIL}": EVIL}
    for given in made.input_list:
        given.description = EVIL
        for variable in given.variable_list:
            variable.unit, variable.description = f"GeV{EVIL}", f"momentum {EVIL}"
    for output in made.output_list:
        output.description = EVIL
        output.label_list = [Label(each.name, description=EVIL) for each in output.label_list]
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(bundles.write(tmp_path))
    evil_model().save(tmp_path / "evil")
    (tmp_path / "refused").mkdir()
    text = (tmp_path / "evil" / "model.json").read_text()
    (tmp_path / "refused" / "model.json").write_text(text.replace('"lading": 1', f'"lading": 1, {json.dumps(EVIL)}: 1'))
    return tmp_path


COMMANDS = ["show evil", "show evil --plan", "show evil --costs", "show evil --graph", "check evil", "diff evil tau-id",
            "diff evil tau-id -q", "show refused", "check refused", "run evil taus.csv -o scores.csv",
            "convert evil --small-weights float16 -o small", "export evil -o evil.onnx"]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_none_is_printed(folder: Path, command: str) -> None:
    found = CliRunner(env={"COLUMNS": "200"}).invoke(main, command.split())
    assert not CONTROL.search(found.output), repr(found.output)
    if command.split()[0] in ("show", "check", "diff") and "-q" not in command:
        assert "\\x1b]0;pwned" in found.output


@pytest.mark.parametrize("command", ["show evil --json", "diff evil tau-id --json", "check evil --json",
                                     "template evil.onnx"])  # fmt: skip
def test_json_escapes_them_and_keeps_them(folder: Path, command: str) -> None:
    evil_model().export(folder / "evil.onnx")
    found = CliRunner().invoke(main, command.split())
    assert not CONTROL.search(found.stdout), repr(found.stdout)
    assert EVIL in "".join(texts(json.loads(found.stdout)))


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in (key, *texts(each))]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else [str(value)]


def test_lines_and_colours_stay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert visible("a\n\tb\r\u009b \u00e4") == "a\n\tb\\x0d\\x9b \u00e4"
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_page(Text("red \x1b[32m", style="red"))
    assert Console().color_system is not None
    assert capsys.readouterr().out == "\x1b[31mred \\x1b[32m\x1b[0m\n"
