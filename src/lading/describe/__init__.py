"""Papers: what describes a model beside its numbers, given to it from outside.

Papers are any fragment of a model.json. Each input and output says with ``"of"`` what it describes (a name of the
source's, or one that the model has by now; without it, the name itself), never by its place in the list:

    {"axes":    {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet", "max": 40}},
     "inputs":  [{"of": "trk", "name": "tracks", "axes": ["track", "variable"], "variables": [{"name": "d0"}, …]}],
     "outputs": [{"name": "flavour", "labels": [{"label": "p_b", "of": "GN2v01_pb"}, …]}],
     "record":  {"licence": "CC-BY-4.0"}}
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingFile
from .applying import apply
from .template import template

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["apply", "apply_all", "read_papers", "template"]


def read_papers(path: str | Path) -> dict[str, Any]:
    """The papers in a file of JSON. Raises MissingFile or FormatError."""
    from ..bundle.place import Place
    from ..bundle.strict_json import parse_json

    path = Path(path)
    if not path.is_file():
        raise MissingFile(f"{path}: no such file of papers")
    value: dict[str, Any] = Place(parse_json(path.read_bytes(), str(path)), str(path)).object().value
    return value


def apply_all(model: Model, papers: Any) -> Model:
    """The model under one or several papers, in turn: files (paths) or dictionaries."""
    for each in papers if isinstance(papers, (list, tuple)) else [papers]:
        if isinstance(each, dict):
            model = apply(model, each)
        else:
            model = apply(model, read_papers(each), where=str(each))
    return model
