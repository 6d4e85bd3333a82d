"""The programs of cpp/tests/compat, compiled when they are wanted, and what goes in and out of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import lightgbm
import numpy as np
import xgboost
from building import COMPILER, ROOT, STRICT, run

from lading.engine.installation import installation

#: shim("gbrforest", argument...): the lines that the program of this name prints.
Shim = Callable[..., list[str]]


def library(package: ModuleType, name: str) -> list[str]:
    folder = Path(str(package.__file__)).parent / "lib"
    return [str(folder / name), f"-Wl,-rpath,{folder}"]


#: Programs in which the original library is too, as another part of an experiment's software may want it.
ORIGINALS = {"xgboost": library(xgboost, "libxgboost.so"), "lightgbm": library(lightgbm, "lib_lightgbm.so")}


def shim_in(folder: Path) -> Shim:
    """Compiles into ``folder``, each program once."""
    found = installation()

    def lines(name: str, *arguments: object) -> list[str]:
        if not (folder / name).exists():
            source = ROOT / "cpp" / "tests" / "compat" / f"{name}.cpp"
            flags = [*f"{found.cflags} {found.libs}".split(), *ORIGINALS.get(name, [])]
            run(COMPILER, *STRICT, "-Wconversion", source, *flags, "-o", folder / name)
        return run(folder / name, *map(str, arguments)).splitlines()

    return lines


def numbers(lines: list[str]) -> np.ndarray:
    """What the lines hold, to the bit."""
    return np.array([[float.fromhex(each) for each in line.split()] for line in lines])


def rows_file(folder: Path, rows: np.ndarray) -> Path:
    """A file of rows as the programs read it."""
    path = folder / "rows"
    path.write_bytes(np.float32(rows).tobytes())
    return path
