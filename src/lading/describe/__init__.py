"""Papers: what describes a model beside its numbers, given to it from outside.

Papers are any fragment of a model.json. Each input and output says with ``"of"`` what it describes (a name of the
source's, or one that the model has by now; without it, the name itself), never by its place in the list:

    {"axes":    {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet", "max": 40}},
     "inputs":  [{"of": "trk", "name": "tracks", "axes": ["track", "variable"], "variables": [{"name": "d0"}, …]}],
     "outputs": [{"name": "flavour", "labels": [{"label": "p_b", "of": "GN2v01_pb"}, …]}],
     "record":  {"licence": "CC-BY-4.0"}}

Papers in the forms of experiments and tools (``conventions/``) are translated into that. Later papers add to earlier
ones; where two contradict each other, or the model's own file, they are refused, unless the later say
``"overrule": true``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormatError
from .applying import apply
from .claims import Claims
from .conventions import Content, recognise
from .doubts import doubts
from .known import papers_of_gnn_config
from .template import template
from .translating import translated

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["apply", "apply_all", "papers_of_gnn_config", "read_papers", "template"]


def read_papers(path: str | Path) -> dict[str, Any]:
    """Papers of lading's own, in a file of JSON. Raises MissingFile or FormatError."""
    return _own(Content.of_file(Path(path)))


def apply_all(model: Model, papers: Any, say: Callable[..., None] | None = None) -> Model:
    """The model under one or several papers, in turn: files (paths) or dictionaries, of any convention.

    ``say(text, True)`` is told what was taken for granted and what looks odd. Raises DisagreementError where papers
    contradict each other or the model's file, MissingFile, FormatError or UnknownName.
    """
    claims = Claims(model)
    several = papers if isinstance(papers, (list, tuple)) else [papers]
    for i, each in enumerate(several):
        where = f"papers[{i}]" if len(several) > 1 else "papers"
        content = Content.of_value(each, where) if isinstance(each, dict) else Content.of_file(Path(each))
        convention = recognise(content)
        if convention is None:
            said = _own(content)
            overrule = content.place.find("overrule")
            claims.take(model, said, content.where, False, overrule is not None and overrule.boolean())
        else:
            said = translated(convention, content, model)
            claims.take(model, said, content.where, strict=True)
            said = said | _provenance(model, convention.TITLE, content)
        model = apply(model, _to_known_names(model, said) if convention else said, where=content.where)
        for text in [*content.remarks, *doubts(said, content.where)] if say else ():
            say(text, True)  # type: ignore[misc]
    return model


def _own(content: Content) -> dict[str, Any]:
    """Papers of lading's own. Raises FormatError for what is neither these nor of a convention."""
    if content.value is None and not content.is_json:
        raise FormatError(f"{content.where}: no papers: neither JSON nor a text of names")
    papers: dict[str, Any] = content.place.object().value
    return papers


def _provenance(model: Model, title: str, content: Content) -> dict[str, Any]:
    """Which papers described a model, for its record."""
    before = model.record.get("papers", [])
    return {"record": {"papers": [*before, {"convention": title, "sha256": content.sha256}]}}


def _to_known_names(model: Model, papers: dict[str, Any]) -> dict[str, Any]:
    """Papers of a convention, whose variables stand in the tensor's order, for variables that have names by now."""
    inputs = []
    for item in papers.get("inputs", ()):
        known = model.inputs[item["of"]].variable_list
        if known and len(known) == len(item.get("variables", ())):
            item = item | {
                "variables": [
                    {**variable, "name": each.name} for each, variable in zip(known, item["variables"], strict=True)
                ]
            }
            item.pop("axes", None)
        inputs.append(item)
    return papers | ({"inputs": inputs} if inputs else {})
