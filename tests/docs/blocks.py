"""The code blocks of a Markdown page, run in the order in which a reader meets them.

- ``sh`` blocks run in bash, in one folder for the whole page, which begins as a copy of examples/tagger.
- ``python`` blocks of a page share their names, as in one notebook; they run in the same folder.
- ``text`` right behind one of them is what it prints: compared line by line, where ``…`` stands for anything.
- ``json`` is parsed.  ``cpp``, ``cmake`` and others are compiled by tests of their own, named in ELSEWHERE.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Languages of blocks that are no program, or that another test runs.
ELSEWHERE = ("cpp", "c", "cmake", "html", "bibtex")

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```\s*$", re.M | re.S)


@dataclass
class Block:
    """One fenced block: its language, its text, and where it stands."""

    language: str
    text: str
    line: int
    follows: bool  # nothing but white space between it and the block before


def blocks_of(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    text, blocks, end = page.read_text(encoding="utf-8"), [], 0
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        blocks.append(Block(found["language"], found["text"], line, not text[end : found.start()].strip()))
        end = found.end()
    return blocks


class Page:
    """Runs the blocks of one page in ``folder``."""

    def __init__(self, folder: Path):
        self.folder, self.names, self.printed = folder, dict[str, Any](), ""

    def run(self, block: Block) -> None:
        if block.language == "sh":
            self.printed = self._shell(block.text)
        elif block.language == "python":
            self.printed = self._python(block.text)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "text":
            if block.follows:
                compare(block.text, self.printed)
        else:
            assert block.language in ELSEWHERE, f"nobody runs blocks in '{block.language}'"

    def _shell(self, text: str) -> str:
        environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, capture_output=True,
                              text=True, env=environment)
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _python(self, text: str) -> str:
        with contextlib.chdir(self.folder) if hasattr(contextlib, "chdir") else _chdir(self.folder):
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile(text, "<block>", "exec"), self.names)  # its own page's code, not a stranger's
        return output.getvalue()


@contextlib.contextmanager
def _chdir(folder: Path) -> Any:  # contextlib.chdir came with Python 3.11
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def compare(expected: str, printed: str) -> None:
    """Every expected line is there in this order; ``…`` stands for any text, on a line of its own for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*?".join(map(re.escape, line.rstrip().split("…"))) + r" *\n"
        for line in expected.splitlines())
    assert re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else printed + "\n"), (
        f"the page says\n{expected}\nbut it prints\n{printed}")
