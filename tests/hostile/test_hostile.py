"""Whatever stands in a file, there is one clear error, the same from Python and C++, soon, and in little memory.

Every case is a file that nobody should trust, beside a piece of what it must be told. Files are opened and run in
processes of their own, which may take a gigabyte; one that dies, or takes longer than ``running.SECONDS``, is
known by its case. ``python tests/hostile/show.py PROGRAM`` prints all texts, to be read.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import running
from making import ANYTHING, Case

#: What only the run of a program can say: Python's reader has a limit of its own for one entry, 8 GiB.
PYTHON_LIMIT, LIMIT = "8589934592 bytes", f"{running.MEMORY} bytes"


def cases_of(family: str) -> list[Case]:
    """Those of a family, and those of other tests that belong to it."""
    module = importlib.import_module(family)
    return [*module.cases(), *(module.known_cases() if hasattr(module, "known_cases") else ())]


def written(cases: list[Case], folder: Path) -> list[Path]:
    return [case.write(folder / str(at)) for at, case in enumerate(cases)]


def wrong(case: Case, said: running.Said) -> str | None:
    """What is wrong with what was said of a case."""
    if said.text.startswith("DIED"):
        return said.text
    if said.seconds > running.SECONDS:
        return f"took {said.seconds} s"
    any_text, good = case.text == ANYTHING, said.text.startswith(("computed", "read"))
    if not any_text and (case.text not in said.text or (good and not case.text)):
        return f"{said.text!r:.300} does not say {case.text!r}"
    if "\n" in said.text or said.text.split(":")[0].endswith(("Error", "Exception", "error")):
        return f"no sentence: {said.text!r:.300}"
    return None


@pytest.mark.parametrize("family", running.FAMILIES)
def test_one_clear_error(program: Path, tmp_path: Path, family: str) -> None:
    cases = cases_of(family)
    paths = written(cases, tmp_path)
    python, compiled = running.in_python("bundle", paths), running.in_cpp(program, paths)
    found = {}
    for case, one, other in zip(cases, python, compiled, strict=True):
        if one.text.replace(PYTHON_LIMIT, LIMIT) != other.text:
            found[case.name] = f"Python: {one.text:.300}; C++: {other.text:.300}"
        elif (fault := wrong(case, one) or wrong(case, other)) is not None:
            found[case.name] = fault
    assert found == {}


@pytest.mark.parametrize("family, kind", [*((family, "source") for family in running.SOURCES),
                                          ("unrecognised", "shown")])  # fmt: skip
def test_files_of_other_formats(tmp_path: Path, family: str, kind: str) -> None:
    cases = cases_of(family)
    said = running.in_python(kind, written(cases, tmp_path))
    found = {
        case.name: fault for case, one in zip(cases, said, strict=True) if (fault := wrong(case, one)) is not None
    }
    assert found == {}


def test_there_are_many() -> None:
    own = [case for family in (*running.FAMILIES, *running.SOURCES) for case in importlib.import_module(family).cases()]
    assert len(own) >= 3000
    assert len({case.name for case in own}) == len(own)


def test_a_crash_has_a_name(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nshift\nfor p; do echo begin 0; [ -e $p ] || kill -9 $$; echo end 0 0.1 fine; done\n")
    program.chmod(0o755)
    there, missing = tmp_path, tmp_path / "missing"
    said = running.in_cpp(program, [there, missing, there])
    assert [each.text.partition(":")[0] for each in said] == ["fine", "DIED with code -9", "fine"]
