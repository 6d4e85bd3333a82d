"""CMS e/gamma's ``scaler.txt``: a line ``name type p1 p2`` for each variable, in the order of the tensor.

Formulas, of cmssw's EgammaDNNHelper, in single precision:

    stdscale  (x - p1) / p2
    minmax    (x - p1) / (p2 - p1)
    custom1   2 (x - p1) / (p2 - p1) - 1
    others    x
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ...bundle.place import Place
from ...errors import FormatError
from .content import Content
from .matching import only_input
from .variables import steps

if TYPE_CHECKING:
    from ...model import Model

TITLE = "CMS e/gamma scaler.txt"

TYPES = ("stdscale", "minmax", "custom1")


def recognises(content: Content) -> bool:
    if content.text is None or content.is_json:
        return False
    lines = [line.split() for line in content.text.splitlines() if line.strip()]
    return any(len(words) > 1 and words[1] in TYPES for words in lines[:1000])


def papers(content: Content, model: Model) -> dict[str, Any]:
    given = only_input(Place(None, content.where), model, "a scaler.txt")
    lines = (content.text or "").splitlines()
    variables = [
        _variable(line.split(), f"{content.where}: line {i}") for i, line in enumerate(lines, 1) if line.strip()
    ]
    return {"inputs": [{"of": given.name, "variables": variables}]}


def _variable(words: list[str], where: str) -> dict[str, Any]:
    if len(words) != 4:
        raise FormatError(f"{where}: should be 'name type p1 p2', is {len(words)} words")
    name, kind = words[:2]
    first, second = (_float32(word, where) for word in words[2:])
    with np.errstate(over="ignore"):
        width = float(second if kind == "stdscale" else second - first)
    if kind in TYPES and (width == 0 or not np.isfinite(width)):
        raise FormatError(f"{where}: '{name}' would be divided by {width:g}")
    centre = ("subtract", float(first))
    prepare = {
        "stdscale": steps(centre, ("divide", width)),
        "minmax": steps(centre, ("divide", width)),
        "custom1": steps(centre, ("multiply", 2.0), ("divide", width), ("subtract", 1.0)),
    }.get(kind, [])
    return {"name": name, "raw": "float32", "prepare": prepare}


def _float32(word: str, where: str) -> np.float32:
    """The float32 nearest to a decimal, as reading a float from a stream gives it: not by way of a double."""
    try:
        exact = Fraction(word)
    except (ValueError, ZeroDivisionError):
        raise FormatError(f"{where}: should be a number, is '{word[:40]}'") from None
    if len(word) > 60 or abs(float(exact)) > float(np.finfo(np.float32).max):
        raise FormatError(f"{where}: {word[:40]} is no number that a float32 holds")
    near = np.float32(float(exact))
    around = (near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf)))
    finite = [each for each in around if np.isfinite(each)]
    return min(finite, key=lambda each: abs(Fraction(float(each)) - exact))
