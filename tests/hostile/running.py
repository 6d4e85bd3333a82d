"""Runs many hostile files in few processes; whichever crashes, hangs or eats memory is known by its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Modules of cases: of bundles, for Python and C++; and of files of other formats, or of none.
FAMILIES = ("files", "archives", "graphs", "held_graphs", "kinds", "long_texts", "turns", "operators", "huge",
            "forests", "feeds")  # fmt: skip
SOURCES = ("hostile_onnx", "unrecognised")

HERE = Path(__file__).parent
MEMORY = 128 << 20  # of a model, and of its session; a process may take four times as much
SECONDS = 2.0  # of processor time for one case: a second, on machines that may be half as fast as most


@dataclass(frozen=True)
class Said:
    text: str
    seconds: float = 0.0


def in_python(kind: str, paths: Sequence[Path]) -> list[Said]:
    return run([sys.executable, str(HERE / "child.py"), str(MEMORY), kind], paths)


def in_cpp(program: Path, paths: Sequence[Path]) -> list[Said]:
    return run([str(program), str(MEMORY)], paths)


def run(command: list[str], paths: Sequence[Path]) -> list[Said]:
    """What is said of each file. What takes too long does so twice: a machine may have been busy."""
    said = run_once(command, paths)
    for at, path in enumerate(paths):
        if said[at].seconds > SECONDS:
            said[at] = min(said[at], *run_once(command, [path]), key=lambda each: each.seconds)
    return said


def run_once(command: list[str], paths: Sequence[Path]) -> list[Said]:
    """A process that dies is begun anew behind the one that killed it."""
    said: list[Said] = []
    while len(said) < len(paths):
        rest = [str(path) for path in paths[len(said) : len(said) + 400]]
        done = subprocess.run([*command, *rest], capture_output=True, text=True, errors="replace", timeout=600)
        lines = done.stdout.splitlines()
        for line in lines:
            if line.startswith("end "):
                _, _, seconds, *text = line.split(" ", 3)
                said.append(Said("".join(text), float(seconds)))
        if lines and lines[-1].startswith("begin "):
            said.append(Said(f"DIED with code {done.returncode}: {done.stderr[-300:]}"))
        elif not lines:
            raise RuntimeError(f"{command[0]} did not begin: {done.stderr[-2000:]}")
    return said
