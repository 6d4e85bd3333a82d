"""A forest or a network as one C++17 header that needs nothing but the standard library: for firmware, say.

A forest's margins are equal to the engine's to the bit; scores within two units in the last place, for the exponential
is that of the C library. The header says what goes in by name, and holds the trees as tables that it walks. A network
has the engine's bits throughout, and its preparation: header_file/networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UnsupportedError, ValueRefused
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


def write(model: Model, path: Path, max: Mapping[str, int] | None = None) -> None:
    """Writes ``model``, a network or a single forest, all of it or nothing.

    ``max``: how many elements the sequences of a network may have, by axis, where the model does not say. Raises
    UnsupportedError for what a header cannot hold, naming the node, UnknownName or ValueRefused for a wrong ``max``.
    """
    text = to_text(model, str(path), max)
    with whole_file(path) as beside:
        beside.write_text(text, encoding="utf-8")


def to_text(model: Model, where: str = "model.hpp", max: Mapping[str, int] | None = None) -> str:
    """The header: the same model gives the same text."""
    from ..trees import forests_of

    if any(forests_of(model)):
        if max:
            raise ValueRefused(f"{where}: a forest has no sequences, of which max says how long they may be")
        return _forest(model, where)
    from .header_file.networks import to_text as of_network

    return of_network(model, where, max)


def _forest(model: Model, where: str) -> str:
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
