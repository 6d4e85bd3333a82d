"""Each header compiles where it is the only one that is included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from building import COMPILER, ROOT, STRICT, run

FOLDER = ROOT / "cpp" / "include"
HEADERS = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.h*"))

#: What rdataframe.hpp needs of ROOT, in its place.
VECTORS = "#include <vector>\nnamespace ROOT { template <class T> struct RVec : std::vector<T> {}; }\n"


@pytest.mark.parametrize("header", HEADERS, ids=str)
def test_a_header_alone(header: Path, tmp_path: Path) -> None:
    (tmp_path / "ROOT").mkdir()
    (tmp_path / "ROOT" / "RVec.hxx").write_text(VECTORS)
    (tmp_path / "alone.cpp").write_text(f"#include <{header}>\nint main() {{}}\n")
    run(COMPILER, *STRICT, f"-I{FOLDER}", f"-I{tmp_path}", "-fsyntax-only", tmp_path / "alone.cpp")


def test_the_c_header_alone(tmp_path: Path) -> None:
    (tmp_path / "alone.c").write_text("#include <lading/lading.h>\nint main(void) { return 0; }\n")
    strict = "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"
    run(os.environ.get("CC", "cc"), *strict, f"-I{FOLDER}", "-fsyntax-only", tmp_path / "alone.c")
