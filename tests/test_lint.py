"""The code is clean: ruff and mypy find nothing to say, as set up in pyproject.toml, nor does clang-format."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("command", [["ruff", "check", "src", "tests"], ["mypy"]], ids=" ".join)
def test_nothing_is_found(command):
    found = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_cpp_is_formatted():
    files = [path for folder in ("cpp", "benchmarks") for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in {".cpp", ".h", ".hpp", ".inl"}]
    assert len(files) > 100
    found = subprocess.run(["clang-format", "--dry-run", "--Werror", *files], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr + "\nclang-format -i FILE puts it right"
