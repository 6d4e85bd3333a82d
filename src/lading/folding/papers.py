"""The papers of several models as those of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model import Model

#: From the weakest way in which names are known to the strongest.
KNOWN = ("typed by hand", "from source", "proven")


def give_papers(model: Model, parts: dict[str, Model]) -> None:
    """Name, version, names and record: what all say alike, and of each the rest under ``record.members``."""
    models = list(parts.values())
    alike = {each.name for each in models}
    begin = os.path.commonprefix(sorted(alike))  # noqa: RUF071 (of characters: tagger-even, tagger-odd)
    model.name = alike.pop() if len(alike) == 1 else begin.rstrip("-_. ")
    for what in ("version", "description"):
        said = {getattr(each, what) for each in models}
        setattr(model, what, said.pop() if len(said) == 1 else "")
    model.names = _names(models)
    first = models[0].record
    model.record = {key: value for key, value in first.items() if all(each.record.get(key) == value for each in models)}
    model.record["members"] = {
        fold: _said(each) | {key: value for key, value in each.record.items() if key not in model.record}
        for fold, each in parts.items()
    }


def _said(model: Model) -> dict[str, Any]:
    """The name of a member, its version and its function digest: which training it was."""
    return {"name": model.name, "version": model.version, "function": model.function_digest}


def _names(models: list[Model]) -> dict[str, Any]:
    """Proven only if all are; else as the least of them."""
    known = [next(iter(each.names), "typed by hand") for each in models]
    least = min(known, key=KNOWN.index)
    if least != "proven":
        return {least: {}}
    proofs = [each.names["proven"] for each in models]
    data = sorted({str(proof.get("data", "")) for proof in proofs})
    return {"proven": {"entries": sum(proof.get("entries", 0) for proof in proofs), "data": ", ".join(data)}}
