"""What every value of a graph is when one entry runs: NNEF wants its shape and type."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from ...errors import UnsupportedError

if TYPE_CHECKING:
    from ...endpoints import Input
    from ...model import Model


def values_of(model: Model, where: str) -> dict[str, np.ndarray]:
    """All values of the main graph by name, for one made-up entry. Raises UnsupportedError for open lengths."""
    from ...bundle.encode import encode_model
    from ...bundle.evaluate import Bundle, BundleError, run_nodes

    if len(model.graphs) > 1:
        raise UnsupportedError(f"{where}: NNEF has one graph, '{model.name}' has {len(model.graphs)}: "
                               f"{', '.join(model.graphs)}")
    values = {**model.weights, **{given.name: _made_up(model, given, where) for given in model.input_list}}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            run_nodes(Bundle(encode_model(model, None, None), model.weights), "main", values)
    except BundleError as error:
        raise UnsupportedError(f"{where}: NNEF needs the shapes of one entry, which cannot be run: {error}") from None
    return values


def _made_up(model: Model, given: Input, where: str) -> np.ndarray:
    if given.type not in ("float32", "bool") and not given.type.startswith(("int", "uint")):
        raise UnsupportedError(f"{where}: input '{given.name}' is {given.type}, and NNEF's readers compute in float32")
    shape = [_length(model, given, use, where) for use in given.axes]
    random = np.random.default_rng(0)
    made = random.normal(size=shape) if given.type == "float32" else np.zeros(shape)
    return made.astype(given.type)


def _length(model: Model, given: Input, use: str | int, where: str) -> int:
    if isinstance(use, int):
        return use
    if use == "variable":
        return len(given.variable_list)
    axis = model.axes.get(use)
    if axis is None or axis.kind == "entry":
        return 1
    if axis.kind == "fixed":
        return axis.size or 1
    if axis.min != axis.max:
        raise UnsupportedError(f"{where}: the sequence '{use}' of input '{given.name}' is of any length, and NNEF "
                               'fixes all lengths; if the training had one, say so in papers ("min" and "max")')
    return axis.min
