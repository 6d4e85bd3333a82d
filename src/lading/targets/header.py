"""A forest as one C++17 header that needs nothing but the standard library, for those who want code.

Margins are equal to the engine's to the bit; scores within two units in the last place, for the exponential is that of
the C library. The header says what goes in by name, and holds the trees as tables that it walks.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UnsupportedError
from ..whole_file import whole_file

if TYPE_CHECKING:
    from ..model import Model

INCLUDES = """#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#if defined(__FAST_MATH__)
#error "-ffast-math takes NaN for impossible: missing values would go anywhere"
#endif
"""


def write(model: Model, path: Path) -> None:
    """Writes ``model``, a single forest, all of it or nothing.

    Raises UnsupportedError for what is more than a forest, for prepared variables and for linear leaves.
    """
    text = to_text(model, str(path))
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8")


def to_text(model: Model, where: str = "model.hpp") -> str:
    """The header: the same model gives the same text."""
    from .header_file.functions import functions
    from .header_file.names import Names
    from .header_file.tables import tables
    from .lone_forest import only_forest

    lone = only_forest(model, where, "a header")
    forest = lone.forest
    if (leaf := forest.first_linear_leaf()) is not None:
        raise UnsupportedError(f"{where}: leaf {leaf} is a linear function, which a header does not hold: use the "
                               "library, or train with linear_tree=False")
    names = Names(model, forest, lone.variables)
    parts = [names.introduction(), INCLUDES, names.opening(), names.declarations(), tables(forest),
             functions(forest, names, lone.nan_score), names.closing()]  # fmt: skip
    return "\n".join(parts)
