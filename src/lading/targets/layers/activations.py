"""From a node to an activation function by name: the inverse of ``sources.layers.activations``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...sources.layers.activations import GATES, PLAIN, Activation
from .operands import Operands

__all__ = ["FUNCTIONS", "activation_of", "gate_functions"]

#: Operators that let one choose ``alpha``: the name of the function, and alpha where the node says none.
WITH_ALPHA = {"Elu": ("elu", 1.0), "Celu": ("celu", 1.0), "LeakyRelu": ("leaky_relu", 0.01), "Swish": ("swish", 1.0),
              "HardSigmoid": ("hard_sigmoid", 0.2)}  # fmt: skip

SELU = {"alpha": 1.67326319, "gamma": 1.05070102}

#: Every operator that is a function of one number.
FUNCTIONS = (*dict.fromkeys(operator for operator, _ in PLAIN.values()), *WITH_ALPHA, "PRelu")


def activation_of(r: Operands) -> Activation:
    """The function that a node of ``FUNCTIONS`` is. Raises UnsupportedError for one that has no name."""
    operator = r.node.operator
    if operator == "PRelu":
        slope = r.need(1)
        if slope.size != 1:
            raise r.refuse(f"has several slopes; {r.format} has one")
        return Activation("leaky_relu", float(slope.ravel()[0]))
    if operator in WITH_ALPHA:
        name, alpha = WITH_ALPHA[operator]
        if operator == "HardSigmoid" and r.get("beta", 0.5) != 0.5:
            raise r.refuse(f"a hard sigmoid that is {r.get('beta', 0.5):g} at 0; that of {r.format} is 0.5")
        return Activation(name, _float32(r.get("alpha", alpha)))
    if any(abs(r.get(name, usual) - usual) > 1e-7 for name, usual in SELU.items() if operator == "Selu"):
        raise r.refuse(f"a Selu of other numbers; that of {r.format} has the usual ones")
    for name, (each, attributes) in PLAIN.items():
        if each == operator and attributes.get("approximate", "none") == r.get("approximate", "none"):
            return Activation(name)
    raise r.refuse("is no function that has a name")


def gate_functions(r: Operands, usual: list[str]) -> list[Activation]:
    """The functions of a recurrent node, in the order of ONNX."""
    names = [str(each) for each in r.get("activations", usual)]
    alphas, betas = iter(r.get("activation_alpha", [])), iter(r.get("activation_beta", []))
    return [_gate(r, name, alphas, betas) for name in names]


def _gate(r: Operands, written: str, alphas: Iterator[float], betas: Iterator[float]) -> Activation:
    known = {each.lower(): (name, numbers) for name, (each, numbers) in GATES.items()}
    name, numbers = known.get(written.lower(), ("", 0))
    if name == "linear":
        if (next(alphas, 1.0), next(betas, 0.0)) != (1.0, 0.0):
            raise r.refuse("has a line as activation that is not x itself")
        return Activation(name)
    if not name:
        raise r.refuse(f"activation '{written}' is none of {r.format}")
    operator = next((each for each, (function, _) in WITH_ALPHA.items() if function == name), "")
    alpha = _float32(next(alphas, WITH_ALPHA[operator][1])) if numbers else None
    if numbers == 2 and next(betas, 0.5) != 0.5:
        raise r.refuse(f"has a hard sigmoid that is not 0.5 at 0; that of {r.format} is")
    return Activation(name, alpha)


def _float32(number: float) -> float:
    """Real attributes are float32."""
    return float(np.float32(number))
