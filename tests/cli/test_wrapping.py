"""What is said on a terminal is broken between words; in a pipe a line stays one."""

from __future__ import annotations

import io

import pytest

from lading.cli.wrapping import wrapped


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


TEXT = "lading: /a/very/long/path/to/a-file.json: " + "of no format that is read " * 6 + "x" * 120


def test_a_terminal_breaks_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = wrapped(f"{TEXT}\nnote  short", Terminal()).split("\n")
    assert all(len(line) <= 80 or line == f"  {'x' * 120}" for line in lines)  # a path can be copied
    assert lines[1].startswith("  ") and lines[-1] == "note  short"
    assert " ".join(" ".join(lines).split()) == " ".join(f"{TEXT} note short".split())


def test_a_pipe_keeps_its_lines() -> None:
    assert wrapped(TEXT, io.StringIO()) == TEXT
