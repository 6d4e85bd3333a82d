"""CMS L2Tau's JSON: {name: {"mean", "std", "min", "max"}}.

Formula, of cmssw's L2TauTagNNProducer, in single precision: (x - mean) / std, cut to [min, max]; NaN passes. The order
of the names means nothing: there the variables' order is in the code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .content import Content
from .matching import only_input
from .variables import divisor, number, steps

if TYPE_CHECKING:
    from ...model import Model

TITLE = "CMS L2Tau normalisation"

KEYS = {"mean", "std", "min", "max"}


def recognises(content: Content) -> bool:
    items = content.value.values() if isinstance(content.value, dict) else ()
    return bool(items) and all(isinstance(item, dict) and set(item) == KEYS for item in items)


def papers(content: Content, model: Model) -> dict[str, Any]:
    given = only_input(content.place, model, "a list of mean, std, min and max")
    content.ordered = False
    variables = []
    for name, item in content.place.members():
        low, high = number(item["min"]), number(item["max"])
        if low > high:
            item.fail(f"min is {low:g}, more than max, {high:g}")
        prepare = steps(("subtract", number(item["mean"])), ("divide", divisor(item["std"])))
        variables.append({"name": name, "raw": "float32", "prepare": [*prepare, {"clip": [low, high]}]})
    return {"inputs": [{"of": given.name, "variables": variables}]}
