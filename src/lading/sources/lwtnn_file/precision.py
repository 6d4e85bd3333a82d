"""In what a network computes where nobody chooses: float32 where that gives lwtnn's numbers, else float64.

lwtnn computes in double precision. The engine is some five times as fast in float32, up to thirty times in recurrent
layers, and most networks lose nothing by it: their outputs are off by 1e-7 of their scale. Some lose more, where large
terms cancel. So both are run on made-up inputs, more of them than a conversion is compared on.
"""

from __future__ import annotations

from typing import Any

from ...agreement import CLOSE, OracleFailed, compare, difference_of, run_engine, scale_of
from ...agreement.cases import many_entries
from ...agreement.sources import from_source, to_source
from ...errors import AgreementError, FormatError
from ...evaluation import GraphRunner
from ...model import Model
from .modelling import model_of_network
from .network import Network
from .oracle import LwtnnOracle

__all__ = ["NEAR", "model_in_suitable_type"]

#: How far float32 may be from double precision in the scale of an output, for inputs that are spread so many times as
#: wide as the training's: half of what a conversion may be off, and all of it.
NEAR = {1.0: 5e-7, 3.0: 1e-6}


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
    if any(_farthest(model, run, oracle, spread) > near for spread, near in NEAR.items()):
        return False
    try:
        return compare(model, oracle, run).worst <= CLOSE
    except AgreementError:
        return False


def _farthest(model: Model, run: GraphRunner, oracle: LwtnnOracle, spread: float) -> float:
    """The largest difference from double precision, in the scale of its output."""
    worst, scale = dict.fromkeys(model.outputs, 0.0), dict.fromkeys(model.outputs, 0.0)
    for case in many_entries(model, spread):
        try:
            exact = from_source(model, oracle.run_double(to_source(model, case.tensors)))
        except OracleFailed:
            continue
        for name, given in run(case.tensors).items():
            worst[name] = max(worst[name], float(difference_of(given, exact[name]).max(initial=0.0)))
            scale[name] = max(scale[name], scale_of([exact[name]]))
    return max(worst[name] / (scale[name] or 1.0) for name in worst)
