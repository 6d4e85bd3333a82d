"""What LightGBM makes of a margin, by the objective that a file names."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...errors import UnsupportedError
from ...graph import Node

LOGISTIC = ("binary", "multiclassova", "cross_entropy", "xentropy")
EXPONENTIAL = ("poisson", "gamma", "tweedie")
IDENTITY = ("", "custom", "none", "regression", "regression_l2", "regression_l1", "huber", "fair", "quantile", "mape",
            "lambdarank", "rank_xendcg")  # fmt: skip

#: sign(m) m², after training on the square root of the target.
SQUARE = [
    Node("sign", "Sign", ["margin"], ["margin.sign"]),
    Node("magnitude", "Mul", ["margin.sign", "margin"], ["margin.magnitude"]),
    Node("square", "Mul", ["margin.magnitude", "margin"], ["score"]),
]
#: log(1 + exp(m))
SOFTPLUS = [Node("softplus", "Softplus", ["margin"], ["score"])]


@dataclass
class Objective:
    """A link of the forest, or the nodes that make the score of the margin where it has none such."""

    link: str = "identity"
    scale: float = 1.0
    nodes: list[Node] = field(default_factory=list)


def objective_of(text: str, where: str) -> Objective:
    """The objective in a header: a name, ``key:value`` parameters and flags. Raises UnsupportedError."""
    name, *rest = text.split() or [""]
    parameters = dict(each.split(":", 1) for each in rest if ":" in each)
    if name in LOGISTIC:
        return Objective("logistic", float(parameters.get("sigmoid", 1)))
    if name == "multiclass":
        return Objective("softmax")
    if name in EXPONENTIAL:
        return Objective("exp")
    if name in ("cross_entropy_lambda", "xentlambda"):
        return Objective(nodes=SOFTPLUS)
    if name in IDENTITY:
        return Objective(nodes=SQUARE if "sqrt" in rest else [])
    raise UnsupportedError(
        f"{where}: the objective is '{name}', and what it makes of a margin is not known; known are "
        f"{', '.join(filter(None, LOGISTIC + EXPONENTIAL + IDENTITY))}, multiclass, cross_entropy_lambda"
    )
