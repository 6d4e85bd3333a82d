"""All of model.json but its graphs and numbers: what other formats carry along, and get back."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from ..graph import Graph
from . import canonical, read_json
from .encode import encode_model
from .strict_json import parse_json

if TYPE_CHECKING:
    from ..model import Model


def papers_json(model: Model) -> bytes:
    """The bytes of model.json without the keys ``graphs``, ``weights`` and ``samples``."""
    papers = encode_model(model, None, None)
    del papers["graphs"]
    return canonical.to_bytes(papers, free=("names", "record", *model.extra))


def whole_json(model: Model) -> bytes:
    """The bytes of model.json without the key ``samples``."""
    from . import to_buffers

    kept = copy.copy(model)
    kept.samples = None
    return to_buffers(kept)[0]


def from_whole(text: bytes, weights: dict[str, np.ndarray], where: str) -> Model:
    """The model of what ``whole_json`` gave, with its weights, whose digest it names. Raises FormatError."""
    from . import from_buffers
    from .safetensors import to_bytes

    read = from_buffers(text, to_bytes(weights) if weights else b"", where)
    read.origin = where
    return read


def from_papers(papers: bytes, graphs: dict[str, Graph], weights: dict[str, np.ndarray], where: str) -> Model:
    """The model of ``papers`` with its graphs and weights, checked whole. Raises FormatError."""
    from . import from_buffers, to_buffers

    model = shown_papers(papers, where)
    model.graphs, model.weights, model.weight_record = graphs, weights, None
    read = from_buffers(*to_buffers(model), where)
    read.origin = where
    return read


def shown_papers(papers: bytes, where: str) -> Model:
    """The model of ``papers`` without graphs: to be shown, not to be run or saved."""
    model = read_json(canonical.to_bytes(parse_json(papers, where) | {"graphs": {"main": []}}), where)
    model.weight_record = {}
    return model
