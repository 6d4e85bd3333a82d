"""Prints what every hostile file is told, to be read: ``python tests/hostile/show.py PROGRAM [FAMILY...]``."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import running
from making import ANYTHING, Case


def summary(cases: list[Case], said: list[running.Said]) -> str:
    slowest = max(range(len(said)), key=lambda at: said[at].seconds)
    return f"{sum(s.seconds for s in said):.1f} s, {said[slowest].seconds:.2f} s of them for {cases[slowest].name!r}"


def main(program: str, *chosen: str) -> None:
    for family in chosen or (*running.FAMILIES, *running.SOURCES):
        name, _, known = family.partition(":")
        module = importlib.import_module(name)
        cases = list(module.known_cases() if known else module.cases())
        with tempfile.TemporaryDirectory() as folder:
            paths = [case.write(Path(folder) / str(at)) for at, case in enumerate(cases)]
            python = running.in_python("source" if family in running.SOURCES else "bundle", paths)
            compiled = python if family in running.SOURCES else running.in_cpp(Path(program), paths)
            print(f"==== {family}: {len(cases)} cases, {summary(cases, python)}; C++ {summary(cases, compiled)}")
            for case, path, one, other in zip(cases, paths, python, compiled, strict=True):
                where = str(path)
                slow = "SLOW " if max(one.seconds, other.seconds) > running.SECONDS else ""
                same = one.text == other.text
                as_wanted = case.text == ANYTHING or case.text in one.text
                wanted = "" if as_wanted else f" <<WANTED {case.text}>>"
                print(f"{slow}{'' if same else 'DIFFER '}[{case.name}] {one.text.replace(where, '~')[:600]}{wanted}")
                if not same:
                    print(f"      C++: {other.text.replace(where, '~')[:600]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
