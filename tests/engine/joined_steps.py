"""What passes join, held against the same network with its nodes kept apart."""

from __future__ import annotations

import copy

import numpy as np
from written_network import Network

from lading.endpoints import Output
from lading.model import Model


def operators(model: Model) -> list[str]:
    return [operator for _, operator in model.session().steps()]


def tensors(model: Model, shape: tuple[int, ...], seed: int = 1, values: int = 0) -> dict[str, np.ndarray]:
    """``values``: whole numbers below it, so that distances are equal; 0: any numbers."""
    random, made = np.random.default_rng(seed), {}
    for each in model.input_list:
        sizes = (*shape, each.axes[-1]) if isinstance(each.axes[-1], int) else (shape[0], each.axes[1], shape[1])
        found = random.integers(0, values, sizes) if values else random.normal(size=sizes)
        made[each.name] = found.astype(np.float32)
    return made


def both_ways(net: Network, kept: str) -> tuple[Model, Model]:
    """The model, and one that gives ``kept`` too, which keeps its nodes apart."""
    apart = copy.copy(net.model)
    apart.output_list = [*net.model.output_list, Output(kept, ["jet"])]
    return net.model, apart
