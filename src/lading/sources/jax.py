"""JAX: functions and modules of Flax and Equinox in memory.

1. A function is traced by JAX on the shapes of example inputs, open lengths as symbols; each of its primitives is
   written in ONNX's operators (``jax_file/``). What calls other functions is written out.
2. A module of Flax is given with its variables, ``(module, variables)``; one of Equinox (or anything that JAX knows as
   a tree of arrays) as it is. Weights are called after their place in it.
3. The function itself is the judge of the result, in single and double precision.

There is no file: what ``jax.export`` writes is compiled for a machine. Needs the package jax.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from ..errors import FormatError
from . import is_of

if TYPE_CHECKING:
    from ..model import Model
    from .jax_file.oracle import JaxOracle

Names = Mapping[str, Sequence[Any]] | Sequence[Any] | None
Axes = Mapping[str, Sequence[str | int]] | None


def recognises(path: Path) -> bool:
    """No: models of JAX are read from memory."""
    return False


def read(path: str | Path) -> Model:
    """Raises FormatError: there are no files of JAX that are read."""
    raise FormatError(f"{path}: models of JAX are read from memory: lading.convert(function, example)")


def holds(thing: object) -> bool:
    """Whether ``thing`` is a function (while JAX is loaded), a module of its libraries, or one with its variables."""
    if isinstance(thing, tuple) and len(thing) == 2:
        return is_of(thing[0], "flax")
    if isinstance(thing, FunctionType):
        return "jax" in sys.modules
    return callable(thing) and any(is_of(thing, package) for package in ("jax", "jaxlib", "flax", "equinox"))


def from_object(thing: Any, example: Any = None, variables: Names = None, labels: Names = None, axes: Axes = None
                ) -> Model:
    """The model in a function, traced on ``example``: an array, a tuple of arguments, or a dictionary of them by name.

    ``variables``, ``labels`` and ``axes`` are as for PyTorch. Raises UnsupportedError for a primitive that ONNX's
    operators do not have, naming the line; ValueRefused or UnknownName for a wrong example.
    """
    from .jax_file.building import model_of

    return model_of(thing, example, variables, labels, axes)


def live_oracle(thing: Any, example: Any = None) -> JaxOracle:
    """The function itself, to compare a conversion with."""
    from .jax_file.functions import function_of
    from .jax_file.oracle import JaxOracle

    return JaxOracle(function_of(thing, example))
