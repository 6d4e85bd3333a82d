"""The widest kernels compile without a warning; what a compiler finds in its own intrinsics is not passed on."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest
from building import ROOT, configured, run


@pytest.mark.full
def test_the_kernels_of_forests_compile_without_a_warning(tmp_path: Path) -> None:
    run(*configured(ROOT, tmp_path))
    commands = json.loads((tmp_path / "compile_commands.json").read_text())
    kernels = [each for each in commands if "/trees/isa/" in each["file"]]
    assert kernels
    for each in kernels:
        done = subprocess.run(shlex.split(each["command"]), cwd=each["directory"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
