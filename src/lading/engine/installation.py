"""Where the C++ side of this installation stands."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from ..errors import MissingFile
from . import _lading


@dataclass
class Installation:
    """Folders of the headers, the library and its CMake package."""

    include: Path
    library: Path

    @property
    def cmake(self) -> str:
        return str(self.library / "cmake" / "lading")

    @property
    def cflags(self) -> str:
        return f"-I{shlex.quote(str(self.include))}"

    @property
    def libs(self) -> str:
        folder = shlex.quote(str(self.library))
        return f"-L{folder} -Wl,-rpath,{folder} -l:liblading.so.1"


def installation() -> Installation:
    """The installation that Python runs, editable ones included: found from the compiled module, not this file."""
    root = Path(_lading.__file__).resolve().parent.parent
    found = Installation(root / "include", root / "lib")
    if not (found.include / "lading" / "lading.hpp").exists():
        raise MissingFile(f"{root}: the headers of lading are not there; install the package anew")
    return found
