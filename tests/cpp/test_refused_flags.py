"""Flags with which results would have other bits are refused: by CMake where it sees them, else by the compiler."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from building import COMPILER, ROOT, configured, refusal, run

FAST = ["-Ofast", "-ffast-math", "-funsafe-math-optimizations", "-freciprocal-math", "-ffinite-math-only",
        "-fno-signed-zeros"]  # fmt: skip


@pytest.mark.parametrize("flag", [*FAST, "-fassociative-math", "-ffp-contract=fast", "-mdaz-ftz"])
def test_cmake_refuses(flag: str, tmp_path: Path) -> None:
    for variable in ("CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE"):
        said = refusal(["cmake", f"-D{variable}=-O2 {flag} -g", "-DCMAKE_BUILD_TYPE=Release",
                        "-P", ROOT / "cpp" / "exact_arithmetic.cmake"])  # fmt: skip
        assert f'lading is not compiled with {flag}, which stands in {variable} ("-O2 {flag} -g"): results' in said


def test_cmake_takes_other_flags() -> None:
    run("cmake", "-DCMAKE_CXX_FLAGS=-O2 -fno-fast-math -ffp-contract=off -fno-associative-math",
        "-P", ROOT / "cpp" / "exact_arithmetic.cmake")  # fmt: skip


def test_it_looks_before_it_compiles(tmp_path: Path) -> None:
    said = refusal(configured(ROOT, tmp_path, "-DCMAKE_CXX_FLAGS=-ffast-math"))
    assert "lading is not compiled with -ffast-math" in said


@pytest.mark.parametrize("flag", FAST)
def test_the_compiler_refuses(flag: str) -> None:
    source = ROOT / "cpp" / "src" / "exact_arithmetic.cpp"
    run(COMPILER, "-O2", "-fsyntax-only", source)
    said = refusal([COMPILER, flag, "-fsyntax-only", source])
    assert "lading is not compiled with -ffast-math or a part of it" in said


def test_the_library_is_compiled_with_that_look(tmp_path: Path) -> None:
    """Also inside a project that gives its flags where no variable holds them."""
    (tmp_path / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.20)\nproject(around LANGUAGES CXX)\nadd_compile_options(-ffast-math)\n"
        f"add_subdirectory({ROOT} lading)\n"
    )
    run(*configured(tmp_path, tmp_path / "build", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"))
    commands = json.loads((tmp_path / "build" / "compile_commands.json").read_text())
    (one,) = (each for each in commands if each["file"].endswith("/exact_arithmetic.cpp"))
    assert "lading is not compiled with -ffast-math" in refusal(shlex.split(one["command"]), cwd=one["directory"])
