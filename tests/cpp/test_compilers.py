"""Every compiler at hand builds the library, and what it builds passes the programs' checks with the same bits."""

from __future__ import annotations

import shutil
from pathlib import Path

import models
import pytest
from building import Build, run

COMPILERS = {"g++-11": "gcc-11", "g++-13": "gcc-13", "g++-14": "gcc-14", "clang++-14": "clang-14",
             "clang++-16": "clang-16", "clang++-19": "clang-19"}  # fmt: skip


@pytest.mark.full
@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_compiler(build: Build, programs: Path, bundles: Path, compiler: str) -> None:
    if not shutil.which(compiler):
        pytest.skip(f"NOT PROVEN: {compiler} is not installed")
    chosen = [f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_C_COMPILER={COMPILERS[compiler]}"]
    if compiler.startswith("g++"):  # every file includes what it needs
        chosen.append("-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON")
    theirs = build(f"cpp-{COMPILERS[compiler]}", *chosen) / "cpp" / "tests"
    run(theirs / "kernels")
    for program in ("allocations", "float_environment"):
        assert ", 0 failures" in run(theirs / program, *(bundles / name for name in models.MODELS))
    for name in models.MODELS:
        assert run(theirs / "scores", bundles / name, "23") == run(programs / "scores", bundles / name, "23"), name
