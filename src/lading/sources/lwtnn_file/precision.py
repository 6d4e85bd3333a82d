"""In what a network computes where nobody chooses: float32 where that gives lwtnn's numbers, else float64.

lwtnn computes in double precision. The engine is some five times as fast in float32, up to thirty times in recurrent
layers, and most networks lose nothing by it: their outputs are off by 1e-7 of their scale. Some lose more, where large
terms cancel. So both are run on the inputs that a conversion is compared on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...agreement import CLOSE, OracleFailed, compare, run_engine
from ...agreement.cases import cases_of
from ...agreement.sources import from_source, to_source
from ...errors import AgreementError, FormatError
from ...model import Model
from .modelling import model_of_network
from .network import Network
from .oracle import LwtnnOracle

__all__ = ["NEAR", "model_in_suitable_type"]

#: How far float32 may be from double precision, in the scale of an output: half of what is demanded of a conversion.
NEAR = 5e-7


def model_in_suitable_type(network: Network, origin: dict[str, Any], where: str) -> Model:
    """The model in float32, or where that is too far from lwtnn in float64."""
    try:
        model = model_of_network(network, "float32", origin, where)
        if _suffices(model, network):
            return model
    except FormatError:  # weights beyond float32; what else is wrong is so in float64 too
        pass
    return model_of_network(network, "float64", origin, where)


def _suffices(model: Model, network: Network) -> bool:
    run, oracle = run_engine(model), LwtnnOracle(network)
    worst, scale = dict.fromkeys(model.outputs, 0.0), dict.fromkeys(model.outputs, 0.0)
    for case in cases_of(model):
        if case.large:
            continue
        try:
            exact = from_source(model, oracle.run_double(to_source(model, case.tensors)))
        except OracleFailed:
            continue
        for name, given in run(case.tensors).items():
            worst[name] = max(worst[name], _largest(given - exact[name]))
            scale[name] = max(scale[name], _largest(exact[name]))
    if any(worst[name] > NEAR * scale[name] for name in worst):
        return False
    try:
        return compare(model, oracle, run).worst <= CLOSE
    except AgreementError:
        return False


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=0.0))
