"""Prints what every hostile file is told, to be read: ``python tests/hostile/show.py PROGRAM [FAMILY...]``."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import running

FAMILIES = ("files", "archives", "graphs", "turns", "operators", "huge", "forests", "feeds", "hostile_onnx")


def main(program: str, *chosen: str) -> None:
    for family in chosen or FAMILIES:
        name, _, known = family.partition(":")
        module = importlib.import_module(name)
        cases = list(module.known_cases() if known else module.cases())
        with tempfile.TemporaryDirectory() as folder:
            paths = [case.write(Path(folder) / str(at)) for at, case in enumerate(cases)]
            python = running.in_python("source" if family == "hostile_onnx" else "bundle", paths)
            compiled = python if family == "hostile_onnx" else running.in_cpp(Path(program), paths)
            print(f"==== {family}: {len(cases)}; Python {sum(s.seconds for s in python):.1f} s, "
                  f"C++ {sum(s.seconds for s in compiled):.1f} s")  # fmt: skip
            for case, path, one, other in zip(cases, paths, python, compiled, strict=True):
                where = str(path)
                slow = "SLOW " if max(one.seconds, other.seconds) > running.SECONDS else ""
                same = one.text == other.text
                wanted = "" if case.text in one.text else f" <<WANTED {case.text}>>"
                print(f"{slow}{'' if same else 'DIFFER '}[{case.name}] {one.text.replace(where, '~')[:600]}{wanted}")
                if not same:
                    print(f"      C++: {other.text.replace(where, '~')[:600]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
