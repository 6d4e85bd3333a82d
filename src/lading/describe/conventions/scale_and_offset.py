"""The sidecars of CheckMATE and SimpleAnalysis: {"variables": [...], "scale": [...], "offset": [...]}.

Formula, of their ONNXReader: (x - offset) / scale in double precision, by place, then rounded to the tensor's type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .content import Content
from .matching import only_input
from .variables import divisor, number, steps

if TYPE_CHECKING:
    from ...model import Model

TITLE = "CheckMATE/SimpleAnalysis sidecar"


def recognises(content: Content) -> bool:
    return content.has("variables", "scale", "offset") and isinstance(content.value["variables"], list)


def papers(content: Content, model: Model) -> dict[str, Any]:
    place = content.place
    given = only_input(place["variables"], model, "a sidecar of scales and offsets")
    names, scales, offsets = (list(place[key].list()) for key in ("variables", "scale", "offset"))
    for key, numbers in (("scale", scales), ("offset", offsets)):
        if len(numbers) != len(names):
            place[key].fail(f"has {len(numbers)} numbers for {len(names)} variables")
    variables = [
        {"name": name.text(), "raw": "float64",
         "prepare": steps(("subtract", number(offset)), ("divide", divisor(scale)))}
        for name, scale, offset in zip(names, scales, offsets, strict=True)
    ]  # fmt: skip
    return {"inputs": [{"of": given.name, "variables": variables}]}
